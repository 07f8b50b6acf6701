"""A starter whose files stand still, or work as long as they are asked to: for the clock that tells these apart."""

import os
import signal
import time
from typing import Any

from storage.inspect.starter import serve


def work(request: dict[str, Any], answers: int) -> None:
    if not request["works"]:
        signal.pause()
    if "behind_others_on" in request:
        os.sched_setaffinity(0, {request["behind_others_on"]})
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    end = time.process_time() + request["works"]
    while time.process_time() < end:
        pass
    os.write(answers, b'{"done": true}\n')


def prepare(request: dict[str, Any]) -> None:
    """Nothing is loaded."""


if __name__ == "__main__":
    serve(work, prepare)
