"""Debian's OpenStack Swift with its S3 interface, for tests: one proxy, one disk, on loopback, unprivileged.

The nearest thing to a production server that a test machine can run: it checks signatures and keeps real parts.
"""

from __future__ import annotations

import atexit
import functools
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from storage.objects.s3_client import S3Address, S3Client
from tests.s3 import BUCKET, find_port, wait_for_port

INSTALL = (
    "Swift is not installed. Run: apt-get install --no-install-recommends "
    "swift-proxy swift-account swift-container swift-object memcached"
)
_KINDS = ("account", "container", "object")
_SERVER = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
fallocate_reserve = 0
log_level = WARNING
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
_PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}
log_level = WARNING
cors_allow_origin = {origin}
cors_expose_headers = etag
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{memcached}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
max_upload_part_num = 10000
cors_preflight_allow_origin = {origin}
[filter:tempauth]
use = egg:swift#tempauth
user_tahkim_test = {secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000
[filter:dlo]
use = egg:swift#dlo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
"""
_HASHES = """[swift-hash]
swift_hash_path_suffix = tahkim
swift_hash_path_prefix = test
[storage-policy:0]
name = one
default = yes
"""
_PYTHON = "/usr/bin/python3"
"""Debian's own, which its Swift belongs to."""
_RINGS = """import sys
from swift.common.ring import RingBuilder
for told in sys.argv[1:]:
    path, _, port = told.rpartition("=")
    builder = RingBuilder(4, 1, 0)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "disk", "weight": 1.0,
                     "replication_ip": "127.0.0.1", "replication_port": int(port), "meta": ""})
    builder.rebalance()
    builder.get_ring().save(path)
"""
"""What ``swift-ring-builder`` does for each kind in three starts of its own, in one for all."""


class SwiftServer:
    """Five processes and a folder, removed at the end."""

    def __init__(self, origin: str = "http://localhost:8000") -> None:
        if shutil.which("swift-proxy-server") is None or shutil.which("memcached") is None:
            pytest.fail(INSTALL)
        self._user = _find_user()
        self._secret = secrets.token_hex(16)
        self._origin = origin
        self._processes: list[subprocess.Popen[bytes]] = []
        self.port = find_port()
        self._ports = {kind: find_port() for kind in (*_KINDS, "memcached")}
        self.folder = Path(tempfile.mkdtemp(prefix="tahkim-swift-"))
        (self.folder / "devices" / "disk").mkdir(parents=True)
        self._write_settings()
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, self._user)

    def _write_settings(self) -> None:
        (self.folder / "swift.conf").write_text(_HASHES)
        facts = {"folder": self.folder, "user": self._user}
        for kind in _KINDS:
            port = self._ports[kind]
            (self.folder / f"{kind}-server.conf").write_text(_SERVER.format(kind=kind, port=port, **facts))
        rings = [f"{self.folder / kind}.ring.gz={self._ports[kind]}" for kind in _KINDS]
        subprocess.run([_PYTHON, "-c", _RINGS, *rings], env=_environment(), check=True, capture_output=True)
        (self.folder / "proxy-server.conf").write_text(
            _PROXY.format(
                port=self.port, memcached=self._ports["memcached"], secret=self._secret, origin=self._origin, **facts
            )
        )

    def start(self) -> None:
        self._run("memcached", "-l", "127.0.0.1", "-p", str(self._ports["memcached"]), "-U", "0")
        for kind in _KINDS:
            self._run(f"swift-{kind}-server", self.folder / f"{kind}-server.conf")
        for port in self._ports.values():
            wait_for_port(port)
        self._run("swift-proxy-server", self.folder / "proxy-server.conf")
        wait_for_port(self.port)
        make_bucket(self.make_address())

    def _run(self, *command: str | Path) -> None:
        user = self._user if os.geteuid() == 0 else None
        with (self.folder / "log").open("ab") as log:
            self._processes.append(
                subprocess.Popen(command, user=user, cwd="/", env=_environment(), stdout=log, stderr=log)
            )

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_address(self) -> S3Address:
        return S3Address(
            bucket=BUCKET,
            endpoint=f"http://127.0.0.1:{self.port}",
            access_key="tahkim:test",
            secret_key=self._secret,
        )


def make_bucket(address: S3Address) -> None:
    with S3Client(address).calling() as client:
        client.create_bucket(Bucket=address.bucket)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}


def _find_user() -> str:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    names = {account.pw_name for account in pwd.getpwall()}
    return "swift" if "swift" in names else "nobody"


@functools.cache
def get_swift() -> SwiftServer:
    """Start the one Swift of this test run, at the first need of it."""
    server = SwiftServer()
    atexit.register(server.stop)
    server.start()
    return server
