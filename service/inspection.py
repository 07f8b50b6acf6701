"""Inspecting one file: from outside (``inspect_file``), and inside the limited process, where storage and judging meet.

Storage reads the file and writes the copy; judging looks for names in the text; neither knows the other.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from judging.identity.find import Finding as Found
from judging.identity.find import Piece as Text
from judging.identity.find import find_identities
from judging.identity.identities import Identities
from judging.identity.people import Strength
from storage.inspect.examine import digest, examine
from storage.inspect.leftovers import find_leftovers
from storage.inspect.limits import UNKNOWN_TYPE, FileRules, ProcessLimits
from storage.inspect.look import is_reader_here
from storage.inspect.report import Finding, Piece, Place, PlaceKind, Report, Severity
from storage.inspect.run import Ending, InspectionFailed, Starters
from storage.inspect.sandbox import shut_in
from storage.inspect.sniff import guess_family

__all__ = ["InspectionFailed", "Report", "inspect_file", "inspect_now", "look_for_names"]

_STARTERS = Starters("service.inspection", Path(__file__).parents[1])
atexit.register(_STARTERS.close)


async def inspect_file(
    path: Path,
    rules: FileRules,
    *,
    identities: Identities | None = None,
    copy_to: Path | None = None,
    pages_to: Path | None = None,
    name: str | None = None,
    limits: ProcessLimits | None = None,
) -> Report:
    """Inspect one file in a limited process; at most two at once, others wait.

    ``copy_to``: where the judge's copy is written (its folder must exist; nothing is written when the file is refused).
    ``pages_to``: an existing folder for page pictures and a film's poster. ``name``: the file's own name, searched
    for identities.
    Raises InspectionFailed when the process cannot be run at all; a hostile file is an answer, not an error.
    """
    import asyncio  # noqa: PLC0415 - 0.1 s that the limited process would pay for every start

    return await asyncio.to_thread(
        inspect_now, path, rules, identities=identities, copy_to=copy_to, pages_to=pages_to, name=name, limits=limits
    )


def inspect_now(
    path: Path,
    rules: FileRules,
    *,
    identities: Identities | None = None,
    copy_to: Path | None = None,
    pages_to: Path | None = None,
    name: str | None = None,
    limits: ProcessLimits | None = None,
) -> Report:
    """As ``inspect_file``, for a thread that may wait."""
    limits = limits or ProcessLimits.for_size(path.stat().st_size)
    beside = copy_to.parent if copy_to is not None else pages_to
    with tempfile.TemporaryDirectory(prefix=".inspect-", dir=beside) as scratch:
        request = {
            "path": str(path.resolve()),
            "rules": rules.to_json(),
            "identities": identities.to_json() if identities else None,
            "scratch": str(Path(scratch).resolve()),
            "is_copied": copy_to is not None,
            "is_drawn": pages_to is not None,
            "name": name,
            "kind": guess_family(path),
            "may_read": is_reader_here(),
            "limits": [
                limits.cpu_seconds,
                limits.wall_seconds,
                limits.memory_bytes,
                limits.open_files,
                limits.written_bytes,
            ],
        }
        ending = _STARTERS.run(request, seconds=limits.wall_seconds)
        report = _report_of(ending, path)
        return _moved(report, copy_to, pages_to)


def _report_of(ending: Ending, path: Path) -> Report:
    """Give the report as the process wrote it, or what its end says about the file."""
    if ending.lines and "report" in ending.lines[-1] and not ending.is_late:
        return Report.from_json(ending.lines[-1]["report"])
    if not ending.lines and not ending.is_late:
        raise InspectionFailed(status=ending.status)
    code = "file.unreadable" if ending.status == 1 else "file.too-costly"
    return Report(
        type="unknown",
        media_type=UNKNOWN_TYPE,
        sha256=digest(path),
        size=path.stat().st_size,
        findings=(Finding(code, Severity.REFUSED),),
    )


def _moved(report: Report, copy_to: Path | None, pages_to: Path | None) -> Report:
    """Bring what the process wrote from its scratch folder to where it was wanted."""
    clean, poster = report.clean, report.poster
    if clean is not None and copy_to is not None:
        shutil.move(clean.path, copy_to)
        clean = replace(clean, path=str(copy_to))
    if pages_to is None:
        return replace(report, clean=clean)

    def brought(picture: str) -> str:
        return str(shutil.move(picture, pages_to / Path(picture).name))

    pages = tuple(replace(page, path=brought(page.path)) for page in report.pages)
    if poster is not None:
        poster = replace(poster, path=brought(poster.path))
    return replace(report, clean=clean, pages=pages, poster=poster)


def work(request: dict[str, Any], answers: int) -> None:
    """Inside the limited process: shut in first, then read the file and look for names in what it says."""
    logging.disable(logging.CRITICAL)  # readers describe every flaw of a file; the report says what matters
    path, scratch = Path(request["path"]), Path(request["scratch"])
    pages_to = scratch / "pages"
    pages_to.mkdir()
    shut_in(ProcessLimits(*request["limits"]), readable=[path], writable=[scratch], may_execute=request["may_read"])
    os.chdir(scratch)
    tempfile.tempdir = str(scratch)
    _tell(answers, {"started": True})
    report, pieces = examine(
        path,
        FileRules.from_json(request["rules"]),
        copy_to=scratch / "copy" if request["is_copied"] else None,
        pages_to=pages_to if request["is_drawn"] else None,
        may_read=request["may_read"],
    )
    if request["identities"]:
        if request["name"]:
            pieces += (Piece(Path(request["name"]).stem, Place(PlaceKind.NAME), is_removed=True),)
        identities = Identities.from_json(request["identities"])
        found = look_for_names(pieces, identities)
        found += _last_look(
            report, identities, {str(finding.facts["who"]) for finding in found if finding.severity != "fine"}
        )
        report = replace(report, findings=report.findings + found)
    _tell(answers, {"report": report.to_json()})


def look_for_names(pieces: Sequence[Piece], identities: Identities) -> tuple[Finding, ...]:
    """Give findings for every identity in the text. What the judge's copy leaves out is told, not asked about."""
    texts = [Text(piece.text, (piece.place, piece.is_removed)) for piece in pieces]
    found = find_identities(texts, identities)
    return tuple(_finding(each, *cast("tuple[Place, bool]", each.place)) for each in found)


