"""Making the demonstration's files in processes of their own, while the students whose files are ready already enter.

What was made is kept by what it was made from, so a demonstration that was stopped makes nothing twice.
"""

import asyncio
import hashlib
import multiprocessing
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from service.demo.edition import DemoEdition, Entry
from service.demo.terms import Material
from service.parentage import end_with_parent

__all__ = ["Making", "Progress"]

LINK = ("url",)
"""The formats of a material that is an address, not a file."""

_BEHIND = 10

Progress = Callable[[int, int], None]
"""Told how many materials are made, of how many; from a thread of its own."""


class Making:
    """The files of every entry, in the edition's order; within the block, those that ``folder`` lacks are made."""

    def __init__(self, edition: DemoEdition, folder: Path, progress: Progress, *, workers: int = 2) -> None:
        self._folder, self._progress, self._workers = folder, progress, workers
        self._orders = [
            (entry, material) for entry in edition.entries for material in edition.category(entry.category).materials
        ]
        self._made: dict[tuple[str, str], list[Path]] = {}
        self._coming: dict[tuple[str, str], Future[list[Path]]] = {}
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        missing = []
        for entry, material in self._orders:
            kept = _kept(entry, material, self._folder)
            if kept is None and material.formats != LINK:
                missing.append((entry, material))
            else:
                self._made[entry.id, material.id] = kept or []
        self._n_done = len(self._made)
        self._progress(self._n_done, len(self._orders))
        if missing:
            self._begin(missing)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _begin(self, missing: Sequence[tuple[Entry, Material]]) -> None:
        self._pool = ProcessPoolExecutor(
            self._workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_stand_back,
            initargs=(os.getpid(),),
        )
        for entry, material in missing:
            coming = self._pool.submit(_make_and_keep, entry, material, self._folder)
            coming.add_done_callback(self._count)
            self._coming[entry.id, material.id] = coming

    async def files_of(self, entry_id: str, material_id: str) -> list[Path]:
        """Wait for the files of one material of one entry; none where it is a link."""
        coming = self._coming.get((entry_id, material_id))
        return self._made[entry_id, material_id] if coming is None else await asyncio.wrap_future(coming)

    def _count(self, coming: Future[list[Path]]) -> None:
        if not coming.cancelled() and coming.exception() is None:
            self._n_done += 1
            self._progress(self._n_done, len(self._orders))


def _stand_back(parent: int) -> None:
    """Leave the cores to those who enter and to what they wait for: the makers fill what is left of them."""
    os.nice(_BEHIND)
    end_with_parent(parent)


def _kept(entry: Entry, material: Material, folder: Path) -> list[Path] | None:
    place = folder / _key(entry, material)
    return sorted(place.iterdir()) if place.is_dir() else None


def _make_and_keep(entry: Entry, material: Material, folder: Path) -> list[Path]:
    """Make the files beside their place and move them there whole, so that a stopped run leaves nothing half made."""
    place = folder / _key(entry, material)
    unfinished = folder / f"{place.name}.{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    from service.demo.files import make_files  # noqa: PLC0415 (heavy, and for the makers' processes only)

    make_files(entry, material, unfinished)
    unfinished.rename(place)
    return sorted(place.iterdir())


def _key(entry: Entry, material: Material) -> str:
    made_from = f"{_generator_digest()}{entry!r}{material!r}"
    return f"{entry.id}-{material.id}-{hashlib.sha256(made_from.encode()).hexdigest()[:16]}"


@cache
def _generator_digest() -> str:
    here = Path(__file__).parent
    generators = [
        here / name for name in ("files.py", "films.py", "papers.py", "pictures.py", "sheets.py", "sounds.py")
    ]
    sources = sorted([*generators, here / "papers.toml", *(here / "typst").iterdir()])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
