"""Judges' pages in the reader's language: read models turned into what a template prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.text import Ltr, Words
from service.web.work import Place, WorkPage, pick, work_page
from storage.reads.judge.practice import PracticeSheet
from storage.reads.judge.views import CriterionView, EarlierSheet, MyCard, MySheet

__all__ = [
    "CardPage",
    "CriterionPage",
    "EarlierPage",
    "SheetPage",
    "card_page",
    "criteria_page",
    "earlier_page",
    "practice_marks",
    "sheet_page",
]

WHOLE = 100


@dataclass(frozen=True, slots=True)
class CardPage:
    """A project in the list."""

    code: Ltr
    title: str
    category: str
    length: Ltr | None
    state: str
    n_left: int
    href: str
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LevelPage:
    """A level as one criterion describes it."""

    level: int
    description: str


@dataclass(frozen=True, slots=True)
class CriterionPage:
    """A criterion with this judge's mark and earlier marks."""

    id: str
    name: str
    question: str
    levels: tuple[LevelPage, ...]
    weight: float
    mark: int | None
    earlier: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NotePage:
    """A private note."""

    id: str
    seconds: int | None
    text: str


@dataclass(frozen=True, slots=True)
class SheetPage:
    """The scoring page; ``is_invented`` where an organiser looks at it beforehand, under another ``base``."""

    code: Ltr
    work: WorkPage
    state: str
    answer: str | None
    is_readonly: bool
    is_abstained: bool
    is_barred: bool
    revision: int
    steps: int
    criteria: tuple[CriterionPage, ...]
    notes: tuple[NotePage, ...]
    comment_team: str
    comment_committee: str
    points: float
    weight_marked: int
    n_left: int
    n_marked: int
    position: int
    n_cards: int
    previous: str | None
    following: str | None
    closes_at: datetime
    is_round_open: bool
    saved_at: datetime | None
    sealed_at: datetime | None
    names_team: bool
    names_committee: bool
    n_practice_due: int = 0
    of_round: str = ""
    base: str = "/judging"
    is_invented: bool = False


@dataclass(frozen=True, slots=True)
class EarlierPage:
    """A sheet of an earlier round in the list."""

    code: Ltr
    title: str
    category: str
    ordinal: int
    href: str
    sealed_at: datetime


def earlier_page(sheet: EarlierSheet, words: Words) -> EarlierPage:
    """Turn a sheet of an earlier round into the reader's language."""
    return EarlierPage(
        Ltr(sheet.code_name), pick(sheet, "title", words), pick(sheet, "category", words), sheet.ordinal,
        f"/judging/{sheet.code_name}?round={sheet.ordinal}", sheet.sealed_at,
    )  # fmt: skip


def card_page(card: MyCard, words: Words) -> CardPage:
    """Turn a card into the reader's language. Its address is what the project asks for next."""
    base = f"/judging/{card.code_name}"
    return CardPage(
        code=Ltr(card.code_name),
        title=pick(card, "title", words),
        category=pick(card, "category", words),
        length=words.duration_clock(card.seconds) if card.seconds else None,
        state=card.state,
        n_left=card.n_criteria - card.n_marks,
        href=f"{base}/conflict" if card.state == "unasked" else base,
        sealed_at=card.sealed_at,
    )


def criteria_page(
    criteria: Sequence[CriterionView], marks: Mapping[UUID, int], words: Words, earlier: Mapping[UUID, list[int]]
) -> tuple[CriterionPage, ...]:
    """Turn a rubric into the reader's language."""
    return tuple(
        CriterionPage(
            id=str(each.id),
            name=pick(each, "name", words),
            question=pick(each, "ask", words),
            levels=tuple(
                LevelPage(level, text) for level, text in enumerate(_pick_list(each, "anchors", words), start=1)
            ),
            weight=each.weight / WHOLE,
            mark=marks.get(each.id),
            earlier=tuple(sorted(earlier.get(each.id, []))),
        )
        for each in criteria
    )


def sheet_page(
    sheet: MySheet,
    words: Words,
    *,
    shown: str | None,
    is_round_open: bool,
    n_practice_due: int = 0,
    named: tuple[bool, ...] = (False, False),
    ordinal: int | None = None,
) -> SheetPage:
    """Turn a sheet into the reader's language.

    ``shown`` is the id of the file that is open beside the rubric; ``named`` whether the notes for team and committee
    seem to name somebody; ``n_practice_due`` how many practice works stand before
    the first mark; ``ordinal`` the round that was asked for, in which the page's own links stay.
    """
    of_round = f"?round={ordinal}" if ordinal is not None else ""
    earlier: dict[UUID, list[int]] = {}
    for each in sheet.earlier:
        earlier.setdefault(each.criterion_id, []).append(each.step)
    return SheetPage(
        code=Ltr(sheet.entry.code_name),
        work=work_page(
            sheet.entry,
            sheet.files,
            words,
            Place(f"/judging/{sheet.entry.code_name}{of_round}", f"/judging/{sheet.entry.code_name}/files"),
            shown=shown,
            noted=tuple(each.second for each in sheet.notes if each.second is not None),
        ),
        state=sheet.state,
        answer=sheet.answer,
        is_readonly=sheet.state != "draft"
        or not is_round_open
        or sheet.abstained is not None
        or sheet.is_barred
        or n_practice_due > 0,
        is_abstained=sheet.abstained is not None,
        is_barred=sheet.is_barred,
        revision=sheet.revision,
        steps=sheet.steps,
        criteria=criteria_page(sheet.criteria, sheet.marks, words, earlier),
        notes=tuple(NotePage(str(each.id), each.second, each.content) for each in sheet.notes),
        comment_team=sheet.comment_team,
        comment_committee=sheet.comment_committee,
        points=sheet.points,
        weight_marked=sheet.weight_marked,
        n_left=len(sheet.criteria) - len(sheet.marks),
        n_marked=len(sheet.marks),
        position=sheet.position,
        n_cards=sheet.n_cards,
        previous=sheet.previous_code,
        following=sheet.next_code,
        n_practice_due=n_practice_due,
        of_round=of_round,
        closes_at=sheet.closes_at,
        is_round_open=is_round_open,
        saved_at=sheet.saved_at,
        sealed_at=sheet.sealed_at,
        names_team=named[0],
        names_committee=named[1],
    )


def practice_marks(sheet: PracticeSheet, words: Words) -> tuple[CriterionPage, ...]:
    """Turn a practice work's rubric into the reader's language."""
    return criteria_page(sheet.criteria, sheet.marks, words, {})


def _pick_list(row: object, name: str, words: Words) -> tuple[str, ...]:
    return tuple(getattr(row, f"{name}_{words.lang}"))
