"""``tahkim inspect``: exit statuses, JSON lines, and files of names as people write them."""

import json
import tomllib
from pathlib import Path

import pytest

from service.cli.inspect import read_identities, run
from tests import corpus

NAMES = f"""
words = ["فريق الأفلاج"]
[[people]]
name_ar = "{corpus.SECRET_AR}"
name_en = "{corpus.SECRET}"
email = "z@example.edu"
[[supervisors]]
names = {{ ar = "مروة الشكيلي", en = "Marwa Al-Shukaili" }}
[[institutions]]
names = ["جامعة نزوى"]
short = "UoN"
domains = ["unizwa.edu.om"]
"""


def made(folder: Path, *names: str) -> list[str]:
    rows = {row.name: row for row in corpus.ROWS}
    for name in names:
        rows[name].make(folder / name)
    return [str(folder / name) for name in names]


@pytest.mark.parametrize(
    ("name", "status"), [("ok.txt", 0), ("act-formula.csv", 3), ("act-script.pdf", 4), ("fake-program.jpg", 4)]
)
def test_the_exit_status_is_the_verdict(tmp_path: Path, name: str, status: int):
    assert run(made(tmp_path, name)) == status


def test_the_gravest_of_several_counts_and_each_has_its_line_of_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    files = made(tmp_path, "ok.txt", "act-script.pdf", "ok.csv")

    assert run([*files, "--json"]) == 4

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file"] for line in lines] == files
    assert [line["verdict"] for line in lines] == ["accept", "reject", "accept"]
    assert lines[1]["findings"][0]["words"]["ar"]["what"]
    assert [line["clean"] for line in lines] == [None, None, None]


def test_the_judges_copy_is_written_where_it_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    copy = tmp_path / "copy.pdf"

    run([*made(tmp_path, "id-info.pdf"), "--judge-copy", str(copy), "--json"])

    assert json.loads(capsys.readouterr().out)["clean"] == str(copy)
    assert corpus.SECRET.encode() not in copy.read_bytes()


def test_copies_of_several_files_get_neutral_names_in_a_folder(tmp_path: Path):
    run([*made(tmp_path, "ok.txt", "act-script.pdf", "ok.jpg"), "--judge-copy", str(tmp_path / "out")])

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["file-001.txt", "file-003.jpeg"]


def test_names_are_looked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "people.toml").write_text(NAMES, encoding="utf-8")

    assert run([*made(tmp_path, "id.srt"), "--names", str(tmp_path / "people.toml")]) == 3
    assert corpus.SECRET_AR in capsys.readouterr().out


def test_a_file_that_is_not_there_is_a_wrong_call(tmp_path: Path):
    assert run([str(tmp_path / "none.pdf")]) == 2


def test_a_file_of_names_may_be_written_in_several_ways():
    identities = read_identities(tomllib.loads(NAMES))

    assert [person.names for person in identities.people] == [
        (corpus.SECRET_AR, corpus.SECRET),
        ("مروة الشكيلي", "Marwa Al-Shukaili"),
    ]
    assert identities.people[0].emails == ("z@example.edu",)
    assert identities.institutions[0].names == ("جامعة نزوى", "UoN")
    assert identities.words == ("فريق الأفلاج",)
    assert read_identities({"names": ["A B"]}).people[0].names == ("A B",)
