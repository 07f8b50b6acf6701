"""Starting, killing and tracing the programs of ``actors``."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(verb, *arguments, before=()):
    command = [*before, sys.executable, "-W", "error", "-m", "tests.faults.actors", verb, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


def finish(process):
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return output.splitlines()


def trace(path, verb, *arguments, beside=()):
    """Run it under strace, and give its calls in their order; skipped where no trace is allowed.

    ``beside``: processes that are watched as well. A call that was interrupted by another's stands where it ended.
    """
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: apt-get install strace")
    options = [
        "-f",
        "-y",
        "--interruptible=waiting",
        "-o",
        str(path),
        "-e",
        "trace=write,pwrite64,pwritev,fsync,fdatasync,rename",
    ]
    watched = [f"--attach={pid}" for pid in beside]
    process = start(verb, *arguments, before=["strace", *options, *watched])
    if watched:  # these live on: the trace is ended once the program has said its last word
        while process.stdout.readline() not in {"over\n", ""}:
            pass
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    has_ended = process.returncode == (-signal.SIGINT if watched else 0)
    if not has_ended and ("ptrace" in errors.lower() or "not permitted" in errors.lower()):
        pytest.skip("this machine allows no trace")
    assert has_ended, errors
    return join_interrupted(path.read_text(errors="replace").splitlines())


def join_interrupted(lines):
    begun, calls = {}, []
    for line in lines:
        pid, _, call = line.partition(" ")
        if call.endswith("<unfinished ...>"):
            begun[pid] = line.removesuffix("<unfinished ...>")
        elif call.lstrip().startswith("<... ") and pid in begun:
            calls.append(begun.pop(pid) + call.partition("resumed>")[2])
        else:
            calls.append(line)
    return calls


def find_say(calls, text):
    return next(number for number, call in enumerate(calls) if "write(1<" in call and f'"{text}\\n"' in call)
