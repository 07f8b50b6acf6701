"""What files cost, as ratios of one run: ``python -m benchmarks.files [inspection|media|upload|memory]``."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import av
import typst

from benchmarks.service import Browser, autosaver, free_port, running
from benchmarks.uploads import memory, upload
from judging.identity.identities import Identities, Institution, Person
from service.inspection import inspect_file
from storage.inspect.limits import MIB, FileRules

N_FILES, N_PAGES = 100, 20
GOAL_SECONDS, GOAL_DELAY, GOAL_RATE = 60, 2, 0.7
PEOPLE = Identities(
    people=(
        Person(
            names=("سالم بن راشد الهاشمي", "Salim Rashid Al Hashmi"), emails=("s@example.edu",), phones=("92345678",)
        ),
        Person(names=("خديجة بنت خميس الزدجالية", "Khadija Al Zadjali"), numbers=("U20231457",)),
        Person(names=("مروة الشكيلي", "Marwa Al-Shukaili"), role="supervisor"),
    ),
    institutions=(Institution(names=("جامعة نزوى", "University of Nizwa"), domains=("unizwa.edu.om",)),),
)
ARABIC = "تناول هذا الفصل أثر المياه الجوفية على الزراعة في الولايات الساحلية خلال الأعوام الأخيرة وما يترتب عليه. "


def main(chosen: list[str]) -> None:
    print(f"cores {os.cpu_count()}, load before {os.getloadavg()[0]:.2f}")
    for name, part in PARTS.items():
        if not chosen or name in chosen:
            part()
    print(f"load after {os.getloadavg()[0]:.2f}")


def inspection() -> None:
    """Inspect 100 PDFs of 20 pages, half of them Arabic, while a judge's marks are saved beside it."""
    with tempfile.TemporaryDirectory() as folder, _judge(Path(folder)) as (port, make):
        files = _documents(Path(folder))
        idle = _saves_beside(port, make, lambda: time.sleep(10))
        begun, used = time.perf_counter(), _processor()
        busy = _saves_beside(port, make, lambda: asyncio.run(_inspect_all(files, Path(folder))))
        seconds, used = time.perf_counter() - begun, _processor() - used
    print(f"{N_FILES} PDFs of {N_PAGES} pages: {seconds:.1f} s (goal under {GOAL_SECONDS})")
    print(f"of both cores' time in these seconds {used / seconds / (os.cpu_count() or 1):.0%} was anyone's")
    print(f"autosave: p95 {idle:.2f} ms idle, {busy:.2f} ms beside it: {busy / idle:.2f} times (goal {GOAL_DELAY})")


def _processor() -> float:
    """Seconds of processor time that the whole machine has spent on anything."""
    fields = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:9]
    return sum(int(value) for number, value in enumerate(fields) if number not in (3, 4)) / os.sysconf("SC_CLK_TCK")


def _documents(folder: Path) -> list[Path]:
    files = []
    for number, text in enumerate((f"#text(dir: rtl)[{ARABIC * 22}]", "#lorem(330)")):
        pages = "\n#pagebreak()\n".join(f"= Part {page}\n{text}" for page in range(N_PAGES))
        data = typst.compile(f'#set page(paper: "a4")\n{pages}'.encode())
        for copy in range(N_FILES // 2):
            path = folder / f"{number}-{copy}.pdf"
            path.write_bytes(data)
            files.append(path)
    return files


async def _inspect_all(files: list[Path], folder: Path) -> None:
    async def one(path: Path) -> None:
        pages = folder / f"{path.stem}-pages"
        pages.mkdir()
        copy = path.with_suffix(".copy")
        report = await inspect_file(path, FileRules(), identities=PEOPLE, copy_to=copy, pages_to=pages)
        assert report.verdict == "accept", report.findings
        assert len(report.pages) == N_PAGES

    await asyncio.gather(*map(one, files))


@contextmanager
def _judge(folder: Path) -> Iterator[tuple[int, Callable[[int], bytes]]]:
    """Serve a demonstration in its judging phase; give the port, and a judge's autosaves one after the other."""
    told, port = folder / "told.json", free_port()
    program = [sys.executable, "-m", "service.cli.main"]
    build = ["demo", "--phase", "judging", "--headless", "--data", str(folder / "demo"), "--json", str(told)]
    subprocess.run([*program, *build], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (our own command)
    judge = json.loads(told.read_text("utf-8"))["sign_in"]["judge"]
    with running([*program, "serve", "--data", str(folder / "demo"), "--port", str(port)], port, "/healthz"):
        yield port, autosaver(Browser(port, judge["email"], judge["password"]))


def _saves_beside(port: int, make: Callable[[int], bytes], work: Callable[[], object]) -> float:
    """p95 in milliseconds of an autosave over HTTP each 100 ms while ``work`` runs."""
    taken: list[float] = []
    over = Event()

    def save() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
            while not over.wait(0.1):
                begun = time.perf_counter()
                connection.sendall(make(0))
                status = answers.readline()
                answers.read(int(http.client.parse_headers(answers)["Content-Length"]))
                taken.append((time.perf_counter() - begun) * 1000)
                assert b" 200 " in status, status

    saver = Thread(target=save)
    saver.start()
    try:
        work()
    finally:
        over.set()
        saver.join()
    return statistics.quantiles(taken, n=20)[-1]


def media() -> None:
    """Check a large film, without and with its judge's copy, against hashing alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = _large_film(Path(folder) / "film.mp4")
        mebibytes = path.stat().st_size / MIB
        copy = path.with_suffix(".copy")
        plain, checked, copied = [], [], []
        for _ in range(3):
            plain.append(_seconds(lambda: _digest(path)))
            checked.append(_seconds(lambda: asyncio.run(inspect_file(path, FileRules()))))
            copied.append(_seconds(lambda: asyncio.run(inspect_file(path, FileRules(), copy_to=copy))))
    print(f"film of {mebibytes:.0f} MiB: SHA-256 alone {mebibytes / min(plain):.0f} MiB/s")
    print(f"check: {mebibytes / min(checked):.0f} MiB/s, {min(plain) / min(checked):.2f} of it (goal {GOAL_RATE})")
    print(
        f"check and judge's copy with its digest: {mebibytes / min(copied):.0f} MiB/s, {min(plain) / min(copied):.2f}"
    )


def _large_film(path: Path) -> Path:
    with av.open(str(path), "w", format="mp4") as target:
        pictures = target.add_stream("mjpeg", rate=25, options={"qmin": "1", "qmax": "2"})
        pictures.width, pictures.height, pictures.pix_fmt, pictures.bit_rate = 1920, 1080, "yuvj420p", 400_000_000
        noise = os.urandom(1920 * 1080 * 2)
        for index in range(400):
            frame = av.VideoFrame(1920, 1080, "yuvj420p")
            for plane in frame.planes:
                start = index * 4096 % 100_000
                plane.update(noise[start : start + plane.buffer_size])
            target.mux(pictures.encode(frame))
        target.mux(pictures.encode(None))
    return path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


PARTS: dict[str, Callable[[], None]] = {
    "inspection": inspection,
    "media": media,
    "upload": upload,
    "memory": memory,
}

if __name__ == "__main__":
    main(sys.argv[1:])
