"""Exports of what the committee works with, each written in the log before it is handed out."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import NotFound
from service.permissions import Action, require
from service.spreadsheets import SheetTable, write_csv, write_json, write_xlsx
from service.text import Words
from service.usecases.deciding.recusals import require_no_tie
from storage.engine import transaction
from storage.reads.committee.exports import (
    list_assignment_rows,
    list_conflict_rows,
    list_decision_rows,
    list_entry_rows,
    list_mark_rows,
    list_ranking_rows,
)
from storage.rows import get_row
from storage.tables.edition import Edition

__all__ = ["FORMATS", "TABLES", "export_table", "note_export"]

Read = Callable[[UUID], Awaitable[list[dict[str, Any]]]]

TABLES: dict[str, tuple[Read, tuple[str, ...]]] = {
    "entries": (
        list_entry_rows, ("entry", "title_ar", "title_en", "category", "language", "state", "sheets", "sealed")
    ),
    "assignments": (list_assignment_rows, ("round", "entry", "category", "judge", "state", "position", "sheet")),
    "marks": (list_mark_rows, ("round", "entry", "category", "judge", "criterion", "weight", "mark", "sheet")),
    "ranking": (
        list_ranking_rows,
        ("round", "run", "category", "rank", "entry", "score", "low", "high", "raw", "raw_rank", "rank_low",
         "rank_high", "inside", "reviews"),
    ),
    "conflicts": (list_conflict_rows, ("entry", "judge", "source", "kind", "state", "note", "reason")),
    "decisions": (
        list_decision_rows,
        ("round", "category", "place", "honour", "entry", "title_ar", "title_en", "is_shared", "computed_rank",
         "reason", "citation_ar", "citation_en", "state"),
    ),
}  # fmt: skip
"""What can be exported: where its rows come from, and its columns; the heads are ``export.<column>``."""
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
WORDS = frozenset({"state", "sheet", "source", "kind", "language"})
"""Columns of codes, which are said in the reader's language; a JSON file keeps the codes."""


async def note_export(actor: Actor, edition_id: UUID, what: str, *, now: datetime) -> None:
    """Say in the log that something is handed out, to who may have it."""
    async with transaction():
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == edition_id))
        require(Action.EXPORT, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        await record(Event.EXPORTED, by=actor, about=("edition", edition_id), at=now, after={"what": what})


async def export_table(
    actor: Actor, edition_id: UUID, name: str, kind: str, words: Words, *, now: datetime
) -> tuple[bytes, str]:
    """Make a file of one table in the reader's language, say so in the log, and give its bytes and media type."""
    if name not in TABLES or kind not in FORMATS:
        raise NotFound
    read, columns = TABLES[name]
    async with transaction():
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == edition_id))
        require(Action.EXPORT, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        await require_no_tie(actor, edition_id, stage=edition["state"])
        rows = await read(edition_id)
        await record(
            Event.EXPORTED, by=actor, about=("edition", edition_id), at=now,
            after={"table": name, "format": kind, "rows": len(rows)},
        )  # fmt: skip
    table = SheetTable(
        name=words.plain(f"export.table_{name}"),
        keys=columns,
        heads=tuple(words.plain(f"export.{column}") for column in columns),
        rows=[[_cell(row, column, words, is_said=kind != "json") for column in columns] for row in rows],
    )
    if kind == "json":
        return write_json(table), FORMATS[kind]
    content = write_csv(table) if kind == "csv" else write_xlsx(table, is_rtl=words.lang == "ar")
    return content, FORMATS[kind]


def _cell(row: dict[str, Any], column: str, words: Words, *, is_said: bool) -> Any:
    """Give a cell; of a pair of names, the reader's language."""
    if column in row:
        value = row[column]
        if is_said and column in WORDS and value:
            key = f"export.code_{value}"
            return words.plain(key) if key in words else value
        return value
    other = "en" if words.lang == "ar" else "ar"
    return row[f"{column}_{words.lang}"] or row[f"{column}_{other}"]
