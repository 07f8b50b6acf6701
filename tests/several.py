"""The set-up of docs/operations.md for several machines, on one: PostgreSQL, Swift, a mail server, two servers behind
nginx over https, a worker. Settings and proxy are those of ``deploy/``, with this machine's addresses put in.
"""

from __future__ import annotations

import asyncio
import email
import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.settings import Settings, read_settings
from tests.postgres import PostgresServer, find_programs
from tests.s3 import find_port
from tests.swift import SwiftServer

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
NAME = "localhost"
INSTALL = "nginx is not installed. Run: apt-get install --no-install-recommends nginx-light"
_WITHIN_SECONDS = 400.0


class Letters:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.kept: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 (aiosmtpd's name)
        self.kept.append(email.message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[attr-defined]
        return "250 kept"

    def find(self, address: str, pattern: str) -> str | None:
        """The first thing of this form in the newest letter to an address that has one."""
        for letter in reversed(self.kept):
            if letter["To"] == address:
                body = letter.get_body(("plain",))
                found = re.search(pattern, body.get_content() if body else "")
                if found:
                    return found[0]
        return None


class Site:
    """Parts of the program in processes of their own, by name: begun, killed and ended."""

    are_apart = False
    """Whether servers stand for machines of their own, which share no folder."""

    def __init__(self, folder: Path, *, n_servers: int) -> None:
        self.folder = folder
        self.server_ports = [find_port() for _ in range(n_servers)]
        self.address = f"http://localhost:{self.server_ports[0]}"
        self.environment: dict[str, str] = _clean_environment()
        self._parts: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *command: str, within: float = 600) -> str:
        """Run one of the program's commands to its end; what it printed."""
        done = subprocess.run(
            self._command(*command), env=self.environment, cwd=ROOT, timeout=within,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"tahkim {' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout

    @property
    def settings(self) -> Settings:
        ours = {name: value for name, value in self.environment.items() if name.startswith("TAHKIM_")}
        return read_settings(ours, data=self.folder / "data", base_url=self.address)

    def begin_servers(self, *, processes: int = 1) -> None:
        for number in range(len(self.server_ports)):
            self.begin_server(number, processes=processes)
        for number in range(len(self.server_ports)):
            self.wait_for_server(number)

    def begin_server(self, number: int, *, processes: int = 1) -> None:
        more = ["--workers", str(processes)] if processes > 1 else []
        where = ["--data", str(self.folder / f"server{number}")] if self.are_apart else []
        port = str(self.server_ports[number])
        self._begin(f"server{number}", *self._command("serve", "--port", port, *more, *where))

    def begin_worker(self, number: int = 0) -> None:
        self._begin(f"worker{number}", *self._command("worker"))

    def wait_for_server(self, number: int) -> None:
        address = f"http://127.0.0.1:{self.server_ports[number]}/readyz"
        process = self._parts[f"server{number}"]

        def is_ready() -> bool:
            assert process.poll() is None, self.log(f"server{number}")
            return httpx.get(address, timeout=5).status_code == httpx.codes.OK

        _wait(is_ready, f"server {number}")

    def kill(self, name: str) -> None:
        """End a part at once, as a power failure would."""
        process = self._parts.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def read_memory(self, name: str) -> int:
        """MiB that a part holds now (Linux)."""
        told = Path(f"/proc/{self._parts[name].pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", told)[1]) // 1024  # type: ignore[index]

    def fail(self) -> None:
        """Kill what one machine has not, and begin it again: nothing here."""

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def trust(self) -> ssl.SSLContext | None:
        """Whose certificates its visitors believe."""
        return None

    def close(self) -> None:
        for process in self._parts.values():
            if process.poll() is None:
                process.terminate()
        for process in self._parts.values():
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _command(self, verb: str, *arguments: str) -> list[str]:
        where = [] if "--data" in arguments or verb == "verify" else ["--data", str(self.folder / "data")]
        return [sys.executable, "-m", "service.cli.main", verb, *arguments, *where]

    def _begin(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._parts[name] = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)


class Several(Site):
    """The set-up of several machines, with what the program stands on."""

    are_apart = True

    def __init__(self, folder: Path, *, n_servers: int = 2) -> None:
        super().__init__(folder, n_servers=n_servers)
        self.port = find_port()
        self.address = f"https://{NAME}:{self.port}"
        self.letters = Letters()
        self.postgres = PostgresServer(find_programs())
        self.swift = SwiftServer(origin=self.address)
        self._mail = Controller(self.letters, hostname="127.0.0.1", port=find_port())
        self.certificate = folder / "tahkim.pem"

    def open(self) -> None:
        """Begin what the program stands on, and write its settings."""
        self.postgres.start()
        url = asyncio.run(self._make_database())
        self.swift.start()
        self._mail.start()
        _write_certificate(self.certificate, self.folder / "tahkim.key")
        store = self.swift.make_address()
        ours = {
            "TAHKIM_BASE_URL": self.address,
            "TAHKIM_SECRET": secrets.token_hex(32),
            "TAHKIM_DATABASE_URL": url,
            "TAHKIM_JUDGE_DATABASE_URL": self.postgres.make_judge_url(url),
            "TAHKIM_OBJECTS_URL": f"s3://{store.bucket}",
            "TAHKIM_OBJECTS_ENDPOINT": str(store.endpoint),
            "TAHKIM_OBJECTS_KEY": store.access_key,
            "TAHKIM_OBJECTS_SECRET": store.secret_key,
            "TAHKIM_MAIL_URL": f"smtp://127.0.0.1:{self._mail.port}",
            "TAHKIM_METRICS_TOKEN": secrets.token_hex(16),
        }
        told = dict(line.split("=", 1) for line in _lines(DEPLOY / "environment"))
        self.environment |= {name: ours.get(name, value) for name, value in told.items()}

    async def _make_database(self) -> str:
        await self.postgres.make_judge_role()
        return await self.postgres.create_database()

    def begin_proxy(self) -> None:
        """Begin nginx with the file that we hand out."""
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if program is None:
            pytest.fail(INSTALL)
        place = self.folder / "nginx"
        place.mkdir()
        (place / "nginx.conf").write_text(self._write_proxy(place))
        self._begin("proxy", program, "-p", str(place), "-c", str(place / "nginx.conf"))
        _wait(lambda: self.ask("/healthz").status_code == httpx.codes.OK, "the proxy")

    def _write_proxy(self, place: Path) -> str:
        text = (DEPLOY / "nginx.conf").read_text()
        theirs = re.findall(r"^    server 10[^;]*;\n", text, flags=re.MULTILINE)
        assert len(theirs) == 2, "the proxy's file names two servers"
        pattern = theirs[0]
        ours = "".join(re.sub(r"10\.0\.0\.\d+:8000", f"127.0.0.1:{port}", pattern) for port in self.server_ports)
        for each, instead in (
            ("".join(theirs), ours),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;"),
            ("listen 80;", f"listen 127.0.0.1:{find_port()};"),
            ("/etc/ssl/tahkim.pem", str(self.certificate)),
            ("/etc/ssl/private/tahkim.key", str(self.folder / "tahkim.key")),
            ("server_name tahkim.example;", f"server_name {NAME};"),
        ):
            assert each in text, f"the proxy's file has no {each!r}"
            text = text.replace(each, instead)
        temporary = "".join(
            f"{kind}_temp_path {place}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.geteuid() == 0 else ""  # the folder is the test's own
        head = f"{user}daemon off;\npid {place}/pid;\nerror_log {place}/error.log;\nworker_processes 1;\n"
        head += f"events {{ worker_connections 4096; }}\nhttp {{\naccess_log {place}/access.log;\n"
        return f"{head}{temporary}{text}\n}}\n"

    def fail(self) -> None:
        """Kill the worker and the database, and begin them again."""
        self.kill("worker0")
        self.postgres.kill()
        self.postgres.start()
        self.begin_worker(0)

    def ask(self, path: str, *, server: int | None = None) -> httpx.Response:
        """Ask the proxy as a stranger would, or one server as the proxy would."""
        if server is None:
            return httpx.get(self.address + path, verify=self.trust(), timeout=30)
        host = {"Host": f"{NAME}:{self.port}", "X-Forwarded-For": "203.0.113.9"}
        return httpx.get(f"http://127.0.0.1:{self.server_ports[server]}{path}", headers=host, timeout=30)

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def close(self) -> None:
        with ExitStack() as stack:
            for end in (self.postgres.stop, self.swift.stop, self._mail.stop, super().close):
                stack.callback(end)


@contextmanager
def several(folder: Path, *, n_servers: int = 2) -> Iterator[Several]:
    """The set-up with nothing of the program running yet; at the end all of it is ended."""
    made = Several(folder, n_servers=n_servers)
    try:
        made.open()
        yield made
    finally:
        made.close()


def _clean_environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TAHKIM_")}
    return clean | {"LC_ALL": "C.UTF-8"}


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def _wait(is_there, what: str) -> None:
    end = time.monotonic() + _WITHIN_SECONDS
    while True:
        try:
            if is_there():
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > end:
            pytest.fail(f"{what} did not come")
        time.sleep(0.05)  # another program's start has no event to wait for


def _write_certificate(certificate: Path, key: Path) -> None:
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(made.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(made, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key.write_bytes(made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
