"""A PostgreSQL server and a bucket that are kept as docs/operations.md says, by the very lines of that page."""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from storage.engine import run_sql
from tests.faults.running import ROOT
from tests.postgres import PostgresServer, find_programs
from tests.s3 import BUCKET, RcloneServer

PAGE = ROOT / "docs/operations.md"
HEADING = "### On PostgreSQL: at most five minutes are lost"
A_MINUTE = "archive_timeout = 60"


def read_lines() -> list[str]:
    """The section's blocks, in the page's order."""
    section = PAGE.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]
    return re.findall(r"^```(?:ini|sh)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


class KeptServer(PostgresServer):
    """Its log goes to a folder beside its own after a second, where the page says a minute."""

    def __init__(self, bucket: RcloneServer) -> None:
        super().__init__(find_programs())
        self.bucket = bucket
        self.kept = self.folder / "kept"
        self.kept.mkdir()
        program = Path(shutil.copy(ROOT / "deploy/keep-wal", self.folder))
        program.chmod(0o755)
        if self._user is not None:
            shutil.chown(self.kept, self._user)
        settings, self._base, self._copy, self._recover, self._put_back = map(self._place, read_lines())
        assert A_MINUTE in settings
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(settings.replace(A_MINUTE, "archive_timeout = 1"))

    def _place(self, lines: str) -> str:
        """The page's lines for where this server lies."""
        places = {
            "/usr/local/bin/keep-wal": str(self.folder / "keep-wal"),
            "/var/lib/postgresql/15/main": str(self._data),
            "/srv/kept": str(self.kept),
            "store:BUCKET": f"store:{BUCKET}",
            "DAY": date.today().isoformat(),  # noqa: DTZ011 (as the shell's `date` in the lines)
        }
        for told, place in places.items():
            lines = lines.replace(told, place)
        return lines

    def take_base(self) -> None:
        self._follow(self._base, user=self._user)

    def copy_objects(self) -> None:
        self._follow(self._copy)

    def destroy(self) -> None:
        """Kill it at once, and leave nothing of its folder."""
        self.kill()
        shutil.rmtree(self._data)

    def recover(self, *, with_objects: bool) -> None:
        self._follow(self._recover, user=self._user)
        if with_objects:
            self._follow(self._put_back)
        self.start()

    def _follow(self, lines: str, user: str | None = None) -> None:
        here = {
            "PATH": f"{self._programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "tahkim", "PGPASSWORD": self._password,
            "RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_STORE_TYPE": "s3", "RCLONE_CONFIG_STORE_PROVIDER": "Rclone",
            "RCLONE_CONFIG_STORE_ENDPOINT": f"http://127.0.0.1:{self.bucket.port}",
            "RCLONE_CONFIG_STORE_ACCESS_KEY_ID": self.bucket.access_key,
            "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY": self.bucket.secret_key,
        }  # fmt: skip
        done = subprocess.run(["sh", "-euc", lines], user=user, cwd="/", env=here, capture_output=True, check=False)
        assert done.returncode == 0, f"{lines}\n{done.stderr.decode()}"


async def is_kept(position: str) -> bool:
    """Whether all of the log before a position was handed over."""
    (row,) = await run_sql(
        "SELECT COALESCE(last_archived_wal >= pg_walfile_name({}::text::pg_lsn), false) AS yes FROM pg_stat_archiver",
        position,
    )
    return bool(row["yes"])


async def find_position() -> str:
    """Where the log ends now."""
    return str((await run_sql("SELECT pg_current_wal_lsn()::text AS at"))[0]["at"])
