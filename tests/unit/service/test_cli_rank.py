import csv
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from openpyxl import Workbook

from service.cli.headers import fold_header
from service.cli.rank import run
from service.cli.rankfiles import HEADER
from service.cli.records import TableError
from service.cli.sheets import Column, read_table
from tests.unit.judging.scoring_cases import RATINGS, drawn

RUBRIC = """
[[criterion]]
name = "الأصالة"
weight = 50
min = 1
max = 8
step = 1

[[criterion]]
name = "Craft"
weight = 50
min = 1
max = 8
step = 1
"""


@pytest.fixture
def marks(tmp_path):
    table, *_rest = drawn(np.random.default_rng(1), n_entries=20, n_judges=6, reads=3)
    path = tmp_path / "marks.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["entry", "judge", "score", "category"])
        for e, j in np.argwhere(~np.isnan(table)):
            writer.writerow([f"DOC-{e:03}", f"J{j}", round(float(table[e, j]), 1), "film" if e < 12 else "prose"])
    return path


def ranking(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(tmp_path, text, name="marks.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_table_of_marks_becomes_a_ranking_within_each_category(marks, tmp_path, capsys):
    out = tmp_path / "ranking.csv"

    assert run([str(marks), "--out", str(out), "--lang", "en"]) == 0

    rows = ranking(out)
    assert tuple(rows[0]) == HEADER
    assert [int(row["rank"]) for row in rows if row["category"] == "film"] == list(range(1, 13))
    assert [int(row["rank"]) for row in rows if row["category"] == "prose"] == list(range(1, 9))
    assert all(int(row["rank_low"]) <= int(row["rank"]) <= int(row["rank_high"]) for row in rows)
    assert "Adjusted score" in capsys.readouterr().out


def test_scores_may_be_named_by_an_option_and_printed_by_category(marks, capsys):
    assert run(["--scores", str(marks), "--by", "category", "--lang", "ar"]) == 0

    said = capsys.readouterr().out
    assert "الدرجة المعدّلة" in said
    assert said.index("film") < said.index("prose")


def test_a_name_that_a_spreadsheet_would_compute_is_written_harmlessly(tmp_path):
    marks = write(tmp_path, "entry,judge,score\n=1+1,X,5\nB,X,4\n=1+1,Y,6\nB,Y,3\n")
    out = tmp_path / "ranking.csv"

    assert run([str(marks), "--out", str(out)]) == 0

    assert [line.split(",")[2] for line in out.read_text().splitlines()] == ["entry", "'=1+1", "B"]


def test_the_same_marks_in_another_order_give_the_same_bytes_twice(marks, tmp_path):
    lines = marks.read_text(encoding="utf-8").splitlines()
    other = write(tmp_path, "\n".join([lines[0], *reversed(lines[1:])]), "other.csv")
    outs = [tmp_path / f"{name}.csv" for name in "abc"]

    for path, out in zip((marks, marks, other), outs, strict=True):
        assert run([str(path), "--out", str(out), "--method", "model"]) == 0

    assert outs[0].read_bytes() == outs[1].read_bytes() == outs[2].read_bytes()


def test_the_report_is_one_page_that_needs_nothing_else(marks, tmp_path):
    for lang in ("ar", "en"):
        page = tmp_path / f"{lang}.html"

        assert run([str(marks), "--report", str(page), "--lang", lang]) == 0

        text = page.read_text(encoding="utf-8")
        assert f'lang="{lang}"' in text
        assert "DOC-007" in text
        assert text.count("<svg") >= 20
        assert not re.search(r'(?:src|href)="(?!data:)', text)
        HTMLParser().feed(text)
    assert (tmp_path / "ar.html").read_text(encoding="utf-8").count('dir="rtl"') == 1


def test_the_json_holds_every_part_and_choice(marks, tmp_path):
    path = tmp_path / "run.json"

    assert run([str(marks), "--json", str(path), "--seed", "7"]) == 0

    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["seed"] == 7
    entry = told["entries"][0]
    assert sum(entry["parts"].values()) == pytest.approx(entry["score"], abs=1e-5)
    assert len(told["judges"]) == 6
    assert told["components"][0]["method"] in {"model", "blup"}


def test_arabic_headers_digits_commas_and_semicolons_are_read(tmp_path):
    text = "\ufeffالمشروع;رقم المحكم;الدرجه;الفئة\nأ-١;م1;٧٫٥;فيلم\nأ-1;م2;7,5;فيلم\n\nأ-٢;م1;۶;فيلم\n"
    path = write(tmp_path, text)

    table = read_table(path, ["entry", "judge", "score", Column("order", is_required=False)])

    assert table.labels("entry")[0] == ["أ-1", "أ-2"]
    assert table.numbers("score").tolist() == [7.5, 7.5, 6.0]
    assert table.rows.tolist() == [2, 3, 5]


def test_a_spreadsheet_is_read_like_a_csv_file(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in (["entry", "judge", "score"], ["A", "X", 7], ["B", "X", 6.5], ["A", "Y", 8], ["B", "Y", None]):
        sheet.append(row)
    path = tmp_path / "marks.xlsx"
    book.save(path)

    table = read_table(path, ["entry", "judge", "score"])

    assert table.labels("judge")[0] == ["X", "Y"]
    assert np.isnan(table.numbers("score", may_be_blank=True)[3])


def test_a_large_file_is_read_like_a_small_one(tmp_path):
    rows = [f"E{i:05},J{i % 7},{i % 10}" for i in range(20_000)]
    path = write(tmp_path, "entry,judge,score\r\n" + "\r\n".join(rows) + "\r\n")

    table = read_table(path, ["entry", "judge", "score"])

    assert len(table) == 20_000
    assert table.numbers("score").sum() == 90_000
    assert table.rows[-1] == 20_001
    broken = write(tmp_path, "entry,judge,score\n" + "\n".join(rows) + "\nE1,J1\n")
    with pytest.raises(TableError) as refused:
        read_table(broken, ["entry", "judge", "score"])
    assert refused.value.facts["row"] == 20_002


@pytest.mark.parametrize(
    "words", [("المحكّم", "محكم"), ("رمز التحكيم", "رمز_التحكيم"), ("Max Load", "max_load"), ("الفئة", "فئه")]
)
def test_headers_differ_only_by_what_matters(words):
    assert fold_header(words[0]) == fold_header(words[1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("entry,judge,score\n", "no rows"),
        ("entry,judge\nA,X\n", "score"),
        ("entry,judge,score,الترتيب\nA,X,5,1\n", "order"),
        ("entry,judge,score,mark\nA,X,5,5\n", "same"),
        ("entry,judge,score\nA,X,five\n", "Row 2"),
        ("entry,judge,score\nA,X,5\n,X,5\n", "Row 3"),
        ("entry,judge,score\nA,X,5\nB,X,6\nA,X,7\n", "row 2"),
        ("entry,judge,score\nA,X\n", "Row 2"),
        ("entry,judge,score\nA,X,5,6\n", "Row 2"),
        ("entry,judge,score\nA,X,\n", "no marks"),
        ("entry,judge,score,category\nA,X,5,film\nA,Y,5,prose\n", "Row 3"),
        (b"entry,judge,score\nA,X,5\n\xff\xfe,Y,5\n", "UTF-8"),
        ('entry,judge,score\n"A,X,5\n', "quotation"),
        (f"entry,judge,score\nA,X,5\n{'B' * 201},X,5\n", "Row 3, column entry: a name of 201"),
    ],
)
def test_a_wrong_file_never_yields_a_ranking_and_names_its_fault(tmp_path, capsys, text, said):
    out = tmp_path / "ranking.csv"

    assert run([str(write(tmp_path, text)), "--out", str(out), "--lang", "en"]) == 1

    refused = re.sub("[\u2066-\u2069]", "", capsys.readouterr().err)
    assert said in refused
    assert not out.exists()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,X,الأصالة,5\nA,X,Colour,5\n", "Row 3, column criterion"),
        ("A,X,الأصالة,5\nA,X,craft,9\n", "Row 3, column score: 9 is outside the range 1 to 8"),
        ("A,X,الأصالة,5\nA,X,Craft,4.5\n", "no step"),
    ],
)
def test_marks_are_held_to_their_rubric(tmp_path, capsys, rows, said):
    path, rubric = write(tmp_path, "entry,judge,criterion,score\n" + rows), write(tmp_path, RUBRIC, "rubric.toml")

    assert run([str(path), "--rubric", str(rubric), "--lang", "en"]) == 1

    assert said in re.sub("[\u2066-\u2069]", "", capsys.readouterr().err)


@pytest.mark.parametrize(
    "rubric",
    [
        "not toml",
        "title = 1",
        "[[criterion]]\nweight = 1\nmin = 1\nmax = 8",
        '[[criterion]]\nname = "a"\nmin = 1',
        '[[criterion]]\nname = "a"\nmin = 8\nmax = 1',
    ],
)
def test_a_rubric_that_says_too_little_is_refused(tmp_path, capsys, rubric):
    path = write(tmp_path, "entry,judge,score\nA,X,5\nB,X,6\n")

    assert run([str(path), "--rubric", str(write(tmp_path, rubric, "rubric.toml"))]) == 1

    assert "rubric.toml" in capsys.readouterr().err


def test_one_judge_is_ranked_and_the_reader_is_told(tmp_path, capsys):
    assert run([str(write(tmp_path, "entry,judge,score\nA,X,5\nB,X,6\n")), "--lang", "en"]) == 0

    assert "one judge only" in capsys.readouterr().out


def test_strangers_are_ranked_apart_and_the_joining_review_is_named(tmp_path, capsys):
    rows = [
        f"{e},{j},{s}"
        for e, j, s in [
            ("A", "X", 5),
            ("A", "Y", 6),
            ("B", "X", 4),
            ("B", "Y", 8),
            ("C", "Z", 5),
            ("C", "W", 5),
            ("D", "Z", 8),
            ("D", "W", 7),
        ]
    ]
    out = tmp_path / "ranking.csv"

    assert run([str(write(tmp_path, "entry,judge,score\n" + "\n".join(rows))), "--out", str(out), "--lang", "en"]) == 0

    assert sorted((row["component"], row["rank"]) for row in ranking(out)) == [
        ("1", "1"),
        ("1", "2"),
        ("2", "1"),
        ("2", "2"),
    ]
    assert "To join the groups, ask" in capsys.readouterr().out


def test_own_institution_is_looked_at_where_both_sides_are_known(tmp_path):
    rng = np.random.default_rng(2)
    rows = [f"E{e},J{j},{6 + rng.normal(0, 1) + (e % 3 == j % 3):.2f},U{e % 3}" for e in range(30) for j in range(6)]
    path = write(tmp_path, "entry,judge,score,institution\n" + "\n".join(rows))
    judges = write(tmp_path, "judge,institution\n" + "\n".join(f"J{j},U{j % 3}" for j in range(6)), "judges.csv")
    told = tmp_path / "run.json"

    assert run([str(path), "--judges", str(judges), "--json", str(told), "--report", str(tmp_path / "r.html")]) == 0

    own = json.loads(told.read_text(encoding="utf-8"))["own_institution"]
    assert own["effect"] == pytest.approx(1.0, abs=0.6)
    assert own["reviews"] == 60


@pytest.mark.parametrize("name", ["conference_kuhlisch", "ratings1_writing", "wine_bitterness"])
def test_published_tables_are_ranked_as_they_stand(tmp_path, name):
    out = tmp_path / "ranking.csv"

    assert run([str(RATINGS / f"{name}.csv"), "--out", str(out)]) == 0

    assert min(int(row["rank"]) for row in ranking(out)) == 1


def test_a_call_without_a_file_explains_itself(capsys):
    assert run(["--lang", "ar"]) == 2

    assert "اذكر ملف درجات" in capsys.readouterr().err
