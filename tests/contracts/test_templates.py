import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta

from service.text import Words
from tests.patterns import render

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGES = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for path in TEMPLATES.rglob("*.html")
    if not {"mail", "reports"} & set(path.parts)
)
SCRIPTS = sorted(TEMPLATES.glob("static/js/*.js"))
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
VOID |= {"path", "circle", "line", "rect", "polygon", "text"}  # drawn, and closed as XML closes them
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls")


def source(name: str) -> str:
    return COMMENT.sub("", (TEMPLATES / name).read_text(encoding="utf-8"))


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.refers: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if len(given) != len(attrs):
            self.faults.append(f"{tag} says an attribute twice: {attrs}")
        self.tags.append((tag, given))
        if given.get("id"):
            self.ids.append(given["id"])
        for name in REFERENCES:
            self.refers += [(name, target) for target in (given.get(name) or "").split()]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-3:]}")
        else:
            self.open.pop()


@cache
def patterns(lang: str) -> Page:
    """The page of patterns, rendered at the first need of it: not while tests are still being collected."""
    return Page(render(lang))


@pytest.mark.parametrize("name", PAGES)
def test_a_template_can_be_read(name):
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.get_template(name, globals={"t": None, "url": None, "static": None})


@pytest.mark.parametrize("name", PAGES)
def test_a_template_holds_no_style_script_or_handler_of_its_own(name):
    text = source(name)
    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", text))
    assert "javascript:" not in text


@pytest.mark.parametrize("name", [name for name in PAGES if name != "pages/patterns.html"])
def test_a_template_holds_no_words_of_its_own(name):
    text = source(name).replace('replace("د. ", "")', "")  # a title before a name gives no initial
    assert not re.search("[\u0621-\u064a]", text), "Arabic words live in the catalogues"
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|&[a-z]+;", "\n", text, flags=re.DOTALL)
    assert not re.search(r"[A-Z][a-z]+ [a-z]+|[a-z]{3,} [a-z]{3,}", bare), "English words live in the catalogues"


@pytest.mark.parametrize("name", PAGES)
def test_what_is_marked_safe_is_ours(name):
    allowed = {"components/icons.html": 1, "components/field.html": 1, "components/media.html": 2}
    assert len(re.findall(r"\|\s*safe\b", source(name))) <= allowed.get(name, 0)


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("pages/")])
def test_a_page_leaves_the_frame_to_its_layout(name):
    assert not re.search(r"<(main|body|html|head)\b", source(name))


def test_every_class_that_is_written_is_known_to_a_sheet():
    known = set(
        re.findall(r"\.([a-zA-Z][\w-]*)", "".join(path.read_text() for path in TEMPLATES.glob("static/css/*.css")))
    )
    strangers = {
        (name, word)
        for name in PAGES
        for written in re.findall(r'class="((?:\{[{%].*?[%}]\}|[^"])*)"', source(name))
        for word in re.sub(r"[\w-]*(\{%.*?%\}|\{\{.*?\}\})[\w-]*", " ", written).split()
        if re.fullmatch(r"[a-zA-Z][\w-]*", word) and word not in known
    }
    assert strangers == set()


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("components/")])
def test_a_component_takes_all_it_shows_as_arguments(name):
    environment = Environment(autoescape=True)
    tree = environment.parse(source(name))
    assert meta.find_undeclared_variables(tree) <= {"t", "url", "static", "range", "namespace"}, (
        "only a page knows its page"
    )


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_every_component_closes_what_it_opens(lang):
    assert patterns(lang).faults == []
    assert patterns(lang).open == []


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_every_id_is_one_of_a_kind_and_every_reference_finds_it(lang):
    page = patterns(lang)
    assert [found for found, count in Counter(page.ids).items() if count > 1] == []
    assert [(name, target) for name, target in page.refers if target not in page.ids] == []


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_every_picture_says_what_it_is_or_that_it_is_decoration(lang):
    for tag, given in patterns(lang).tags:
        if tag == "img":
            assert "alt" in given
        if tag == "svg":
            assert given.get("aria-hidden") == "true" or (given.get("role") == "img" and given.get("aria-label"))


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_every_field_has_a_name_for_those_who_cannot_see_it(lang):
    page = patterns(lang)
    labelled = {target for name, target in page.refers if name == "for"}
    for tag, given in page.tags:
        if tag in {"input", "select", "textarea"} and given.get("type") not in {"hidden", "submit"}:
            named = given.get("id") in labelled or "aria-label" in given or given.get("type") == "file"
            assert named, given


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_the_frame_says_its_language_and_direction(lang):
    tag, given = patterns(lang).tags[0]
    assert (tag, given["lang"], given["dir"]) == ("html", lang, "rtl" if lang == "ar" else "ltr")
    assert [tag for tag, _ in patterns(lang).tags].count("h1") >= 1


def test_an_attribute_never_holds_a_tag():
    for lang in ("ar", "en"):
        for tag, given in patterns(lang).tags:
            assert not [value for value in given.values() if value and "<" in value], (tag, given)


def test_an_error_page_says_what_happened_and_where_to_go():
    page = SimpleNamespace(
        status=404,
        title="لم نجدها",
        message="لا صفحة هنا.",
        next="ابدأ من أولها.",
        reference=None,
        sign_in_path=None,
        comes_again_after=None,
        back_path=None,
    )
    html = render("ar", template="pages/errors/refused.html", page=page)
    assert "<h1>لم نجدها</h1>" in html
    assert 'href="/ar/"' in html
    assert Page(html).faults == []


def test_a_judge_s_frame_names_the_role_and_offers_the_way_out():
    grants = (
        SimpleNamespace(id="g1", role="judge", edition_short="2027", is_current=True),
        SimpleNamespace(id="g2", role="member", edition_short="2027", is_current=False),
    )
    page = SimpleNamespace(
        status=404,
        title="x",
        message="",
        next="",
        reference="r",
        sign_in_path=None,
        back_path=None,
        comes_again_after=None,
    )
    html = render(
        "en",
        template="pages/errors/refused.html",
        page=page,
        is_signed_in=True,
        name="Dr Amal",
        role="judge",
        grants=grants,
    )
    assert "You are acting as: Judge" in html
    assert 'action="/en/sign-out"' in html
    assert 'value="g2"' in html
    assert 'value="g1"' not in html


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_small_and_writes_no_markup(script):
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 120
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_tells_time_in_the_zone_that_the_frame_names(script):
    text = script.read_text(encoding="utf-8")
    assert text.count("Intl.DateTimeFormat(") == text.count("timeZone: document.documentElement.dataset.zone")


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_the_frame_names_the_zone_in_which_its_words_tell_time(lang):
    (frame,) = [given for tag, given in Page(render(lang)).tags if tag == "html"]
    assert frame["data-zone"] == Words(lang).zone
