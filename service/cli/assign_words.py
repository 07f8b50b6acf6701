"""What ``tahkim assign`` says and writes: the result, each pair's reason, and why there is no result."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from typing import TYPE_CHECKING

import numpy as np

from judging.assignment import NONE, Why
from service.cli.headers import HEADERS
from service.spreadsheets import defuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from judging.assignment import Assignment, Reasons
    from service.cli.assign_files import Encoded, Ints
    from service.text import Words

NAMED_AT_MOST = 60
ISOLATES = re.compile("[\u2066-\u2069]")


def header(key: str, words: Words) -> str:
    """Return a column's name as the reader's language writes it."""
    return HEADERS[key][0] if words.lang == "ar" else key


def write_whole(path: Path, text: str) -> None:
    """Write a file at once or not at all."""
    handle, draft = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(draft, 0o644)  # noqa: PTH101  (as any file that a person makes)
        os.replace(draft, path)  # noqa: PTH105
    except BaseException:
        os.unlink(draft)  # noqa: PTH108
        raise


def write_table(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file at once or not at all; a name that a spreadsheet would compute gets an apostrophe before it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([defuse(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    write_whole(path, text.getvalue())


def write_assignment(path: Path, found: Assignment, order: Ints, encoded: Encoded, words: Words) -> None:
    """Write entry, judge, place in the judge's order, and the reason of each pair."""
    head = [header(key, words) for key in ("entry", "judge", "order", "reason")]
    reasons = say_reasons(found.reasons, words)
    rows = (
        (encoded.entries[entry], encoded.judges[judge], place, reason)
        for (entry, judge), place, reason in zip(found.pairs.tolist(), (order + 1).tolist(), reasons, strict=True)
    )
    write_table(path, head, rows)


def say_reasons(reasons: Reasons, words: Words) -> Iterator[str]:
    """Say one line for each pair."""
    facts = zip(
        reasons.code.tolist(),
        reasons.affinity.tolist(),
        reasons.place.tolist(),
        reasons.n_free.tolist(),
        reasons.load.tolist(),
        reasons.load_max.tolist(),
        strict=True,
    )
    holes = {name: f"@{name}@" for name in _FACTS}
    patterns = {int(why): ISOLATES.sub("", words.plain(f"assign.why_{int(why)}", **holes)) for why in Why}
    for code, affinity, place, n_free, load, most in facts:
        text = patterns[code].replace("@affinity@", words.number(affinity, 2)).replace("@place@", words.number(place))
        text = text.replace("@free@", words.number(n_free)).replace("@load@", words.number(load))
        yield text.replace("@most@", words.number(most))


_FACTS = ("affinity", "place", "free", "load", "most")


def say_result(found: Assignment, encoded: Encoded, words: Words) -> list[str]:
    """Say what was reached, in a few lines."""
    lines = [
        words.plain("assign.done", n=int(found.pairs.shape[0])),
        words.plain("assign.loads", least=int(found.loads.min()), most=int(found.loads.max())),
        words.plain("assign.efficiency", percent=words.percent(found.design.efficiency_within, 1)),
    ]
    if found.affinity_before:
        share = 1 - found.affinity / found.affinity_before
        lines.append(words.plain("assign.spent", percent=words.percent(max(share, 0.0), 2)))
    worst = found.worst
    if worst.best_alone:
        share = worst.affinity / worst.best_alone
        lines.append(words.plain("assign.worst", entry=encoded.entries[worst.entry], percent=words.percent(share, 0)))
    lines += list(say_joins(found, encoded, words))
    if found.changes.kept.size or found.changes.added.size:
        changes = found.changes
        if encoded.problem.previous.size:
            lines.append(
                words.plain("assign.changes", kept=len(changes.kept), added=len(changes.added), least=changes.least)
            )
    if found.method == "draw":
        lines.append(
            words.plain(
                "assign.cap", percent=words.percent(found.cap, 0), above=found.n_above_cap, moved=found.n_repaired
            )
        )
    return lines


def say_skipped(encoded: Encoded, words: Words) -> Iterator[str]:
    """Say what stood in the tables and was not used, file by file."""
    for file, (count, first) in sorted(encoded.skipped.lines.items()):
        yield words.plain("assign.left_out", file=file, n=count, judge=first)
    for file, columns in sorted(encoded.skipped.columns.items()):
        yield words.plain("assign.unused_columns", file=file, columns=list(columns))


def say_joins(found: Assignment, encoded: Encoded, words: Words) -> Iterator[str]:
    """Say of each category whether its judges can be compared, and what would join its groups."""
    cut = np.flatnonzero(found.design.groups_in_category > 1).tolist()
    if not cut:
        yield words.plain("assign.linked")
    for category in cut:
        groups = int(found.design.groups_in_category[category])
        name = encoded.categories[category]
        yield words.plain("assign.cut" if name else "assign.cut_whole", category=name, n=groups)
        for join in found.joins:
            if join.category != category:
                continue
            if join.entry == NONE:
                yield words.plain("assign.join_none")
            else:
                yield words.plain("assign.join", entry=encoded.entries[join.entry], judge=encoded.judges[join.judge])
