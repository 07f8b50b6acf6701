"""What people really hand in: criteria by category, formulas never computed, results named over their own sources."""

import csv
import json
import re
from pathlib import Path

import pytest
from openpyxl import Workbook

from service.cli.rank import run

RUBRIC = """
[[criterion]]
name = "Idea"
weight = 60
min = 0
max = 10

[[criterion]]
name = "Craft"
category = "film"
weight = 40
min = 0
max = 10

[[criterion]]
name = "Craft"
category = "poster"
weight = 140
min = 0
max = 10

[[criterion]]
name = "Print"
category = "poster"
weight = 0
min = 0
max = 10
"""
FILM = (
    "F1,X,film,Idea,5\nF1,X,film,Craft,10\nF1,Y,film,Idea,5\nF1,Y,film,Craft,10\nF2,X,film,Idea,4\nF2,X,film,Craft,4\n"
)
POSTER = (
    "P1,X,poster,Idea,5\nP1,X,poster,Craft,10\nP1,Y,poster,Idea,5\nP1,Y,poster,Craft,10\n"
    "P2,Y,poster,Idea,9\nP2,Y,poster,Craft,2\n"
)
HEADER = "entry,judge,category,criterion,score\n"


def write(folder: Path, text: str, name: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def said(text: str) -> str:
    return re.sub("[\u2066-\u2069]", "", text)


def test_a_criterion_may_weigh_otherwise_in_another_category(tmp_path):
    marks, rubric = write(tmp_path, HEADER + FILM + POSTER, "marks.csv"), write(tmp_path, RUBRIC, "rubric.toml")
    out = tmp_path / "ranking.csv"

    assert run([str(marks), "--rubric", str(rubric), "--method", "raw", "--out", str(out)]) == 0

    with out.open(encoding="utf-8", newline="") as file:
        rows = {row["entry"]: row for row in csv.DictReader(file)}
    assert float(rows["F1"]["raw_mean"]) == pytest.approx(0.6 * 5 + 0.4 * 10)
    assert float(rows["P1"]["raw_mean"]) == pytest.approx(0.3 * 5 + 0.7 * 10)
    assert [rows[name]["flags"] for name in ("F1", "P1")] == ["", ""]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("F1,Z,film,Print,5\n", "Row 14, column criterion: “Print” is a criterion of another category"),
        ("F1,Z,film,Sound,5\n", "Row 14, column criterion: the rubric has no criterion “Sound”. It has: Idea · Craft"),
        ("P1,Z,poster,Craft,11\n", "Row 14, column score: 11 is outside the range 0 to 10"),
    ],
)
def test_a_mark_is_held_to_the_rubric_of_its_category(tmp_path, capsys, row, text):
    marks = write(tmp_path, HEADER + FILM + POSTER + row, "marks.csv")

    assert run([str(marks), "--rubric", str(write(tmp_path, RUBRIC, "rubric.toml")), "--lang", "en"]) == 1

    assert text in said(capsys.readouterr().err)


def test_a_rubric_by_category_needs_the_category_column(tmp_path, capsys):
    marks = write(tmp_path, "entry,judge,criterion,score\nF1,X,Idea,5\nF2,X,Idea,6\n", "marks.csv")

    assert run([str(marks), "--rubric", str(write(tmp_path, RUBRIC, "rubric.toml")), "--lang", "en"]) == 1

    assert "category (الفئة) is missing" in said(capsys.readouterr().err)


def test_criteria_of_one_category_are_not_missed_in_another_without_a_rubric(tmp_path):
    poster = POSTER.replace("Craft", "Colour")
    marks = write(tmp_path, HEADER + FILM + poster, "marks.csv")
    told = tmp_path / "run.json"

    assert run([str(marks), "--method", "raw", "--json", str(told)]) == 0

    run_told = json.loads(told.read_text(encoding="utf-8"))
    assert not [flag for flag in run_told["flags"] if flag["code"] == "partial"]
    assert {each["name"]: each["category"] for each in run_told["criteria"]} == {
        "Idea": None, "Craft": "film", "Colour": "poster",
    }  # fmt: skip
    assert {each["entry"]: each["raw_mean"] for each in run_told["entries"]}["P1"] == pytest.approx(7.5)


@pytest.mark.parametrize("option", ["--out", "--report", "--json"])
def test_nothing_that_was_read_is_written_over(tmp_path, capsys, option):
    text = HEADER + FILM
    marks = write(tmp_path, text, "marks.csv")

    assert run([str(marks), option, str(tmp_path / "." / "marks.csv"), "--lang", "en"]) == 1

    assert marks.read_text(encoding="utf-8") == text
    assert "would be read and written" in said(capsys.readouterr().err)


