"""The command that checks the log, in the database or exported."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from service.audit_file import read_lines
from service.cli.audit import run as audit_command
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.piccolo_app import TABLES
from storage.tables.audit import AuditEvent, AuditNonce
from tests.chained import change_reason, unprotect, write


def test_the_command_says_that_the_chain_holds_and_gives_its_last_link(
    audited: Path, capsys: pytest.CaptureFixture[str]
):
    assert audit_command(["verify", "--data", str(audited)]) == 0

    said = capsys.readouterr().out
    last = said.split()[-1]
    assert len(last) == 64
    assert audit_command(["verify", "--data", str(audited), "--head", last]) == 0


def test_the_command_knows_a_published_link_within_the_chain_and_refuses_an_unknown_one(
    audited: Path, capsys: pytest.CaptureFixture[str]
):
    earlier = asyncio.run(_read_hash(audited, 2))

    assert audit_command(["verify", "--data", str(audited), "--head", earlier]) == 0
    assert audit_command(["verify", "--data", str(audited), "--head", "0" * 64]) == 1
    assert "0" * 64 in capsys.readouterr().err


def test_the_command_names_the_first_bad_row(audited: Path, capsys: pytest.CaptureFixture[str]):
    asyncio.run(_tamper(audited))

    assert audit_command(["verify", "--data", str(audited)]) == 1

    assert "4" in capsys.readouterr().err


def test_an_exported_log_is_checked_without_the_database_and_holds_the_published_link(
    audited: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """R099."""
    lines = asyncio.run(_export(audited))
    file = tmp_path / "log.jsonl"

    def check(content: list[str], *more: str) -> int:
        file.write_text("".join(content), encoding="utf-8")
        return audit_command(["verify", str(file), *more])

    published = asyncio.run(_read_hash(audited, 5))
    assert check(lines) == check(lines, "--head", published) == 0
    assert capsys.readouterr().out.split()[-1] == json.loads(lines[-1])["hash"]
    assert check(lines, "--head", "0" * 64) == 1
    for row, wrong in (
        (4, [line.replace("mark-saved", "mark-lost") if at == 3 else line for at, line in enumerate(lines)]),
        (3, lines[:2] + lines[3:]),
        (1, lines[1:]),
    ):
        capsys.readouterr()
        assert check(wrong) == 1
        assert str(row) in capsys.readouterr().err
    for nothing in ([], ["[1]\n"], ["{}\n"], ["no log\n"]):
        assert check(nothing) == 2
    assert not any(nonce in "".join(lines) for nonce in asyncio.run(_read_nonces(audited)))


async def _export(folder: Path) -> list[str]:
    async def read() -> list[str]:
        return [line async for line in read_lines()]

    return list(await _within(folder, read))


async def _read_nonces(folder: Path) -> list[str]:
    async def read() -> list[str]:
        return [row["nonce"] for row in await AuditNonce.select(AuditNonce.nonce)]

    return list(await _within(folder, read))


@pytest.fixture
def audited(tmp_path: Path, empty_database: Path) -> Path:
    """An installation's folder with a log of eight rows."""
    (tmp_path / "tahkim.db").write_bytes(empty_database.read_bytes())
    asyncio.run(_within(tmp_path, lambda: write(8)))
    return tmp_path


async def _within(folder: Path, act: Callable[[], Awaitable[Any]]) -> Any:
    engine = await open_database(sqlite_url(folder / "tahkim.db"))
    bind(engine, TABLES)
    try:
        return await act()
    finally:
        await close_database(engine)


async def _read_hash(folder: Path, sequence: int) -> str:
    async def read() -> str:
        row = await AuditEvent.select(AuditEvent.hash).where(AuditEvent.sequence == sequence).first()
        assert row is not None
        return str(row["hash"])

    return str(await _within(folder, read))


async def _tamper(folder: Path) -> None:
    async def act() -> None:
        await unprotect()
        await change_reason()

    await _within(folder, act)
