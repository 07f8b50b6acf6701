"""The demonstration's small text files: captions, data sheets, logs of sources as spreadsheets, and a saved site."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from random import Random

import xlsxwriter

from service.demo.edition import Entry
from service.demo.papers import log_rows, sentences, spoken, words

_MADE_AT = datetime(2027, 1, 1, tzinfo=UTC)
_GAP_SECONDS = 0.2
_ITEMS = 8
_GROUPS = "ABCD"


def captions(entry: Entry, *, suffix: str, until: float) -> str:
    """Write captions in SRT or WebVTT for the lines of the abstract, spread evenly until ``until`` seconds."""
    said = sentences(entry.abstract.in_language(entry.work_language))
    return _cues(said, suffix=suffix, until=until)


def episode_captions(entry: Entry, *, until: float) -> str:
    """Write the transcript of an episode as WebVTT, each line with who says it."""
    said = [f"<v {who}>{line}" if who else line for who, line in spoken(entry)]
    return _cues(said, suffix="vtt", until=until)


def source_workbook(entry: Entry, path: Path, *, seed: str, author: str) -> None:
    """Write the log of sources as a spreadsheet in the work's language and direction."""
    part, language = words()["sources"], entry.work_language
    rows = [part[f"head_{language}"], *log_rows(entry, seed=seed)]
    _workbook(path, rows, author=author, right_to_left=language == "ar")


def data_workbook(path: Path, *, seed: str, author: str) -> None:
    """Write anonymous answers to a questionnaire as a spreadsheet."""
    _workbook(path, answers(seed=seed), author=author, right_to_left=False)


def data_csv(*, seed: str) -> str:
    """Write anonymous answers to a questionnaire as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(answers(seed=seed))
    return text.getvalue()


def answers(*, seed: str, n_people: int = 120) -> list[list[str]]:
    """Draw answers from 1 to 5, one row a participant, after a row of column names."""
    random = Random(seed)  # noqa: S311 -- invented answers
    rows = [["participant", "group", *(f"item_{number}" for number in range(1, _ITEMS + 1))]]
    for number in range(1, n_people + 1):
        middle = random.uniform(2.2, 4.2)
        marks = [str(min(5, max(1, round(random.gauss(middle, 0.9))))) for _ in range(_ITEMS)]
        rows.append([f"P{number:03d}", random.choice(_GROUPS), *marks])
    return rows


def saved_site(entry: Entry, path: Path, *, picture: str, seed: str) -> None:
    """Write a small site that works offline, as a ZIP with fixed dates."""
    language = entry.work_language
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in sentences(entry.abstract.in_language(language)))
    title = escape(entry.title.in_language(language))
    page = (
        f'<!doctype html><html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"><meta charset="utf-8">'
        f'<title>{title}</title><link rel="stylesheet" href="site.css"><img src="cover.svg" alt="">'
        f'<h1>{title}</h1>{paragraphs}<a href="data.csv">data.csv</a></html>'
    )
    style = "body{font-family:sans-serif;max-width:42rem;margin:auto;line-height:1.7}img{width:100%}"
    contents = {"index.html": page, "site.css": style, "cover.svg": picture, "data.csv": data_csv(seed=seed)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in contents.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=_MADE_AT.timetuple()[:6]), text)


def _cues(said: list[str], *, suffix: str, until: float) -> str:
    mark = "," if suffix == "srt" else "."
    cues = ["WEBVTT\n"] if suffix == "vtt" else []
    for at, line in enumerate(said):
        start, end = until * at / len(said), until * (at + 1) / len(said) - _GAP_SECONDS
        times = f"{_clock(start, mark)} --> {_clock(end, mark)}"
        cues.append(f"{at + 1}\n{times}\n{line}\n")
    return "\n".join(cues)


def _clock(seconds: float, mark: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{thousandths:03d}"


def _workbook(path: Path, rows: list[list[str]], *, author: str, right_to_left: bool) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"author": author, "created": _MADE_AT.replace(tzinfo=None)})
        sheet = book.add_worksheet()
        if right_to_left:
            sheet.right_to_left()
        bold = book.add_format({"bold": True, "bg_color": "#e2efec"})
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row, bold if at == 0 else None)
        sheet.set_column(0, len(rows[0]) - 1, 22)
        sheet.freeze_panes(1, 0)
