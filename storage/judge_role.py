"""The judges' role in PostgreSQL: what serves judges connects as one that has no right on what names people.

Code that serves judges cannot import a read that names anyone; this is the second wall behind that one. Should a query
ever be written that it must not be, or one be slipped in through a fault, the database itself refuses it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from storage.errors import StorageMisuse
from storage.migrations.run import take_turn

if TYPE_CHECKING:
    from storage.engines.transactions import TahkimEngine

__all__ = ["NAMING", "grant_judge_role", "list_reached"]

NAMING = frozenset({
    "appeal", "attempt", "audit_event", "audit_nonce", "certificate", "chosen_comment", "deletion_request",
    "entry_owner", "group_letter", "help_answer", "identity_finding", "job", "joint_request", "kept_form",
    "member_conflict", "message", "past_entry", "person", "question", "recovery_code", "retention_run", "role_grant",
    "second_factor", "shortlist_entry", "supervision", "team_member", "token", "upload", "web_session",
})  # fmt: skip
"""Tables that name people, or tell of them: the judges' role reads none of them.

A shortlist names nobody, but it holds the places of a round that its judges must not know in the next one.
``judge_certificate`` is not among them: it names judges alone, is filled at the publication, and leads to no project.
"""

_APPENDED = ("audit_event", "audit_nonce")
"""What a judge does is written in the log; the role may add to it, and read nothing of it but its last link."""

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_OURS = "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_REACHED = """SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind = 'r' AND has_any_column_privilege($1, c.oid, 'SELECT')
    ORDER BY c.relname"""


def name_of_role(url: str) -> str:
    """Read the role's name off its address. Raises StorageMisuse for one that would need quoting."""
    name = unquote(urlsplit(url).username or "")
    if not _NAME.fullmatch(name):
        raise StorageMisuse(reason="role-name", name=name)
    return name


async def grant_judge_role(engine: TahkimEngine, url: str) -> None:
    """Give the role of this address its rights anew, after every migration; the owner of the tables does it.

    The role itself is made once by whoever runs the server (``CREATE ROLE … LOGIN``). Servers that start together take
    turns: of two that change the rights of one table at once, PostgreSQL lets one fail.
    """
    role = name_of_role(url)
    async with engine.transaction():
        await take_turn(engine)
        names = {row["name"] for row in await engine.execute(_OURS)}
        await engine.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        await engine.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        open_tables = ", ".join(f'"{name}"' for name in sorted(names - NAMING - {"audit_head", "schema_version"}))
        await engine.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {open_tables} TO {role}")
        await engine.execute(f"GRANT SELECT, UPDATE ON audit_head TO {role}")
        await engine.execute(f"GRANT INSERT ON {', '.join(_APPENDED)} TO {role}")


async def list_reached(engine: TahkimEngine, url: str) -> tuple[str, ...]:
    """List the tables naming people that the role of this address can read all the same: none, when all is well."""
    rows = await engine.execute(_REACHED, (name_of_role(url),))
    return tuple(row["name"] for row in rows if row["name"] in NAMING)
