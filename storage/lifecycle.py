"""Every state in the program and every move between states, on one page.

A move is made by ``move`` alone: one UPDATE that compares the state and sets it, so of two people who press at once one
wins and the other is told. Deadlines are not states: the clock refuses a move, and a job moves the edition later.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from piccolo.table import Table

__all__ = [
    "APPEAL_MOVES",
    "ASSIGNMENT_MOVES",
    "DECISION_MOVES",
    "EDITION_MOVES",
    "ENTRY_MOVES",
    "FILE_MOVES",
    "ROUND_MOVES",
    "SHEET_MOVES",
    "UPLOAD_MOVES",
    "AppealState",
    "AssignmentState",
    "DecisionState",
    "EditionState",
    "EntryState",
    "FileState",
    "MoveLost",
    "RoundState",
    "SheetState",
    "UploadState",
    "move",
]


S = TypeVar("S", bound=StrEnum)


class EditionState(StrEnum):
    """The stages of an edition, as pages show them."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    JUDGING = "judging"
    DECIDING = "deciding"
    NOTIFIED = "notified"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class RoundState(StrEnum):
    """The states of a round of judging."""

    PLANNED = "planned"
    ASSIGNING = "assigning"
    OPEN = "open"
    CLOSED = "closed"
    RANKED = "ranked"
    DECIDED = "decided"


class EntryState(StrEnum):
    """What stands of an entry; what happened to it in a round is an outcome."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADMITTED = "admitted"
    RETURNED = "returned"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"


class UploadState(StrEnum):
    """A file on its way in."""

    OPEN = "open"
    COMPLETE = "complete"
    INSPECTING = "inspecting"
    READY = "ready"
    REFUSED = "refused"
    ABORTED = "aborted"


class FileState(StrEnum):
    """What stands of a file: registered by its digests, accepted, refused, or given up for another."""

    COMMITTED = "committed"
    READY = "ready"
    REFUSED = "refused"
    REPLACED = "replaced"
    REMOVED = "removed"


class SheetState(StrEnum):
    """A score sheet; one set aside is kept and shown, and left out of new runs."""

    DRAFT = "draft"
    SEALED = "sealed"
    SET_ASIDE = "set-aside"


class DecisionState(StrEnum):
    """The committee's decision on one category of a round."""

    OPEN = "open"
    APPROVED = "approved"


class AssignmentState(StrEnum):
    """One judge asked to judge one entry."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REMOVED = "removed"


class AppealState(StrEnum):
    """A team's objection: lodged, an answer proposed by one member, answered once a second one agreed."""

    LODGED = "lodged"
    PROPOSED = "proposed"
    ANSWERED = "answered"


EDITION_MOVES = {
    ("open", EditionState.DRAFT): EditionState.OPEN,
    ("close", EditionState.OPEN): EditionState.CLOSED,
    ("extend", EditionState.CLOSED): EditionState.OPEN,
    ("start-judging", EditionState.CLOSED): EditionState.JUDGING,
    ("end-judging", EditionState.JUDGING): EditionState.DECIDING,
    ("ask-follow-ups", EditionState.DECIDING): EditionState.JUDGING,
    ("next-round", EditionState.DECIDING): EditionState.JUDGING,
    ("notify", EditionState.DECIDING): EditionState.NOTIFIED,
    ("publish", EditionState.DECIDING): EditionState.PUBLISHED,
    ("publish-after-appeals", EditionState.NOTIFIED): EditionState.PUBLISHED,
    ("archive", EditionState.PUBLISHED): EditionState.ARCHIVED,
}

ROUND_MOVES = {
    ("assign", RoundState.PLANNED): RoundState.ASSIGNING,
    ("open", RoundState.ASSIGNING): RoundState.OPEN,
    ("close", RoundState.OPEN): RoundState.CLOSED,
    ("rank", RoundState.CLOSED): RoundState.RANKED,
    ("decide", RoundState.RANKED): RoundState.DECIDED,
    ("reopen-closed", RoundState.CLOSED): RoundState.OPEN,
    ("reopen", RoundState.RANKED): RoundState.OPEN,
    ("reopen-decided", RoundState.DECIDED): RoundState.RANKED,
}

