"""What is wrong outside the program is said in a sentence with what to do, by every command; nothing is touched."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from service.cli.main import main
from tests.s3 import find_port

ROOT = Path(__file__).parents[3]

LATER = "INSERT INTO schema_version (number, id, applied_at) VALUES (9999, 'm9999_later', '2027-01-01 00:00:00+00:00')"


@pytest.fixture
def newer(empty_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of data that a later release has written to."""
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("TAHKIM_DATA", str(tmp_path))
    shutil.copy(empty_database, tmp_path / "tahkim.db")
    with sqlite3.connect(tmp_path / "tahkim.db") as connection:
        connection.execute(LATER)
    connection.close()
    return tmp_path


@pytest.mark.parametrize("command", ["migrate", "worker", "sweep", "backup", "serve"])
def test_a_schema_of_a_later_release_is_refused_and_nothing_is_touched(
    newer: Path, capsys: pytest.CaptureFixture[str], command: str
):
    before = (newer / "tahkim.db").read_bytes()

    status = main([command, *([str(newer / "copy")] if command == "backup" else [])])

    said = capsys.readouterr()
    assert status == 1
    assert "Run the later release" in said.err
    assert "m9999_later" in said.err
    assert not (newer / "copy").exists()
    assert (newer / "tahkim.db").read_bytes() == before


def test_what_is_no_database_is_said_to_be_none(newer: Path, capsys: pytest.CaptureFixture[str]):
    (newer / "tahkim.db").write_bytes(b"no database at all" * 400)

    assert main(["migrate"]) == 1
    assert "restore the last backup" in capsys.readouterr().err


def test_a_database_that_is_away_is_named(
    newer: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TAHKIM_DATABASE_URL", "postgresql://x:y@127.0.0.1:1/none")

    assert main(["sweep"]) == 1
    assert "TAHKIM_DATABASE_URL" in capsys.readouterr().err


def test_a_port_that_another_program_listens_on_is_said_to_be_taken(newer: Path, capsys: pytest.CaptureFixture[str]):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as another server of ours has it
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        status = main(["serve", "--port", str(port)])

    said = capsys.readouterr().err
    assert status == 1
    assert re.search(rf"Port \S*{port}\S* cannot be used: \S*Address already in use", said)
    assert "m9999_later" not in said  # nothing else was begun


def test_a_file_that_cannot_be_used_is_named_and_no_port_is_blamed(newer: Path, capsys: pytest.CaptureFixture[str]):
    (newer / "tahkim.db").unlink()
    (newer / "fonts").write_text("no folder")

    status = main(["serve", "--port", str(find_port())])

    said = capsys.readouterr().err
    assert status == 1
    assert f"{newer}/fonts" in said
    assert "Port" not in said


def test_who_has_read_enough_is_told_no_more(tmp_path: Path):
    ratings = ROOT / "tests" / "data" / "ratings" / "ratings1_writing.csv"
    command = [
        sys.executable,
        "-m",
        "service.cli.main",
        "rank",
        str(ratings),
        "--method",
        "raw",
        "--out",
        "ranking.csv",
    ]
    reader, writer = os.pipe()
    os.close(reader)

    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)

    assert ran.stderr == ""
    assert ran.returncode == 1
    assert (tmp_path / "ranking.csv").read_text(encoding="utf-8").count("\n") == 136
