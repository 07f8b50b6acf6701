"""What the environment says, read once. Every fault is found at the same time and named with its remedy.

With nothing set: SQLite and a folder of objects in ``./tahkim-data``, letters as files in it, a secret made there and
kept with mode 0600, and answers to this machine alone.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from service.bucket import BUCKET_VARIABLES, Bucket, read_bucket
from service.hosts import LOOPBACK, HostRule, find_public_host, read_host
from service.mail_server import MailServer, read_mail_server

__all__ = ["VARIABLES", "Fault", "Settings", "SettingsFaulty", "read_settings"]

DEFAULT_DATA = "tahkim-data"
SECRET_BYTES_AT_LEAST = 32
TOKEN_BYTES_AT_LEAST = 24
HOPS_AT_MOST = 5
_YES = frozenset({"1", "yes", "true", "on"})
_POSTGRES = frozenset({"postgresql", "postgres"})
_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_NO = frozenset({"", "0", "no", "false", "off"})

VARIABLES = (
    "TAHKIM_DATA",
    "TAHKIM_DATABASE_URL",
    "TAHKIM_JUDGE_DATABASE_URL",
    *BUCKET_VARIABLES,
    "TAHKIM_MAIL_URL",
    "TAHKIM_MAIL_FROM",
    "TAHKIM_BASE_URL",
    "TAHKIM_HOSTS",
    "TAHKIM_SECRET",
    "TAHKIM_TRUSTED_HOPS",
    "TAHKIM_WORKER",
    "TAHKIM_SCANNER",
    "TAHKIM_DEVELOPMENT",
    "TAHKIM_SECOND_FACTOR",
    "TAHKIM_METRICS_TOKEN",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in the environment: ``setting.<code>`` in the catalogues says the remedy."""

    name: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


class SettingsFaulty(Exception):
    """The environment cannot be used as it stands; all its faults, by name."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(", ".join(f"{fault.name}: {fault.code}" for fault in faults))


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs."""

    data: Path
    database_url: str = field(repr=False)
    bucket: Bucket | None
    mail_server: MailServer | None
    mail_from: str
    base_url: str
    hosts: tuple[HostRule, ...]
    secret: bytes = field(repr=False)
    trusted_hops: int = 0
    has_own_worker: bool = True
    scanner: str | None = None
    is_development: bool = False
    needs_second_factor: bool = False
    judge_database_url: str | None = field(default=None, repr=False)
    metrics_token: str | None = field(default=None, repr=False)

    @property
    def is_https(self) -> bool:
        """Whether people reach us over https, so that cookies may say so."""
        return self.base_url.startswith("https://")

    @property
    def object_origin(self) -> str | None:
        """The object store's origin, where browsers speak to it themselves."""
        return self.bucket.origin if self.bucket else None

    @property
    def mail_folder(self) -> Path:
        """Where letters are put when no mail server is set."""
        return self.data / "mail"

    @property
    def objects_folder(self) -> Path:
        """Where objects are kept when no object store is set."""
        return self.data / "objects"

    @property
    def fonts_folder(self) -> Path:
        """Where the fonts are kept as browsers want them."""
        return self.data / "fonts"


def read_settings(
    environment: Mapping[str, str] | None = None, *, data: Path | None = None, base_url: str | None = None
) -> Settings:
    """Read the environment. ``data`` and ``base_url``, from the command line, stand before it.

    Makes the data folder and the secret in it when they are missing. Raises SettingsFaulty with every fault found.
    """
    reader = _Reader(os.environ if environment is None else environment)
    folder = data or Path(reader.text("TAHKIM_DATA") or DEFAULT_DATA)
    public = reader.base_url(base_url or "http://localhost:8000")
    values = {
        "data": folder,
        "database_url": reader.database(folder),
        "judge_database_url": reader.judge_database(),
        "bucket": reader.bucket(),
        "mail_server": reader.mail_server(),
        "mail_from": reader.text("TAHKIM_MAIL_FROM") or f"tahkim@{urlsplit(public).hostname or 'localhost'}",
        "base_url": public,
        "hosts": reader.hosts(public),
        "trusted_hops": reader.hops(),
        "has_own_worker": reader.worker(),
        "scanner": reader.scanner(),
        "is_development": reader.yes("TAHKIM_DEVELOPMENT"),
        "needs_second_factor": reader.second_factor(public),
        "metrics_token": reader.metrics_token(),
    }
    reader.refuse_unknown()
    if not reader.faults:
        reader.make_folder(folder)
    secret = reader.secret(folder)
    if reader.faults:
        raise SettingsFaulty(tuple(reader.faults))
    return Settings(secret=secret, **values)  # type: ignore[arg-type]  # each value was read by its own method


