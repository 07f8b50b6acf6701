"""Debian's PostgreSQL server for tests: on loopback, as an unprivileged user, with fsync on, one a test run.

from tests.postgres import postgres_server, postgres_url  # in a conftest.py
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.memory import find_memory
from tests.postgres_errands import Errands

INSTALL = "PostgreSQL's server is not installed. Run: apt-get install postgresql"
JUDGE_ROLE = "tahkim_judge"
_START_SECONDS = 120.0
_MEMORY_BYTES = 2 << 30
"""A server of one worker holds some 300 MB; several runs may share the machine."""


class PostgresServer:
    """A server with a data folder of its own, removed at the end. ``kill`` and ``start`` serve the fault tests.

    ``within``: the folder, or small disk, in which its data folder is made.
    """

    def __init__(self, programs: Path, *, is_durable: bool = True, within: Path | None = None) -> None:
        self._programs = programs
        self._is_durable = is_durable
        self._user = _find_user()
        self._password = secrets.token_hex(8)
        self._process: subprocess.Popen[bytes] | None = None
        self._errands = None if is_durable else Errands()
        self.port = _find_port()
        self.folder = Path(tempfile.mkdtemp(prefix="tahkim-postgres-", dir=within))
        self.folder.chmod(0o755)
        self._data = self.folder / "data"
        self._initialise()

    def _initialise(self) -> None:
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        password_file = self.folder / "password"
        password_file.write_text(self._password)
        password_file.chmod(0o644)
        options = ["--username=tahkim", f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8"]
        self._run("initdb", f"--pgdata={self._data}", "--locale=C.UTF-8", *options)
        password_file.unlink()

    def _run(self, program: str, *args: str) -> None:
        done = subprocess.run(
            [self._programs / program, *args],
            user=self._user, cwd="/", env=_environment(), capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            pytest.fail(f"{program}: {done.stderr.decode()}")

    def start(self) -> None:
        quick = {"wal_level": "minimal", "max_wal_senders": 0, "max_wal_size": "128MB"}
        settings = {
            **({} if self._is_durable else quick),
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "on" if self._is_durable else "off",
            "full_page_writes": "on" if self._is_durable else "off",
            "synchronous_commit": "on" if self._is_durable else "off",
            "autovacuum": "on" if self._is_durable else "off",
            "max_connections": 80,
            "shared_buffers": "32MB",
            "log_min_messages": "fatal",
        }
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._data, *(f"--{name}={value}" for name, value in settings.items())],
            user=self._user, cwd="/", env=_environment(), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        log.close()
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        ready = [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > end or self._process is None or self._process.poll() is not None:
                pytest.fail(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.02)  # another program's start has no event to wait for

    def kill(self) -> None:
        """End every process of the server at once, as a power failure would; ``start`` then recovers."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            for pid in _list_children_of(self._data):
                os.kill(pid, signal.SIGKILL)

    def start_unless_running(self) -> None:
        """Do as its unit does for a server that ended by itself; one that is recovering is waited for."""
        if self._process is None or self._process.poll() is not None:
            self.start()
            return
        try:
            self._wait()
        except pytest.fail.Exception:
            if self._process.poll() is None:
                raise
            self.start()  # it gave up after we had looked

    def list_processes(self) -> list[int]:
        """Its processes, each backend among them, for whoever watches them."""
        return _list_children_of(self._data)

    def stop(self) -> None:
        if self._errands is not None:
            self._errands.close()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=_START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_url(self, database: str) -> str:
        return f"postgresql://tahkim:{self._password}@127.0.0.1:{self.port}/{database}"

    async def make_judge_role(self) -> None:
        """Make the judges' role of this server; its rights come with each database."""
        await self._execute(f"CREATE ROLE {JUDGE_ROLE} LOGIN PASSWORD '{self._password}'")

    def make_judge_url(self, url: str) -> str:
        """The same database by the judges' role."""
        return url.replace("//tahkim:", f"//{JUDGE_ROLE}:", 1)

    async def create_database(self, template: str = "template1") -> str:
        """Give the address of a new database; ``template`` is the name of one to copy (nobody may be connected)."""
        name = f"t{secrets.token_hex(6)}"
        # As files, where no disk is waited for: a copy by way of the log costs several times as much.
        strategy = "WAL_LOG" if self._is_durable else "FILE_COPY"
        await self._execute(f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY {strategy}')
        return self.make_url(name)

    async def copy_from(self, url: str) -> str:
        """Give the address of a new database with all that a database of another server holds, rights as well."""
        copied = await self.create_database()
        dump = self.folder / "dump"
        await asyncio.to_thread(self._run, "pg_dump", "--format=custom", f"--file={dump}", url)
        await asyncio.to_thread(self._run, "pg_restore", "--exit-on-error", f"--dbname={copied}", str(dump))
        dump.unlink()
        return copied

    async def drop_database(self, url: str) -> None:
        await self._execute(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    @asynccontextmanager
    async def waiting_for_a_standby(self) -> AsyncIterator[None]:
        """Within it no commit that is to be durable is answered, for the standby it is to reach is not there."""
        await self._set_standby("nobody")
        try:
            yield
        finally:
            await self._set_standby("")

    async def _set_standby(self, name: str) -> None:
        await self._execute(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        await self._execute("SELECT pg_reload_conf()")

    async def _execute(self, sql: str) -> None:
        if self._errands is not None:
            await self._errands.run(self.make_url("postgres"), sql)
            return
        connection = await asyncpg.connect(self.make_url("postgres"))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def _find_user() -> str | None:
    """PostgreSQL refuses to run as root; anybody else runs it as himself."""
    if os.geteuid() != 0:
        return None
    names = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _list_children_of(data: Path) -> list[int]:
    """Processes of this data folder that left the postmaster's group: each backend leads a session of its own."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                is_ours = (entry / "cwd").resolve() == data
            except OSError:
                continue
            if is_ours:
                found.append(int(entry.name))
    return found


def find_programs() -> Path:
    """Find the newest installed server, or fail with the command that installs one."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not folders:
        pytest.fail(INSTALL)
    return folders[-1].parent


@functools.cache
def get_server() -> PostgresServer:
    """Start the one server of this test run, at the first need of it."""
    server = PostgresServer(find_programs())
    atexit.register(server.stop)
    server.start()
    return server


@functools.cache
def get_quick_server() -> PostgresServer:
    """Start the server for tests that break nothing: it waits for no disk, and keeps to memory where there is room.

    Each test has a copy of a database, which is hundreds of small files.
    """
    server = PostgresServer(find_programs(), is_durable=False, within=find_memory(_MEMORY_BYTES))
    atexit.register(server.stop)
    server.start()
    with ThreadPoolExecutor(1) as apart:  # whoever asks first may be inside an event loop
        apart.submit(asyncio.run, server.make_judge_role()).result()
    return server


@pytest.fixture(scope="session")
def postgres_server():
    return get_server()


@pytest.fixture
async def postgres_url(postgres_server):
    url = await postgres_server.create_database()
    yield url
    await postgres_server.drop_database(url)


@pytest.fixture
async def quick_postgres_url():
    """An empty database for tests that break nothing."""
    url = await get_quick_server().create_database()
    yield url
    await get_quick_server().drop_database(url)
