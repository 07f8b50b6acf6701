"""A judge's own list of projects."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from storage.engine import Row, read_quickly
from storage.reads.judge.views import EarlierSheet, MyAbstract, MyCard, MyList, MyRemoved, takes_marks

__all__ = ["card_state", "get_my_list", "last_moment", "list_abstracts"]


async def get_my_list(judge_id: UUID, *, now: datetime) -> MyList:
    """Read the judge's own list as it stands at ``now``.

    In two queries however long it is; one more where something was taken from it, one more where rounds went before.
    """
    rows = await read_quickly(_ROUND, judge_id, judge_id)
    if not rows:
        return MyList((), "draft", None, None, None, (), 0, 0)
    row, cards = rows[0], await read_quickly(_CARDS, judge_id, judge_id)
    return MyList(
        cards=tuple(_make_card(each, now) for each in cards),
        stage=row["stage"],
        round_state=row["round_state"],
        opens_at=row["opens_at"],
        closes_at=last_moment(row["closes_at"], cards),
        removed=await _list_removed(judge_id) if row["n_removed"] else (),
        break_after=row["break_after"],
        minutes_per_entry=row["minutes"],
        earlier=await _list_earlier(judge_id, row["ordinal"]) if (row["ordinal"] or 1) > 1 else (),
    )


async def list_abstracts(judge_id: UUID) -> tuple[MyAbstract, ...]:
    """List what the projects in the judge's own list are about."""
    return tuple(MyAbstract(**row) for row in await read_quickly(_ABSTRACTS, judge_id))


_ROUND = """SELECT d.state AS stage, d.break_after_entries AS break_after, d.minutes_per_entry AS minutes,
    r.state AS round_state, r.opens_at, r.closes_at, r.ordinal,
    (SELECT COUNT(*) FROM assignment a WHERE a.judge = {} AND a.state = 'removed') AS n_removed
    FROM judge j JOIN edition d ON d.id = j.edition LEFT JOIN round r ON r.edition = d.id
    WHERE j.id = {} ORDER BY r.ordinal DESC LIMIT 1"""

# The judge is named in the inner SELECT too: by ``a.judge`` it would be asked again for each project.
_CARDS = """SELECT e.code_name, v.title_ar, v.title_en, c.name_ar AS category_ar, c.name_en AS category_en,
    v.duration_seconds AS seconds, a.due_at, r.state AS round_state, r.closes_at,
    s.state, s.abstained, s.sealed_at, s.saved_at, i.answer,
    (SELECT COUNT(*) FROM mark m WHERE m.sheet = s.id) AS n_marks,
    (SELECT COUNT(*) FROM criterion k WHERE k.category = v.category) AS n_criteria,
    (SELECT COUNT(*) FROM conflict b
        WHERE b.judge = a.judge AND b.entry = a.entry AND b.state IN ('held', 'confirmed')) AS n_bars
    FROM assignment a
    JOIN round r ON r.id = a.round
    JOIN entry e ON e.id = a.entry
    JOIN entry_version v ON v.entry = e.id AND v.is_current
    JOIN category c ON c.id = v.category
    JOIN score_sheet s ON s.assignment = a.id
    LEFT JOIN independence i ON i.assignment = a.id
    WHERE a.judge = {} AND a.state = 'published' AND a.round = (
      SELECT o.round FROM assignment o JOIN round n ON n.id = o.round WHERE o.judge = {}
      AND o.state = 'published' ORDER BY n.ordinal DESC LIMIT 1)
    ORDER BY a.position"""

_EARLIER = """SELECT e.code_name, v.title_ar, v.title_en, c.name_ar AS category_ar, c.name_en AS category_en,
    r.ordinal, s.sealed_at
    FROM assignment a JOIN round r ON r.id = a.round JOIN entry e ON e.id = a.entry
    JOIN entry_version v ON v.entry = e.id AND v.is_current JOIN category c ON c.id = v.category
    JOIN score_sheet s ON s.assignment = a.id
    WHERE a.judge = {} AND a.state = 'published' AND s.state = 'sealed' AND r.ordinal < {}
    ORDER BY r.ordinal DESC, a.position"""

# What never reached the judge has no sheet; what left an earlier round's list is told no more.
_REMOVED = """SELECT e.code_name, a.removal, a.removed_at FROM assignment a
    JOIN entry e ON e.id = a.entry JOIN score_sheet s ON s.assignment = a.id
    WHERE a.judge = {} AND a.state = 'removed' AND a.round = (
      SELECT o.round FROM assignment o JOIN round n ON n.id = o.round WHERE o.judge = {}
      AND o.state <> 'proposed' ORDER BY n.ordinal DESC LIMIT 1)
    ORDER BY a.removed_at, e.code_name"""

_ABSTRACTS = """SELECT e.code_name, v.abstract_ar, v.abstract_en FROM assignment a
    JOIN entry e ON e.id = a.entry JOIN entry_version v ON v.entry = e.id AND v.is_current
    WHERE a.judge = {} AND a.state = 'published'"""


def _make_card(row: Row, now: datetime) -> MyCard:
    return MyCard(
        code_name=row["code_name"],
        title_ar=row["title_ar"],
        title_en=row["title_en"],
        category_ar=row["category_ar"],
        category_en=row["category_en"],
        seconds=row["seconds"],
        state=card_state(row, row["n_marks"], row["n_criteria"], is_barred=row["n_bars"] > 0, now=now),
        n_marks=row["n_marks"],
        n_criteria=row["n_criteria"],
        sealed_at=row["sealed_at"],
        saved_at=row["saved_at"],
    )


def card_state(sheet: Row, n_marks: int, n_criteria: int, *, is_barred: bool, now: datetime) -> str:
    """Name what a project asks of its judge; one that was missed asks nothing, whatever else is open in the list."""
    if sheet["state"] != "draft":
        return str(sheet["state"])
    if sheet["abstained"] is not None:
        return "abstained"
    if is_barred:
        return "held"
    if not takes_marks(sheet["round_state"], sheet["due_at"] or sheet["closes_at"], now):
        return "missed"
    return "unasked" if sheet["answer"] is None else _how_far(n_marks, n_criteria)


def _how_far(n_marks: int, n_criteria: int) -> str:
    if n_marks == 0:
        return "todo"
    return "complete" if n_marks == n_criteria else "draft"


def last_moment(closes_at: datetime | None, sheets: Iterable[Row]) -> datetime | None:
    """Give the last moment of a judge's own sheets: the round's close, or a later one that an unsealed sheet has."""
    given = [row["due_at"] for row in sheets if row["due_at"] and row["state"] == "draft" and row["abstained"] is None]
    return max([closes_at, *given]) if closes_at else None


async def _list_removed(judge_id: UUID) -> tuple[MyRemoved, ...]:
    """List what the judge saw and then lost, in the newest round."""
    return tuple(
        MyRemoved(each["code_name"], each["removal"] or "", each["removed_at"])
        for each in await read_quickly(_REMOVED, judge_id, judge_id)
    )


async def _list_earlier(judge_id: UUID, ordinal: int) -> tuple[EarlierSheet, ...]:
    """List the sheets that this judge sealed in the rounds before."""
    return tuple(EarlierSheet(**row) for row in await read_quickly(_EARLIER, judge_id, ordinal))