ENTRY_MOVES = {
    ("submit", EntryState.DRAFT): EntryState.SUBMITTED,
    ("resubmit", EntryState.SUBMITTED): EntryState.SUBMITTED,
    ("complete", EntryState.RETURNED): EntryState.SUBMITTED,
    ("admit", EntryState.SUBMITTED): EntryState.ADMITTED,
    ("return", EntryState.SUBMITTED): EntryState.RETURNED,
    ("exclude", EntryState.SUBMITTED): EntryState.EXCLUDED,
    ("exclude-admitted", EntryState.ADMITTED): EntryState.EXCLUDED,
    ("withdraw-draft", EntryState.DRAFT): EntryState.WITHDRAWN,
    ("withdraw", EntryState.SUBMITTED): EntryState.WITHDRAWN,
    ("withdraw-admitted", EntryState.ADMITTED): EntryState.WITHDRAWN,
    ("withdraw-returned", EntryState.RETURNED): EntryState.WITHDRAWN,
}

UPLOAD_MOVES = {
    ("complete", UploadState.OPEN): UploadState.COMPLETE,
    ("mend", UploadState.COMPLETE): UploadState.OPEN,
    ("mend", UploadState.INSPECTING): UploadState.OPEN,
    ("inspect", UploadState.COMPLETE): UploadState.INSPECTING,
    ("accept", UploadState.INSPECTING): UploadState.READY,
    ("refuse", UploadState.INSPECTING): UploadState.REFUSED,
    ("abort", UploadState.OPEN): UploadState.ABORTED,
}

FILE_MOVES = {
    ("accept", FileState.COMMITTED): FileState.READY,
    ("refuse", FileState.COMMITTED): FileState.REFUSED,
    ("replace", FileState.READY): FileState.REPLACED,
    ("give-up", FileState.COMMITTED): FileState.REMOVED,
    ("give-up", FileState.READY): FileState.REMOVED,
    ("give-up", FileState.REFUSED): FileState.REMOVED,
}

SHEET_MOVES = {
    ("seal", SheetState.DRAFT): SheetState.SEALED,
    ("reopen", SheetState.SEALED): SheetState.DRAFT,
    ("set-aside", SheetState.SEALED): SheetState.SET_ASIDE,
}

DECISION_MOVES = {
    ("approve", DecisionState.OPEN): DecisionState.APPROVED,
    ("appeal-upheld", DecisionState.APPROVED): DecisionState.OPEN,
}

ASSIGNMENT_MOVES = {
    ("publish", AssignmentState.PROPOSED): AssignmentState.PUBLISHED,
    ("drop", AssignmentState.PROPOSED): AssignmentState.REMOVED,
    ("remove", AssignmentState.PUBLISHED): AssignmentState.REMOVED,
}


APPEAL_MOVES = {
    ("propose", AppealState.LODGED): AppealState.PROPOSED,
    ("send-back", AppealState.PROPOSED): AppealState.LODGED,
    ("confirm", AppealState.PROPOSED): AppealState.ANSWERED,
}


class MoveLost(Exception):
    """The row was not in the state that the move starts from."""

    def __init__(self, table: str, name: str) -> None:
        self.table = table
        self.name = name
        super().__init__(table, name)


async def move(
    table: type[Table], row_id: UUID, name: str, moves: Mapping[tuple[str, S], S], **also: object
) -> tuple[S, S]:
    """Make the move ``name`` on one row, setting the columns in ``also`` with it; return (from, to).

    Raises MoveLost when the row is in no state from which the move starts, KeyError for an unknown name.
    """
    sources = {source: target for (move_name, source), target in moves.items() if move_name == name}
    if not sources:
        raise KeyError(name)
    columns = {column._meta.name: column for column in table._meta.columns}  # noqa: SLF001 - Piccolo's public shape
    for source, target in sources.items():
        values: dict[Any, Any] = {columns["state"]: target.value}
        values |= {columns[key]: value for key, value in also.items()}
        rows = (
            await table.update(values)
            .where((table._meta.primary_key == row_id) & (columns["state"] == source.value))  # noqa: SLF001
            .returning(table._meta.primary_key)  # noqa: SLF001
        )
        if rows:
            return source, target
    raise MoveLost(table._meta.tablename, name)  # noqa: SLF001
