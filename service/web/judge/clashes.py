"""Two values for one place: what the server holds and what this form or file brings, side by side, to choose from.

Nothing is overwritten in silence: a form opened before another device saved, and an offline sheet filled while marks
changed, end on the same page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.text import Ltr, Words
from service.web.forms import Typed
from storage.reads.judge.views import MySheet

__all__ = ["Clash", "ClashPage", "SheetClashes", "find_form_clashes", "make_clashes"]


@dataclass(frozen=True, slots=True)
class Clash:
    """One place with two values. ``field`` is the form's name for it."""

    field: str
    name: str
    stored: str
    offered: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class SheetClashes:
    """The clashes of one project's sheet, and what the same form brought without a clash.

    ``prefix`` stands before the names of fields where several sheets share a form.
    """

    code: Ltr
    title: str
    prefix: str
    revision: int
    rows: tuple[Clash, ...]
    settled: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClashPage:
    """The page where the judge chooses."""

    post_to: str
    back_to: str
    sheets: tuple[SheetClashes, ...]
    then: str


def find_form_clashes(sheet: MySheet, typed: Typed, words: Words) -> SheetClashes | None:
    """Compare a plain form with the sheet. None when it was made from the stored revision, or says the same.

    A place that the form leaves empty and the sheet does not is no clash: an unmarked criterion unmarks nothing.
    """
    if typed.number("revision") == sheet.revision:
        return None
    rows: list[Clash] = []
    settled: list[tuple[str, str]] = []
    for each in sheet.criteria:
        field = f"mark-{each.id}"
        step, was = typed.number(field), typed.number(f"was-{each.id}")
        stored = sheet.marks.get(each.id)
        name = each.name_ar if words.lang == "ar" else each.name_en
        if step is not None and step == was:
            continue  # this form did not touch it
        if step is not None and stored is not None and step != stored:
            rows.append(Clash(field, name, str(stored), str(step), is_text=False))
        elif step is not None:
            settled.append((field, str(step)))
    for field, key, text in (
        ("comment_team", "judge.comment", sheet.comment_team),
        ("comment_committee", "judge.comment_committee", sheet.comment_committee),
    ):
        if field in typed and typed.text(field) != text and text:
            rows.append(Clash(field, words.plain(key), text, typed.text(field), is_text=True))
        elif field in typed:
            settled.append((field, typed.text(field)))
    return make_clashes(sheet, rows, settled, words) if rows else None


def make_clashes(
    sheet: MySheet, rows: Sequence[Clash], settled: Sequence[tuple[str, str]], words: Words, *, prefix: str = ""
) -> SheetClashes:
    """Put the clashes of one sheet together."""
    title = sheet.entry.title_ar if words.lang == "ar" else sheet.entry.title_en
    return SheetClashes(
        Ltr(sheet.entry.code_name), title or sheet.entry.title_en, prefix, sheet.revision, tuple(rows), tuple(settled)
    )
