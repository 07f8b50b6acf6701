"""What an engine gives: a connection inside a transaction, and the statements and rows that go through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

Row = dict[str, Any]
Statement = tuple[str, "Sequence[Any]"]
"""What is run, with the database's own placeholders, and its values."""

ROWS_IN_PART = 1_000
"""Rows that ``read_in_parts`` gives at a time."""


def first_word(sql: str) -> str:
    """Give the word that says what a statement does."""
    return sql.split(maxsplit=1)[0].upper()


class Session(Protocol):
    """One connection inside one open transaction. ``end`` gives the connection back whatever happens."""

    async def run(self, sql: str, args: Sequence[Any]) -> list[Row]:
        """Run one statement."""
        ...

    async def run_quickly(self, sql: str, args: Sequence[Any]) -> list[Row]:
        """Run one statement that takes no time to speak of, in the way that costs least."""
        ...

    async def run_together(self, statements: Sequence[Statement]) -> list[Row]:
        """Run statements in their order, in as few journeys as there can be; give the last one's rows."""
        ...

    async def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows into a table of ours, in the way that costs least a row."""
        ...

    def read_in_parts(self, sql: str) -> AsyncIterator[list[Row]]:
        """Run a SELECT, and give its rows some at a time."""
        ...

    async def end(self, *, commit: bool) -> None:
        """Commit or roll back, then give the connection back."""
        ...
