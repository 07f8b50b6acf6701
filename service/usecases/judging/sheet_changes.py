"""What saving a mark or a note writes, beside its row in the log: statements that end with a WHERE, for its chain."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from storage.engine import Statement
from storage.reads.judge.views import SheetLock

__all__ = ["comments_changed", "mark_changed"]

_NEW_MARK = "INSERT INTO mark (step, made_at, sheet, criterion, id) SELECT {}, {}, {}, {}, {} WHERE TRUE"
_OTHER_MARK = "UPDATE mark SET step = {}, made_at = {} WHERE sheet = {} AND criterion = {}"
_CHANGE = (
    "INSERT INTO mark_change (id, sheet, criterion, revision, field, before, after, made_at) "
    "SELECT {}, {}, {}, {}, {}, {}, {}, {} WHERE TRUE"
)
_ADVANCE = "UPDATE score_sheet SET revision = {}, saved_at = {} WHERE id = {}"
_ADVANCE_WITH_COMMENTS = (
    "UPDATE score_sheet SET revision = {}, saved_at = {}, comment_team = {}, comment_committee = {} WHERE id = {}"
)


def mark_changed(
    sheet: SheetLock, criterion_id: UUID, before: int | None, step: int, now: datetime
) -> tuple[Statement, ...]:
    """Put a mark, new or in the other's place; keep what it was; move the sheet to its next revision."""
    mark = step, now, sheet.id, criterion_id
    revision = sheet.revision + 1
    was = None if before is None else str(before)
    return (
        (_NEW_MARK, (*mark, uuid4())) if before is None else (_OTHER_MARK, mark),
        (_CHANGE, (uuid4(), sheet.id, criterion_id, revision, "mark", was, str(step), now)),
        (_ADVANCE, (revision, now, sheet.id)),
    )


def comments_changed(sheet: SheetLock, comments: Mapping[str, str], now: datetime) -> tuple[Statement, ...]:
    """Put both notes, and move the sheet to its next revision. What they were, the log alone keeps."""
    revision = sheet.revision + 1
    return (
        (_CHANGE, (uuid4(), sheet.id, None, revision, "comments", None, None, now)),
        (_ADVANCE_WITH_COMMENTS, (revision, now, comments["team"], comments["committee"], sheet.id)),
    )
