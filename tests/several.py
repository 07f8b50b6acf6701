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
import ssl
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

from tests.postgres import PostgresServer, find_programs
from tests.s3 import find_port
from tests.site import ROOT, Site, wait_until
from tests.swift import SwiftServer

DEPLOY = ROOT / "deploy"
NAME = "localhost"
INSTALL = "nginx is not installed. Run: apt-get install --no-install-recommends nginx-light"


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
        wait_until(lambda: self.ask("/healthz").status_code == httpx.codes.OK, "the proxy")

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


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


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
