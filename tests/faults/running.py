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


def trace(path, verb, *arguments):
    """Run it under strace, and give its calls in their order; skipped where no trace is allowed."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: apt-get install strace")
    options = ["-f", "-y", "-o", str(path), "-e", "trace=write,pwrite64,fsync,fdatasync,rename"]
    process = start(verb, *arguments, before=["strace", *options])
    _, errors = process.communicate(timeout=120)
    if process.returncode and "ptrace" in errors.lower():
        pytest.skip("this machine allows no trace")
    assert process.returncode == 0, errors
    return path.read_text(errors="replace").splitlines()


def find_say(calls, text):
    return next(number for number, call in enumerate(calls) if "write(1<" in call and f'"{text}\\n"' in call)