def test_two_results_do_not_share_a_file(tmp_path, capsys):
    marks = write(tmp_path, HEADER + FILM, "marks.csv")

    assert run([str(marks), "--out", str(tmp_path / "a"), "--json", str(tmp_path / "a"), "--lang", "en"]) == 1

    assert not (tmp_path / "a").exists()
    assert "written twice" in said(capsys.readouterr().err)


def test_a_formula_that_nothing_computed_is_no_abstention(tmp_path, capsys):
    book = Workbook()
    for row in (
        ["entry", "judge", "score", "total"],
        ["A", "X", 5, "=C2*2"],
        ["B", "X", "=2+4", None],
        ["A", "Y", 4, 1],
    ):
        book.active.append(row)
    book.save(tmp_path / "marks.xlsx")

    assert run([str(tmp_path / "marks.xlsx"), "--lang", "en"]) == 1

    assert "Row 3, column score: the cell holds a formula that was never computed (=2+4)" in said(
        capsys.readouterr().err
    )


def test_a_formula_in_a_column_that_nobody_asked_for_is_left_alone(tmp_path):
    book = Workbook()
    for row in (["entry", "judge", "score", "total"], ["A", "X", 5, "=C2*2"], ["B", "X", 6, "=C3*2"]):
        book.active.append(row)
    book.save(tmp_path / "marks.xlsx")

    assert run([str(tmp_path / "marks.xlsx"), "--lang", "en"]) == 0


def test_a_number_that_is_no_mark_is_named(tmp_path, capsys):
    marks = write(tmp_path, "entry,judge,score\nA,X,5\nB,X,6e300\n", "marks.csv")

    assert run([str(marks), "--lang", "en"]) == 1

    assert "Row 3, column score: 6e300 is larger than any mark" in said(capsys.readouterr().err)


def test_equal_marks_are_told_with_everything_that_was_asked(tmp_path):
    marks = write(tmp_path, "entry,judge,score\n" + "".join(f"{e},{j},7\n" for e in "ABC" for j in "XY"), "marks.csv")
    names = {option: tmp_path / f"all{option}" for option in ("--json", "--report", "--out")}

    assert run([str(marks), *(part for option, path in names.items() for part in (option, str(path)))]) == 0

    told = json.loads(names["--json"].read_text(encoding="utf-8"))
    assert told["components"][0]["with_reads"]["5"] is None
    assert {each["rank"] for each in told["entries"]} == {1}


@pytest.mark.parametrize(
    ("weights", "named"),
    [
        ((60, 30), "Idea 66.7% · Craft 33.3%"),
        ((60, 40), ""),
        ((0.6, 0.4), ""),
        ((33, 66), ""),  # rounded thirds
        ((1, 1), ""),  # all alike
    ],
)
def test_weights_that_add_to_no_whole_are_told_with_what_they_were_taken_for(tmp_path, capsys, weights, named):
    rubric = "".join(
        f'[[criterion]]\nname = "{name}"\nweight = {weight}\nmin = 0\nmax = 10\n'
        for name, weight in zip(("Idea", "Craft"), weights, strict=True)
    )
    rows = "entry,judge,criterion,score\nA,X,Idea,5\nA,X,Craft,5\nB,X,Idea,6\nB,X,Craft,6\n"
    report = tmp_path / "report.html"
    call = [str(write(tmp_path, rows, "marks.csv")), "--rubric", str(write(tmp_path, rubric, "rubric.toml"))]

    assert run([*call, "--lang", "en", "--report", str(report)]) == 0

    for shown in (said(capsys.readouterr().out), said(report.read_text(encoding="utf-8"))):
        assert ("add to neither 100 nor 1" in shown) == bool(named)
        assert all(part in shown for part in named.split(" · "))


@pytest.mark.parametrize(
    ("header", "nearly"),
    [
        ("entry,judge,critrion,score", "critrion is nearly criterion (المعيار)"),
        ("entry,judge,catagory,score", "catagory is nearly category (الفئة)"),
        ("المشروع,المحكّم,المعار,الدرجة", "المعار is nearly criterion (المعيار)"),
    ],
)
def test_a_misspelt_column_is_not_passed_over(tmp_path, capsys, header, nearly):
    marks = write(tmp_path, f"{header}\nA,X,a,5\nB,X,a,6\n", "marks.csv")

    assert run([str(marks), "--lang", "en"]) == 1

    assert f"Row 1: the column {nearly}. Did you mean it?" in said(capsys.readouterr().err)


@pytest.mark.parametrize("extra", ["comment", "school", "ملاحظات", "date", "orders of the day"])
def test_columns_that_nobody_asked_for_are_left_alone(tmp_path, extra):
    marks = write(tmp_path, f"entry,judge,score,{extra}\nA,X,5,a\nB,X,6,b\n", "marks.csv")

    assert run([str(marks), "--lang", "en"]) == 0