def _last_look(report: Report, identities: Identities, told: set[str]) -> tuple[Finding, ...]:
    """Whoever is still named in the bytes of the copy, though no reader finds them there."""
    if report.clean is None:
        return ()
    sought = {
        person.names[0]: (*person.names, *person.emails, *person.handles)
        for person in identities.people
        if person.names
    }
    left = find_leftovers(
        Path(report.clean.path), report.type, {who: each for who, each in sought.items() if who not in told}
    )
    return tuple(Finding("copy.still-tells", Severity.COMMITTEE, facts={"who": who}) for who in left)


def _finding(found: Found, place: Place, is_removed: bool) -> Finding:  # noqa: FBT001 - unpacked from one place
    facts = {"who": found.who, "excerpt": found.excerpt}
    if is_removed:
        return Finding(f"identity.removed-{found.trace}", Severity.FINE, place, facts)
    if found.strength is Strength.FAINT:
        return Finding("identity.common-name", Severity.FINE, place, facts)
    if found.strength is Strength.SOFT:
        return Finding("identity.perhaps", Severity.COMMITTEE, place, facts)
    return Finding(f"identity.{found.trace}", Severity.FIX, place, facts)


def _tell(answers: int, value: dict[str, Any]) -> None:
    data = json.dumps(value).encode("utf-8", "replace") + b"\n"
    while data:
        data = data[os.write(answers, data) :]


def prepare(request: dict[str, Any]) -> None:
    """Before the fork: load the libraries of the kind of file that this seems to be, once for all files of its kind.

    What they load themselves at first use is loaded here too: each file would pay for it again (60 ms for a PDF).
    """
    if request["kind"] == "pdf":
        import pypdf._codecs  # noqa: F401, PLC0415

        import storage.inspect.pdf  # noqa: PLC0415
    elif request["kind"] == "image":
        import storage.inspect.image  # noqa: PLC0415
    elif request["kind"] == "media":
        import storage.inspect.media  # noqa: PLC0415, F401
    else:
        return
    from PIL import Image  # noqa: PLC0415

    Image.preinit()


def main() -> None:
    """Be the starter: serve requests from standard input."""
    from storage.inspect.starter import serve  # noqa: PLC0415 - the application itself never serves

    serve(work, prepare)


if __name__ == "__main__":
    main()
    sys.exit(0)
