"""What the limited process takes from itself before it opens a stranger's file.

Four walls, each tried on its own: resource limits; a network namespace of its own without any device (where the
system lets users
make one); Landlock, which shuts every folder but those named; and a seccomp filter, which refuses sockets and other
calls that no
inspection makes. ``find_walls`` says which stand on this machine; ``tahkim doctor`` asks it.
"""

# ruff: noqa: PLR2004 -- numbers of the kernel's interface

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from storage.inspect.limits import ProcessLimits

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446

_READ_FILE, _READ_FOLDER, _EXECUTE = 1 << 2, 1 << 3, 1 << 0
_WRITE_ALL = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8)

_FORBIDDEN = {
    "x86_64": (0xC000003E, (41, 42, 43, 44, 46, 47, 49, 50, 53, 101, 155, 161, 165, 166, 175, 176, 246, 248, 249, 250,
    272, 288,
                            298, 304, 308, 310, 311, 313, 320, 321, 323, 425, 426, 427, 434, 438), (59, 322)),
    "aarch64": (0xC00000B7, (198, 199, 200, 201, 202, 203, 206, 211, 212, 242, 117, 39, 40, 41, 51, 97, 104, 105, 106,
    217, 218,
                             219, 241, 265, 268, 270, 271, 273, 280, 282, 294, 425, 426, 427, 434, 438), (221, 281)),
}  # fmt: skip
"""By machine: its audit number; calls refused always (sockets, tracing, mounting, modules, keys, namespaces,
io_uring); and those
that start a program, refused unless a reader of printed text is to be started."""


@dataclass(frozen=True, slots=True)
class Walls:
    """Which walls stand. Without ``is_offline`` or ``is_shut_in`` the doctor warns aloud."""

    namespace: bool = False
    landlock: bool = False
    seccomp: bool = False

    @property
    def is_offline(self) -> bool:
        """Whether no connection can be made."""
        return self.namespace or self.seccomp

    @property
    def is_shut_in(self) -> bool:
        """Whether no other file can be opened."""
        return self.landlock


def shut_in(limits: ProcessLimits, *, readable: Iterable[Path], writable: Iterable[Path], may_execute: bool) -> Walls:
    """Give up, for good and for all children, what one file does not need. Call in a process of one thread."""
    _limit(limits)
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    namespace = _LIBC.unshare(_NEW_USER | _NEW_NET) == 0
    landlock = _shut_folders([*_own_folders(), *readable], writable)
    seccomp = _refuse_calls(may_execute=may_execute)
    return Walls(namespace, landlock, seccomp)


def _limit(limits: ProcessLimits) -> None:
    for what, most in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.written_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))


def _own_folders() -> list[Path]:
    """Where Python, its libraries and our three packages live; never the folder of the project, which may hold data."""
    roots = [Path(sys.prefix), Path(sys.base_prefix)]
    libraries = [Path(entry) for entry in sys.path if entry and _is_library(Path(entry), roots)]
    ours = Path(__file__).parents[2]
    system = (
        "/usr/lib",
        "/usr/share/tesseract-ocr",
        "/usr/bin",
        "/lib",
        "/lib64",
        "/etc/ld.so.cache",
        "/dev/null",
        "/dev/urandom",
    )
    return [*roots, *libraries, *(ours / name for name in ("judging", "storage", "service")), *map(Path, system)]


def _is_library(entry: Path, roots: list[Path]) -> bool:
    return "site-packages" in entry.parts or any(entry.is_relative_to(root) for root in roots)


def _shut_folders(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    version = _LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return False
    handled = (1 << 13) - 1
    handled |= sum(1 << bit for bit, since in ((13, 2), (14, 3), (15, 5)) if version >= since)
    network = 3 if version >= 4 else 0
    scope = 3 if version >= 6 else 0
    attributes = struct.pack("=QQQ", handled, network, scope)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    rules = _LIBC.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if rules < 0:
        return False
    writing = _READ_FILE | _READ_FOLDER | _WRITE_ALL | (handled & (1 << 14))
    for folders, rights in ((readable, _READ_FILE | _READ_FOLDER | _EXECUTE), (writable, writing)):
        for folder in folders:
            _allow(rules, folder, rights)
    done: int = _LIBC.syscall(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
    os.close(rules)
    return done == 0


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not path.is_dir():
        rights &= _READ_FILE | _EXECUTE | (1 << 1) | (1 << 14)
    rule = struct.pack("=Qi", rights, handle)
    _LIBC.syscall(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    os.close(handle)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _refuse_calls(*, may_execute: bool) -> bool:
    known = _FORBIDDEN.get(platform.machine())
    if known is None:
        return False
    audit, always, starting = known
    numbers = always if may_execute else always + starting
    load, equal, above, give = 0x20, 0x15, 0x35, 0x06
    allow, refuse, end = 0x7FFF0000, 0x00050000 | 1, 0x80000000
    lines = [(load, 0, 0, 4), (equal, 1, 0, audit), (give, 0, 0, end), (load, 0, 0, 0)]
    if platform.machine() == "x86_64":
        lines += [(above, 0, 1, 0x40000000), (give, 0, 0, end)]
    for number in numbers:
        lines += [(equal, 0, 1, number), (give, 0, 0, refuse)]
    lines.append((give, 0, 0, allow))
    code = b"".join(struct.pack("=HBBI", *line) for line in lines)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(lines), ctypes.addressof(buffer))
    done: int = _LIBC.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0)
    return done == 0


def find_walls() -> Walls:
    """Try the walls in a process of its own and say which stand."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        walls = shut_in(ProcessLimits(), readable=(), writable=(), may_execute=False)
        os.write(writer, bytes([walls.namespace, walls.landlock, walls.seccomp]))
        os._exit(0)
    os.close(writer)
    answer = os.read(reader, 3)
    os.close(reader)
    os.waitpid(child, 0)
    return Walls(*map(bool, answer)) if len(answer) == 3 else Walls()