class _Reader:
    """Reads variables one by one and keeps every fault."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.faults: list[Fault] = []

    def text(self, name: str) -> str:
        return self._environment.get(name, "").strip()

    def fault(self, name: str, code: str, **facts: object) -> None:
        self.faults.append(Fault(name, code, facts))

    def yes(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in _YES | _NO:
            self.fault(name, "yes-or-no", value=value)
        return value in _YES

    def database(self, folder: Path) -> str:
        url = self.text("TAHKIM_DATABASE_URL")
        if not url:
            return f"sqlite:///{folder / 'tahkim.db'}"
        if urlsplit(url).scheme not in {"sqlite", "postgresql", "postgres"}:
            self.fault("TAHKIM_DATABASE_URL", "database-scheme")
        return url

    def judge_database(self) -> str | None:
        """Read by which role judges' pages connect: the same database, another name."""
        url = self.text("TAHKIM_JUDGE_DATABASE_URL")
        if not url:
            return None
        own, other = urlsplit(self.text("TAHKIM_DATABASE_URL")), urlsplit(url)
        are_one = own.path == other.path and own.username != other.username
        is_role = bool(_ROLE.fullmatch(other.username or ""))
        if own.scheme not in _POSTGRES or other.scheme not in _POSTGRES or not are_one or not is_role:
            self.fault("TAHKIM_JUDGE_DATABASE_URL", "judge-database")
        return url

    def bucket(self) -> Bucket | None:
        try:
            return read_bucket(self.text)
        except ValueError:
            self.fault("TAHKIM_OBJECTS_URL", "objects-url")
            return None

    def mail_server(self) -> MailServer | None:
        url = self.text("TAHKIM_MAIL_URL")
        try:
            return read_mail_server(url) if url else None
        except ValueError:
            self.fault("TAHKIM_MAIL_URL", "mail-url")
            return None

    def base_url(self, default: str) -> str:
        url = self.text("TAHKIM_BASE_URL") or default
        parts = urlsplit(url)
        try:
            port_is_fine = parts.port is None or parts.port > 0
        except ValueError:
            port_is_fine = False
        is_bare = parts.path in {"", "/"} and not parts.query and not parts.fragment and "@" not in parts.netloc
        if parts.scheme not in {"http", "https"} or not parts.hostname or not is_bare or not port_is_fine:
            self.fault("TAHKIM_BASE_URL", "base-url", value=url)
            return default
        return f"{parts.scheme}://{parts.netloc}"

    def hosts(self, base_url: str) -> tuple[HostRule, ...]:
        public = find_public_host(base_url)
        rules = [public] if public else []
        wanted = self.text("TAHKIM_HOSTS")
        if not wanted:
            return (*rules, *LOOPBACK)
        for item in wanted.split(","):
            rule = read_host(item.strip().lower())
            if rule is None:
                self.fault("TAHKIM_HOSTS", "host", value=item.strip())
            else:
                rules.append(rule)
        return tuple(rules)

    def hops(self) -> int:
        value = self.text("TAHKIM_TRUSTED_HOPS") or "0"
        if not value.isascii() or not value.isdigit() or int(value) > HOPS_AT_MOST:
            self.fault("TAHKIM_TRUSTED_HOPS", "hops", value=value)
            return 0
        return int(value)

    def worker(self) -> bool:
        value = self.text("TAHKIM_WORKER").lower() or "inside"
        if value not in {"inside", "apart"}:
            self.fault("TAHKIM_WORKER", "worker", value=value)
        return value == "inside"

    def scanner(self) -> str | None:
        value = self.text("TAHKIM_SCANNER")
        kind, _, where = value.partition(":")
        host, _, port = where.rpartition(":")
        is_address = (kind == "unix" and where.startswith("/")) or (kind == "tcp" and host and port.isdigit())
        if value and not is_address:
            self.fault("TAHKIM_SCANNER", "scanner", value=value)
        return value or None

    def second_factor(self, base_url: str) -> bool:
        """Whether committee and administrators need one: over https they do unless it is said otherwise."""
        value = self.text("TAHKIM_SECOND_FACTOR").lower() or (
            "committee" if base_url.startswith("https://") else "optional"
        )
        if value not in {"committee", "optional"}:
            self.fault("TAHKIM_SECOND_FACTOR", "second-factor", value=value)
        return value == "committee"

    def metrics_token(self) -> str | None:
        """Read what a collector must bring; without one only this machine may collect."""
        value = self.text("TAHKIM_METRICS_TOKEN")
        if value and len(value.encode()) < TOKEN_BYTES_AT_LEAST:
            self.fault("TAHKIM_METRICS_TOKEN", "metrics-token", min=TOKEN_BYTES_AT_LEAST)
        return value or None

    def refuse_unknown(self) -> None:
        for name in sorted(self._environment):
            if name.startswith("TAHKIM_") and name not in VARIABLES:
                self.fault(name, "unknown")

    def make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.fault("TAHKIM_DATA", "data-folder", folder=str(folder), problem=error.strerror or "")

    def secret(self, folder: Path) -> bytes:
        given = self.text("TAHKIM_SECRET")
        if given:
            if len(given.encode()) < SECRET_BYTES_AT_LEAST:
                self.fault("TAHKIM_SECRET", "secret-short", min=SECRET_BYTES_AT_LEAST)
            return given.encode()
        return b"" if self.faults else _keep_secret(folder / "secret")


def _keep_secret(path: Path) -> bytes:
    """Read the secret that lies in the data folder, or make one that nobody else on the machine may read.

    Written whole under another name and then linked, so that of two processes that start together both read one.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(SECRET_BYTES_AT_LEAST))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes().strip()
