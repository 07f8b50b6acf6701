"""What makes templates quick keeps them true: answers that are kept are the same as those that are asked for."""

import html
import re
import sys
from pathlib import Path

import pytest
from jinja2 import Environment
from markupsafe import Markup

from service.text import Ltr
from service.web.environment import ALWAYS_THE_SAME, Compiled, compile_templates, make_environments

TEMPLATES = Path(__file__).parents[2] / "templates"
TAGS = '{% from "components/tag.html" import tag %}{{ tag(label, tone) }}'


def test_a_text_that_looks_like_kept_markup_is_escaped_all_the_same():
    template = make_environments(lambda path: path)("en", "western").from_string(TAGS)

    marked = template.render(label=Markup("<b>1</b>"), tone="ok")
    typed = template.render(label="<b>1</b>", tone="ok")

    assert "<b>1</b>" in marked
    assert "&lt;b&gt;1&lt;/b&gt;" in typed
    assert template.render(label=1, tone="") != template.render(label=True, tone="")


class Drawn:
    """Something that gives markup of its own."""

    def __html__(self) -> str:
        return "<i>&</i>"


@pytest.mark.parametrize(
    "value",
    [
        "<b a='1' c=\"2\">&amp;</b>",
        Markup("<b>&</b>"),
        Drawn(),
        Ltr("a<b"),
        7,
        None,
        1.5,
        ["<"],
        type("T", (str,), {})("<u>"),
    ],
)
def test_what_is_written_out_is_escaped_as_jinja_escapes_it(value: object):
    cell = "{% macro cell(x) %}<td title='{{ x }}'>{{ x }}</td>{% endmacro %}"
    source = f"{cell}{{{{ value }}}}|{{{{ cell(value) }}}}|{{{{ value ~ '<' }}}}"
    ours = make_environments(lambda path: path)("en", "western").from_string(source).render(value=value)
    jinjas = Environment(autoescape=True).from_string(source).render(value=value)

    assert html.unescape(ours) == html.unescape(jinjas)
    assert (ours.count("<"), ours.count('"')) == (jinjas.count("<"), jinjas.count('"'))


def list_compiled(folder: Path) -> list[str | None]:
    """Load a template in a process of its own, as it were; tell which ones were compiled for it."""
    environment = make_environments(lambda path: path, Compiled(folder))("en", "western")
    compile_it, names = environment.compile, []

    def note(source: str, name: str | None = None, filename: str | None = None):
        names.append(name)
        return compile_it(source, name, filename)

    environment.compile = note
    assert "sheet_state_tag" in vars(environment.get_template("components/tag.html").module)
    return names


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "compiled"


def test_what_one_process_compiled_the_next_one_reads(folder: Path):
    assert "components/tag.html" in list_compiled(folder)
    assert list_compiled(folder) == []


def test_a_torn_file_is_compiled_again(folder: Path):
    names = list_compiled(folder)
    for at, path in enumerate(sorted(folder.iterdir())):
        path.write_bytes(path.read_bytes()[: 40 * at])

    assert list_compiled(folder) == names
    assert list_compiled(folder) == []


def test_where_nothing_may_be_kept_each_process_compiles(folder: Path, monkeypatch: pytest.MonkeyPatch):
    folder.parent.joinpath("file").touch()
    assert list_compiled(folder.parent / "file" / "in-it") == list_compiled(folder.parent / "file" / "in-it") != []

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert list_compiled(folder) == list_compiled(folder) != []
    assert not folder.exists()


@pytest.mark.long
def test_what_an_installation_compiled_no_process_compiles_again(folder: Path):
    n = compile_templates(Compiled(folder))

    assert n == sum(path.suffix == ".html" for path in Path("templates").rglob("*"))
    assert list_compiled(folder) == []


def test_languages_do_not_share_answers():
    environments = make_environments(lambda path: path)
    source = '{% from "components/tag.html" import sheet_state_tag %}{{ sheet_state_tag("sealed") }}'

    said = [environments(lang, "western").from_string(source).render() for lang in ("ar", "en", "ar")]

    assert said[0] == said[2] != said[1]


def test_each_macro_that_is_asked_once_is_there_once_and_reads_nothing_but_its_arguments():
    texts = {path: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
    for name in ALWAYS_THE_SAME:
        found = [
            body
            for text in texts.values()
            for body in re.findall(rf"{{% macro {name}\(.*?%}}(.*?){{%-? endmacro", text, re.DOTALL)
        ]
        assert len(found) == 1, name
        expressions = re.sub(r'{#.*?#}|"[^"]*"', "", found[0], flags=re.DOTALL)  # what is said of pages is no page
        assert not re.search(r"\b(shell|page|form|caller)\b", expressions), name
