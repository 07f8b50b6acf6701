"""``tahkim assign``: files in either language, an assignment out, and refusals that name row and column."""

import csv
from pathlib import Path

import pytest

from service.cli.assign import run
from service.cli.assign_files import encode
from service.cli.assign_tables import InputFault
from service.text import Words

ENTRIES = "entry,team,institution,category,language,need\n" + "".join(
    f"E{n:02d},T{n // 2},U{n % 5},film,{'ar' if n % 4 else 'en'},academic:1;practitioner:1\n" for n in range(12)
)
JUDGES = "judge,institution,role,expertise,languages,max_load\n" + "".join(
    f"J{n},U{n + 3},{'academic' if n % 2 else 'practitioner'},film,{'ar;en' if n % 3 else 'ar'},\n" for n in range(8)
)
CONFLICTS = "entry,judge,reason\nE00,J1,supervisor\nE03,J2,family\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name, text in (("entries", ENTRIES), ("judges", JUDGES), ("conflicts", CONFLICTS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def assign(folder: Path, *more: str, out: str = "out.csv") -> int:
    tables = [f"--{name}={folder / name}.csv" for name in ("entries", "judges", "conflicts")]
    return run([*tables, "--per-entry", "3", "--max-load", "6", "--out", str(folder / out), *more])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_assignment_is_written_with_orders_and_reasons(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert assign(folder, "--report", str(folder / "report.html")) == 0

    found = rows(folder / "out.csv")
    assert len(found) == 36
    assert ("E00", "J1") not in {(row["entry"], row["judge"]) for row in found}
    assert all(row["reason"] for row in found)
    places = sorted(int(row["order"]) for row in found if row["judge"] == "J3")
    assert places == list(range(1, len(places) + 1))
    assert "Reviews assigned: 36" in capsys.readouterr().err
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<html lang="en" dir="ltr">' in page
    assert page.count("<tr") == 1 + 8 + 1 + 36


def test_arabic_headers_and_words_are_read_and_written(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", "ar_OM.UTF-8")
    (folder / "entries.csv").write_text("رقم المشاركة,الفئة\nم١,فيلم\nم٢,فيلم\n", encoding="utf-8")
    (folder / "judges.csv").write_text("المحكّم,الخبرة\nسالم,فيلم\nليلى,فيلم\nهند,\n", encoding="utf-8")
    (folder / "conflicts.csv").write_text("المشروع,المحكّم,السبب\nم1,سالم,قرابة\n", encoding="utf-8")
    status = run(
        [f"--{name}={folder / name}.csv" for name in ("entries", "judges", "conflicts")]
        + ["--per-entry=1", "--max-load=٢", f"--out={folder / 'out.csv'}", f"--report={folder / 'report.html'}"]
    )

    assert status == 0
    found = rows(folder / "out.csv")
    assert list(found[0]) == ["المشروع", "المحكّم", "ترتيب التقييم", "السبب"]
    assert ("م1", "سالم") not in {(row["المشروع"], row["المحكّم"]) for row in found}
    assert '<html lang="ar" dir="rtl">' in (folder / "report.html").read_text(encoding="utf-8")


def test_the_order_of_lines_changes_no_byte(folder: Path):
    assert assign(folder) == 0
    for name in ("entries", "judges", "conflicts"):
        head, *lines = (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / f"{name}.csv").write_text("".join([head, *reversed(lines)]), encoding="utf-8")

    assert assign(folder, out="again.csv") == 0
    assert (folder / "out.csv").read_bytes() == (folder / "again.csv").read_bytes()


def test_an_impossible_wish_writes_nothing_and_says_why(folder: Path, capsys: pytest.CaptureFixture[str]):
    lines = "".join(f"E05,J{n},family\n" for n in range(6))
    (folder / "conflicts.csv").write_text("entry,judge,reason\n" + lines, encoding="utf-8")

    assert assign(folder) == 3
    assert not (folder / "out.csv").exists()
    told = capsys.readouterr().err
    assert "E05" in told
    assert "conflict of interest" in told
    assert "Any one of these would free it" in told


@pytest.mark.parametrize(
    ("table", "text", "told"),
    [
        ("conflicts", "entry,judge,reason\nE00,J1,x\nE00,J99,x\n", (3, "judge", "J99")),
        ("conflicts", "entry,judge,reason\nE77,J1,x\n", (2, "entry", "E77")),
        ("entries", "entry\nE00\nE01\nE00\n", (4, "entry", "E00")),
        ("judges", "judge,max_load\nJ1,3\nJ2,-4\n", (3, "max_load", "-4")),
        ("judges", "judge,max_load\nJ1,2.5\n", (2, "max_load", "2.5")),
        ("entries", "entry,need\nE00,academic:two\n", (2, "need", "academic:two")),
        ("entries", "entry,need\nE00,poet:1\n", (2, "need", "poet")),
    ],
)
def test_a_cell_that_cannot_be_meant_is_named_by_row_and_column(
    folder: Path, capsys: pytest.CaptureFixture[str], table: str, text: str, told: tuple[int, str, str]
):
    (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    if table != "conflicts":
        (folder / "conflicts.csv").write_text("entry,judge,reason\n", encoding="utf-8")

    assert assign(folder) == 2
    row, column, value = told
    message = capsys.readouterr().err
    assert f"row {row}" in message
    assert column in message
    assert value in message
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize(
    ("table", "text", "words"),
    [
        ("entries", "entry,institutoin\nE00,U1\n", ("institutoin", "institution")),
        ("entries", "entry,tema\nE00,T1\n", ("tema", "team")),
        ("judges", "judge,max_laod\nJ0,3\n", ("max_laod", "max_load")),
        ("judges", "judge,المؤسسه العلمية,المؤسة\nJ0,x,y\n", ("المؤسة", "المؤسسة")),
    ],
)
def test_a_misspelt_column_is_refused_because_its_rule_would_be_off_in_silence(
    folder: Path, capsys: pytest.CaptureFixture[str], table: str, text: str, words: tuple[str, str]
):
    (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    (folder / "conflicts.csv").write_text("entry,judge,reason\n", encoding="utf-8")

    assert assign(folder) == 2
    told = capsys.readouterr().err
    assert all(word in told for word in (f"{table}.csv", *words))
    assert not (folder / "out.csv").exists()


def test_columns_that_mean_nothing_are_named_and_not_refused(folder: Path, capsys: pytest.CaptureFixture[str]):
    lines = JUDGES.splitlines()
    text = "\n".join([f"{lines[0]},phone,institution 2", *(f"{line},99,U9" for line in lines[1:])])
    (folder / "judges.csv").write_text(text, encoding="utf-8")

    assert assign(folder, "--report", str(folder / "report.html")) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "judges.csv" in line]
    assert len(told) == 1
    assert "phone" in told[0]
    assert "institution 2" in told[0]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "phone" in page
    assert "institution 2" in page


def test_what_the_command_wrote_can_be_given_back_without_a_word(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "judges.csv").write_text(JUDGES.replace("J5", "=J5"), encoding="utf-8")  # written as '=J5
    assert assign(folder) == 0
    assert "'=J5" in {row["judge"] for row in rows(folder / "out.csv")}
    capsys.readouterr()

    assert assign(folder, "--previous", str(folder / "out.csv"), out="again.csv") == 0
    assert "not used" not in capsys.readouterr().err
    assert {(row["entry"], row["judge"]) for row in rows(folder / "again.csv")} == {
        (row["entry"], row["judge"]) for row in rows(folder / "out.csv")
    }


def test_a_pair_that_stands_twice_is_refused(folder: Path):
    (folder / "affinity.csv").write_text("entry,judge,affinity\nE00,J0,1\nE00,J0,0.5\n", encoding="utf-8")

    assert assign(folder, "--affinity", str(folder / "affinity.csv")) == 2


def test_after_a_withdrawal_only_what_is_left_is_shared_out(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert assign(folder) == 0
    before = {(row["entry"], row["judge"]) for row in rows(folder / "out.csv")}
    stay = sorted(pair for pair in before if pair[1] != "J1")
    (folder / "previous.csv").write_text("entry,judge\n" + "".join(f"{e},{j}\n" for e, j in stay), encoding="utf-8")
    (folder / "judges.csv").write_text(JUDGES.replace("J1,U4,academic,film,ar;en,\n", ""), encoding="utf-8")

    assert assign(folder, "--previous", str(folder / "previous.csv"), out="new.csv") == 0
    after = {(row["entry"], row["judge"]) for row in rows(folder / "new.csv")}
    assert len(set(stay) & after) >= len(stay) - 4
    assert "conflicts.csv" in capsys.readouterr().err


def test_the_previous_file_may_name_judges_and_entries_that_have_left(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert assign(folder) == 0
    (folder / "judges.csv").write_text(JUDGES.replace("J1,U4,academic,film,ar;en,\n", ""), encoding="utf-8")
    (folder / "entries.csv").write_text("".join(ENTRIES.splitlines(keepends=True)[:-1]), encoding="utf-8")

    assert assign(folder, "--previous", str(folder / "out.csv"), out="new.csv") == 0
    before = {(row["entry"], row["judge"]) for row in rows(folder / "out.csv")}
    after = {(row["entry"], row["judge"]) for row in rows(folder / "new.csv")}
    stay = {pair for pair in before if pair[0] != "E11" and pair[1] != "J1"}
    assert len(stay & after) >= len(stay) - 2  # roles may force a move
    assert "out.csv" in capsys.readouterr().err


def test_follow_up_reviews_are_proposed_with_their_gain(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert assign(folder) == 0
    marks = "".join(
        f"{row['entry']},{row['judge']},{5 + (int(row['entry'][1:]) * 7 + int(row['judge'][1:]) * 3) % 4}\n"
        for row in rows(folder / "out.csv")
    )
    (folder / "marks.csv").write_text("entry,judge,score\n" + marks, encoding="utf-8")

    more = ["--follow-up", "--marks", str(folder / "marks.csv"), "--extra", "3"]
    assert assign(folder, *more, out="extra.csv") == 0
    found = rows(folder / "extra.csv")
    given = {(row["entry"], row["judge"]) for row in rows(folder / "out.csv")}
    assert len(found) == 3
    assert given.isdisjoint((row["entry"], row["judge"]) for row in found)
    assert float(found[0]["expected gain"]) > 0
    assert "chance that prizes go to the right entries" in capsys.readouterr().err


def test_both_catalogues_hold_the_same_messages_of_the_command():
    english, arabic = Words("en"), Words("ar")
    keys = [key for key in english._messages if key.startswith("assign.")]

    assert len(keys) > 80
    assert all(key in arabic for key in keys)


def test_a_fault_knows_its_file(folder: Path):
    from argparse import Namespace  # noqa: PLC0415

    (folder / "judges.csv").write_text("judge\nJ1\nJ1\n", encoding="utf-8")
    options = Namespace(entries=folder / "entries.csv", judges=folder / "judges.csv")

    with pytest.raises(InputFault) as refused:
        encode(options)

    assert refused.value.facts["file"] == "judges.csv"


def test_a_fault_in_a_number_or_a_header_names_its_file(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "affinity.csv").write_text("entry,judge,affinity\nE00,J2,good\n", encoding="utf-8")
    assert assign(folder, "--affinity", str(folder / "affinity.csv")) == 2
    said = capsys.readouterr().err
    assert said.startswith("affinity.csv: Row 2, column ")
    assert "abstention" not in said

    (folder / "judges.csv").write_text("name\nJ1\n", encoding="utf-8")
    assert assign(folder) == 2
    assert capsys.readouterr().err.startswith("judges.csv: Row 1: the column ")
    assert not (folder / "out.csv").exists()


def test_a_kept_pair_against_a_conflict_is_named_with_both_and_with_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    (folder / "locks.csv").write_text("entry,judge\nE00,J1\nE01,J2\nE01,J3\nE01,J4\nE01,J5\n", encoding="utf-8")

    assert assign(folder, "--locks", str(folder / "locks.csv")) == 3

    said = capsys.readouterr().err
    plain = said.replace("\u2068", "").replace("\u2069", "")
    assert "J1 is kept for E00 and barred from it: conflict of interest." in plain
    assert "E01 has 4 kept judges and gets 3." in plain
    assert "--locks" in plain
    assert not (folder / "out.csv").exists()


def test_an_option_out_of_range_says_its_range(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert assign(folder, "--randomise", "0") == 2
    assert "above 0 and up to 1" in capsys.readouterr().err
    assert assign(folder, "--calibration-budget", "2") == 2
    assert "from 0 to 1" in capsys.readouterr().err
