"""An offline sheet compared with what the server holds: changed by the judge alone, by both, or by neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from service.actors import JudgeActor
from service.permissions import Action, require
from service.usecases.judging.offline_book import TO_FILL, OfflineBook
from service.usecases.judging.sheets import save_comments, save_mark
from storage.reads.judge.review import MyReview, ReviewSheet

__all__ = ["Comparison", "Place", "SheetChanges", "compare_book", "save_changes"]


@dataclass(frozen=True, slots=True)
class Place:
    """A mark (``criterion_id``) or a note (``field`` team or committee) with two values."""

    field: str
    criterion_id: UUID | None
    stored: int | str
    offered: int | str


@dataclass(frozen=True, slots=True)
class SheetChanges:
    """What is to be saved on one sheet, made from this revision; None leaves a note as it is."""

    sheet_id: UUID
    code_name: str
    revision: int
    marks: Mapping[UUID, int]
    team: str | None = None
    committee: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file brings: changes without a clash, clashes by code name, and how many places were left alone.

    Left alone are places of sheets that are sealed, held or no longer in the list, and of criteria that are not theirs.
    """

    changes: tuple[SheetChanges, ...]
    clashes: dict[str, tuple[Place, ...]]
    n_skipped: int


@dataclass(slots=True)
class _Gathered:
    sheet: ReviewSheet
    marks: dict[UUID, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    clashes: list[Place] = field(default_factory=list)


def compare_book(book: OfflineBook, review: MyReview) -> Comparison:
    """Compare each place of a file with the server's.

    A place that the file leaves as it was, or empty, changes nothing. One that only the file changed is taken. One that
    both changed, each in its way, is a clash.
    """
    gathered = {each.code_name: _Gathered(each) for each in review.sheets if each.state in TO_FILL}
    n_skipped = _gather_marks(book, review, gathered) + _gather_notes(book, gathered)
    return Comparison(
        changes=tuple(
            SheetChanges(
                found.sheet.id, code, found.sheet.revision, found.marks,
                found.texts.get("team"), found.texts.get("committee"),
            )
            for code, found in gathered.items()
            if found.marks or found.texts
        ),
        clashes={code: tuple(found.clashes) for code, found in gathered.items() if found.clashes},
        n_skipped=n_skipped,
    )  # fmt: skip


def _gather_marks(book: OfflineBook, review: MyReview, gathered: Mapping[str, _Gathered]) -> int:
    n_skipped = 0
    for row in book.rows:
        if row.step is None or row.step == row.was:
            continue
        found = gathered.get(row.code_name)
        rubric = review.criteria.get(found.sheet.category_id, ()) if found else ()
        if found is None or row.criterion_id not in {each.id for each in rubric}:
            n_skipped += 1
            continue
        stored = found.sheet.marks.get(row.criterion_id)
        if stored == row.was or stored is None:
            found.marks[row.criterion_id] = row.step
        elif stored != row.step:
            found.clashes.append(Place("mark", row.criterion_id, stored, row.step))
    return n_skipped


def _gather_notes(book: OfflineBook, gathered: Mapping[str, _Gathered]) -> int:
    n_skipped = 0
    for note in book.notes:
        found = gathered.get(note.code_name)
        for name, offered, was in (
            ("team", note.team, note.team_was),
            ("committee", note.committee, note.committee_was),
        ):
            if offered == was:
                continue
            if found is None:
                n_skipped += 1
                continue
            stored = _stored_text(found.sheet, name)
            if stored in (was, ""):
                found.texts[name] = offered
            elif stored != offered:
                found.clashes.append(Place(name, None, stored, offered))
    return n_skipped


def _stored_text(sheet: ReviewSheet, name: str) -> str:
    text = sheet.comment_team if name == "team" else sheet.comment_committee
    return text.replace("\r\n", "\n").strip()


async def save_changes(judge: JudgeActor, changes: Sequence[SheetChanges], *, stage: str, now: datetime) -> int:
    """Save changes sheet by sheet through the same steps as any mark; return how many places changed.

    Raises StaleRevision when a sheet changed again meanwhile; what was saved before stands, and says so in the log.
    """
    require(Action.SAVE_MARK, judge.actor, stage=stage)
    n_saved = 0
    for each in changes:
        revision = each.revision
        for criterion_id, step in each.marks.items():
            saved = await save_mark(
                judge, each.sheet_id, criterion_id=criterion_id, step=step, revision=revision, now=now
            )
            n_saved += saved.revision > revision
            revision = saved.revision
        if each.team is not None or each.committee is not None:
            told = await save_comments(
                judge, each.sheet_id, team=each.team, committee=each.committee, revision=revision, now=now
            )
            n_saved += told.revision > revision
    return n_saved
