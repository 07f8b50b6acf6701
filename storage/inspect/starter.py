"""The process that starts one limited process for each file.

It has the libraries loaded (0.5 s of processor time that each file would pay again), reads requests of our own and
never a
stranger's byte. Each file gets a fork of it that shuts itself in, works, and ends.

It ends with whoever asks, killed or not, and takes the fork with it: the pipe of requests is then closed.

Spoken over pipes, one file at a time: a request is a line of JSON; the answers are a line with the number of the
process, then a line
with its exit status and the length of what it wrote, then those bytes.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

IDLE_SECONDS = 120.0
NICENESS = 10
"""Judges at work come before files that wait."""
MAX_ANSWER = 64 * 1024 * 1024

Work = Callable[[dict[str, Any], int], None]
"""Inspects what the request names and writes lines of JSON to the file descriptor."""


def serve(work: Work, prepare: Callable[[dict[str, Any]], None]) -> None:
    """Answer requests until the other side closes or nothing was asked for a while.

    ``prepare`` sees each request before the fork, to load libraries that it and later ones need; what it loaded is
    frozen, so that
    collecting rubbish in a fork does not copy its pages.
    """
    _stand_behind()
    answers = os.dup(1)
    os.dup2(2, 1)
    buffer = b""
    while True:
        while b"\n" not in buffer:
            ready, _, _ = select.select([0], [], [], IDLE_SECONDS)
            block = os.read(0, 1 << 20) if ready else b""
            if not block:
                return
            buffer += block
        line, buffer = buffer.split(b"\n", 1)
        request = json.loads(line)
        prepare(request)
        gc.freeze()
        with suppress(BrokenPipeError):  # whoever asked is gone; the next look at the requests says so
            _answer(request, work, answers)


def _stand_behind() -> None:
    """Let those who serve people go first.

    Where the kernel shares the cores by session, niceness counts within one only, and ours is the starter's own: the
    session as a whole is put behind.
    """
    os.nice(NICENESS)
    with suppress(OSError), Path("/proc/self/autogroup").open("w", encoding="ascii") as session:
        session.write(str(NICENESS))


def _answer(request: dict[str, Any], work: Work, answers: int) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _live(request, work, reader, writer)
    os.close(writer)
    _write(answers, f"{child}\n".encode())
    written = _read_all(reader)
    os.close(reader)
    _kill_group(child)
    _, status = os.waitpid(child, 0)
    _write(answers, f"{os.waitstatus_to_exitcode(status)} {len(written)}\n".encode() + written)


def _live(request: dict[str, Any], work: Work, reader: int, writer: int) -> None:
    """Live the whole life of the limited process."""
    code = 1
    try:
        os.setpgid(0, 0)
        os.close(reader)
        os.close(0)
        work(request, writer)
        code = 0
    except BaseException:  # noqa: BLE001 - the outermost line of a process; what happened goes to the log
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(code)


def _read_all(reader: int) -> bytes:
    blocks, total = [], 0
    while total <= MAX_ANSWER and _is_asked_for(reader) and (block := os.read(reader, 1 << 16)):
        blocks.append(block)
        total += len(block)
    return b"".join(blocks)


def _is_asked_for(reader: int) -> bool:
    """Wait for the fork to write or end; False when nobody waits for its answer any more."""
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    poll.register(0, 0)  # only its end: requests that wait are no business of ours yet
    return all(descriptor == reader for descriptor, _ in poll.poll())


def _kill_group(leader: int) -> None:
    """End the process and whatever it started: it has closed its pipe, or nobody waits for it."""
    with suppress(ProcessLookupError):
        os.kill(leader, signal.SIGKILL)  # it may not have founded its group yet
    for _ in range(2):
        try:
            os.waitid(os.P_PID, leader, os.WEXITED | os.WNOWAIT | os.WNOHANG)
            os.killpg(leader, signal.SIGKILL)
        except (ProcessLookupError, PermissionError, ChildProcessError):
            return


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
