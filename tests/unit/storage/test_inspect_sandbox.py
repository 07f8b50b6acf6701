"""The limited process: no connection, no other file, no program, and an end to everything that takes too long."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import inspection
from service.inspection import inspect_file
from storage.inspect.limits import FileRules, ProcessLimits
from storage.inspect.run import Starter
from storage.inspect.starter import NICENESS
from tests import corpus

TRIES = """
import json, os, socket, subprocess, sys
from pathlib import Path
from storage.inspect.limits import ProcessLimits
from storage.inspect.sandbox import shut_in
given, scratch, other = map(Path, sys.argv[1:4])
walls = shut_in(ProcessLimits(), readable=[given], writable=[scratch], may_execute=False)
def tried(what):
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"
def connect():
    socket.create_connection(("127.0.0.1", int(sys.argv[4])), timeout=2)
answers = {
    "offline": walls.is_offline, "shut_in": walls.is_shut_in,
    "read given": tried(given.read_bytes), "write scratch": tried(lambda: (scratch / "x").write_bytes(b"x")),
    "read other": tried(other.read_bytes), "write other": tried(lambda: other.write_bytes(b"x")),
    "list root": tried(lambda: os.listdir("/")), "passwords": tried(lambda: open("/etc/passwd")),
    "connect": tried(connect), "socket": tried(socket.socket), "pair": tried(socket.socketpair),
    "program": tried(lambda: subprocess.run(["/bin/true"])), "kill": tried(lambda: os.kill(os.getppid(), 0)),
}
print(json.dumps(answers))
"""


@pytest.fixture
def answers(tmp_path: Path, unused_tcp_port: int) -> dict[str, object]:
    given, other, scratch = tmp_path / "given", tmp_path / "other", tmp_path / "scratch"
    given.write_bytes(b"given")
    other.write_bytes(b"other")
    scratch.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", TRIES, str(given), str(scratch), str(other), str(unused_tcp_port)],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_only_the_file_itself_can_be_read_and_only_the_scratch_folder_written(answers: dict[str, object]):
    if not answers["shut_in"]:
        pytest.skip("this kernel has no Landlock: the doctor says so")
    assert answers["read given"] == answers["write scratch"] == "done"
    assert answers["read other"] == answers["write other"] == answers["passwords"] == "PermissionError"
    assert answers["list root"] == "PermissionError"


def test_no_connection_can_be_made(answers: dict[str, object]):
    if not answers["offline"]:
        pytest.skip("neither namespaces nor seccomp here: the doctor says so")
    assert answers["connect"] != "done"
    assert answers["socket"] == answers["pair"] == "PermissionError"


def test_no_program_can_be_started(answers: dict[str, object]):
    if not answers["offline"]:
        pytest.skip("no seccomp here")
    assert answers["program"] == "PermissionError"


async def test_a_file_that_takes_more_processor_time_than_it_may_is_refused(tmp_path: Path):
    path = tmp_path / "slow.pdf"
    corpus.saved(lambda: corpus.pdf("slow", pages=500))(path)
    limits = ProcessLimits(cpu_seconds=1)

    report = await inspect_file(path, FileRules(), copy_to=tmp_path / "copy", pages_to=tmp_path, limits=limits)

    assert [finding.code for finding in report.findings] == ["file.too-costly"]
    assert report.clean is None
    assert not (tmp_path / "copy").exists()


@pytest.fixture
def starter() -> Iterator[Starter]:
    started = Starter("tests.standing_still", Path(__file__).parents[3])
    yield started
    started.close()


def test_what_stands_still_is_ended_by_the_clock(starter: Starter):
    ending = starter.run({"works": 0}, seconds=0.2)

    assert ending.is_late
    assert ending.lines == ()


def test_what_is_kept_from_working_by_others_is_not_ended(starter: Starter):
    """A core that is busy with something else gives it three thousandths, less than would count as working."""
    core = min(os.sched_getaffinity(0))
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    os.sched_setaffinity(other.pid, {core})
    try:
        ending = starter.run({"works": 0.003, "behind_others_on": core}, seconds=0.3)
    finally:
        other.kill()
        other.wait()

    assert not ending.is_late
    assert ending.lines == ({"done": True},)


def test_what_works_is_not_ended_for_being_slow(starter: Starter):
    ending = starter.run({"works": 2.5}, seconds=1.0)

    assert not ending.is_late
    assert ending.lines == ({"done": True},)


async def test_after_a_file_was_killed_the_next_is_inspected(tmp_path: Path):
    path = tmp_path / "a.pdf"
    corpus.saved(corpus.pdf)(path)
    await inspect_file(path, FileRules(), limits=ProcessLimits(wall_seconds=0.0))

    report = await inspect_file(path, FileRules())

    assert report.verdict == "accept"


async def test_a_file_that_wants_too_much_memory_is_refused(tmp_path: Path):
    path = tmp_path / "large.png"
    corpus.picture("PNG")(path)

    report = await inspect_file(
        path, FileRules(), copy_to=tmp_path / "copy", limits=ProcessLimits(memory_bytes=60_000_000)
    )

    assert report.verdict == "reject"


async def test_a_starter_that_died_is_replaced_without_a_word(tmp_path: Path):
    path = tmp_path / "a.pdf"
    corpus.saved(corpus.pdf)(path)
    await inspect_file(path, FileRules())
    for starter in inspection._STARTERS._idle:
        starter._process.kill()

    report = await inspect_file(path, FileRules())

    assert report.verdict == "accept"


FOR_EVER = """
import os, signal
from storage.inspect.starter import serve
serve(lambda request, writer: signal.pause(), lambda request: None)
"""


def test_a_starter_whose_asker_was_killed_ends_with_what_it_was_doing():
    starter = subprocess.Popen([sys.executable, "-c", FOR_EVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert starter.stdin is not None
    assert starter.stdout is not None
    starter.stdin.write(b"{}\n")
    starter.stdin.flush()
    fork = int(starter.stdout.readline())

    starter.stdin.close()
    starter.stdout.close()

    assert starter.wait(timeout=60) == 0
    assert not Path(f"/proc/{fork}").exists()


STANDING = """
import os
from pathlib import Path
from storage.inspect.starter import serve
def tell(request, answers):
    session = Path("/proc/self/autogroup")
    told = session.read_text() if session.exists() else "no sessions nice 10"
    os.write(answers, f"{os.nice(0)} {told.split()[-1]} {os.getpgid(0) == os.getpid()}".encode())
serve(tell, lambda request: None)
"""


def test_whoever_inspects_stands_behind_in_its_session_and_its_session_behind_others():
    command = [sys.executable, "-c", STANDING]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        starter.stdin.write(b"{}\n")
        starter.stdin.flush()
        _fork, header = starter.stdout.readline(), starter.stdout.readline()
        told = starter.stdout.read(int(header.split()[1]))

    behind = str(NICENESS + os.nice(0))
    assert told.split() == [behind.encode(), str(NICENESS).encode(), b"True"]
