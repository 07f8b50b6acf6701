"""From the committee's tables to an assignment problem.

Ids become rows in sorted order, so that the order of lines in a file decides nothing; faults are named by row and
column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from judging.assignment import NONE, Bar, Problem
from service.cli.assign_tables import PairReader, Skipped, fault_at, read_named, read_numbers
from service.cli.sheets import Column, Table, clean_label

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A problem with the ids that its rows stand for, and what was left out on the way."""

    problem: Problem
    entries: list[str]
    judges: list[str]
    roles: list[str]
    categories: list[str]
    skipped: Skipped


def encode(options: Namespace) -> Encoded:
    """Read every table that the options name and put them together."""
    skipped = Skipped()
    entries, judges = _entries(options.entries, skipped), _judges(options.judges, skipped)
    entry_ids, judge_ids = _own_ids(entries, "entry"), _own_ids(judges, "judge")
    place = {"entry": _places(entries, "entry"), "judge": _places(judges, "judge")}
    roles = sorted({clean_label(text) for text in judges.cells.get("role", ())} - {""})
    need = _needs(entries, roles if judges.has("role") else None)[place["entry"]]
    categories, category = _labels(entries, "category")
    entry_house, judge_house = _shared_labels(entries, judges, "institution")
    reader = PairReader(entry_ids, judge_ids, skipped, lenient=options.previous is not None)
    load = _loads(judges, options.max_load)[place["judge"]]
    previous = reader.pairs(options.previous, may_leave=True) if options.previous else None
    locked = reader.pairs(options.locks) if options.locks else None
    problem = Problem.of(
        np.full(len(entry_ids), options.per_entry),
        load,
        affinity=_affinity(options.affinity, reader, entries, judges, place),
        forbidden=_conflicts(options.conflicts, reader, (len(entry_ids), len(judge_ids))),
        entry_institution=entry_house[place["entry"]],
        judge_institution=judge_house[place["judge"]],
        team=_labels(entries, "team")[1][place["entry"]],
        category=np.maximum(category[place["entry"]], 0),
        **_languages(entries, judges, place),
        judge_role=_role_codes(judges, roles)[place["judge"]],
        role_need=need,
        locked=locked,
        previous=previous,
    )
    return Encoded(problem, entry_ids, judge_ids, roles, categories or [""], skipped)


def _entries(path: Path, skipped: Skipped) -> Table:
    names = ("team", "institution", "category", "language", "need")
    return read_named(path, ["entry", *(Column(name, is_required=False) for name in names)], skipped)


def _judges(path: Path, skipped: Skipped) -> Table:
    names = ("institution", "role", "expertise", "language", "max_load")
    return read_named(path, ["judge", *(Column(name, is_required=False) for name in names)], skipped)


def _own_ids(table: Table, key: str) -> list[str]:
    labels, codes = table.labels(key)
    if len(labels) < len(table):
        first = np.unique(codes, return_index=True)[1]
        again = int(np.setdiff1d(np.arange(len(table)), first)[0])
        raise fault_at("repeated", table, key, again)
    return labels


def _places(table: Table, key: str) -> Ints:
    """Row of the table for each sorted id."""
    return np.argsort(table.labels(key)[1], kind="stable")


def _labels(table: Table, key: str) -> tuple[list[str], Ints]:
    """Sorted labels and the code of each row, NONE where the cell is empty or the column absent."""
    if not table.has(key):
        return [], np.full(len(table), NONE)
    labels, codes = table.labels(key, blank="")
    if labels and not labels[0]:
        return labels[1:], codes - 1
    return labels, codes


def _shared_labels(entries: Table, judges: Table, key: str) -> tuple[Ints, Ints]:
    """Codes of a label that entries and judges have in common."""
    own, own_codes = _labels(entries, key)
    their, their_codes = _labels(judges, key)
    every = sorted(set(own) | set(their))
    number = {label: place for place, label in enumerate(every)}
    return _renumber(own, own_codes, number), _renumber(their, their_codes, number)


def _renumber(labels: list[str], codes: Ints, number: dict[str, int]) -> Ints:
    new = np.array([number[label] for label in labels] + [NONE], dtype=np.int64)
    return new[codes]


def _parts(text: str) -> list[str]:
    for mark in "؛،,|":
        text = text.replace(mark, ";")
    return [part for part in (clean_label(part) for part in text.split(";")) if part]


def _needs(entries: Table, roles: list[str] | None) -> Ints:
    """(n_rows, n_roles) from cells such as ``academic:1;practitioner:1``; a bare role means one, no roles no rule."""
    table = np.zeros((len(entries), len(roles or ())), dtype=np.int64)
    if roles is None:
        return table
    for row, text in enumerate(entries.cells.get("need", ())):
        for part in _parts(text):
            name, _, count = part.partition(":")
            role, number = name.strip(), count.strip() or "1"
            if not number.isdigit():
                raise fault_at("bad_need", entries, "need", row)
            if role not in roles:
                raise fault_at("unknown_role", entries, "need", row, role=role)
            table[row, roles.index(role)] += int(number)
    return table


def _role_codes(judges: Table, roles: list[str]) -> Ints:
    if not roles:
        return np.full(len(judges), NONE)
    return np.array(
        [roles.index(clean_label(text)) if clean_label(text) else NONE for text in judges.cells["role"]], dtype=np.int64
    )


def _loads(judges: Table, most: int) -> Ints:
    """Return the lesser of the general limit and a judge's own."""
    if not judges.has("max_load"):
        return np.full(len(judges), most)
    own = judges.numbers("max_load", may_be_blank=True)
    bad = (own < 0) | (own % 1 != 0)
    bad &= ~np.isnan(own)
    if bad.any():
        raise fault_at("bad_load", judges, "max_load", int(np.argmax(bad)))
    return np.minimum(np.where(np.isnan(own), most, own), most).astype(np.int64)


def _languages(entries: Table, judges: Table, place: dict[str, Ints]) -> dict[str, NDArray[np.int64] | None]:
    tongues, codes = _labels(entries, "language")
    if not tongues or not judges.has("language"):
        return {"entry_language": None, "judge_languages": None}
    reads = np.zeros((len(judges), len(tongues)), dtype=np.int64)
    for row, text in enumerate(judges.cells["language"]):
        known = _parts(text)
        reads[row] = [tongue in known for tongue in tongues]
    return {"entry_language": codes[place["entry"]], "judge_languages": reads[place["judge"]]}


def _conflicts(path: Path | None, reader: PairReader, shape: tuple[int, int]) -> NDArray[np.int8] | None:
    if path is None:
        return None
    _, entry, judge, held = reader.read(path, Column("reason", is_required=False), may_leave=True)
    forbidden = np.zeros(shape, dtype=np.int8)
    forbidden[entry[held], judge[held]] = Bar.CONFLICT
    return forbidden


def _affinity(
    path: Path | None, reader: PairReader, entries: Table, judges: Table, place: dict[str, Ints]
) -> sparse.csr_array:
    shape = (len(place["entry"]), len(place["judge"]))
    if path is None:
        return _affinity_from_expertise(entries, judges, place)
    table, entry, judge, held = reader.read(path, "affinity", may_leave=True)
    reader.refuse_repeats(table, entry, judge)
    value = read_numbers(table, "affinity")
    if (value < 0).any():
        raise fault_at("negative_affinity", table, "affinity", int(np.argmax(value < 0)))
    return sparse.csr_array((value[held], (entry[held], judge[held])), shape=shape)


def _affinity_from_expertise(entries: Table, judges: Table, place: dict[str, Ints]) -> sparse.csr_array:
    """1 where the entry's category is among the judge's fields, 0 elsewhere."""
    categories, codes = _labels(entries, "category")
    knows = np.zeros((len(judges), len(categories) + 1))
    for row, text in enumerate(judges.cells.get("expertise", ())):
        known = _parts(text)
        knows[row, : len(categories)] = [category in known for category in categories]
    return sparse.csr_array(knows[place["judge"]].T[codes[place["entry"]]])


def read_reviews(path: Path, encoded: Encoded) -> tuple[Ints, NDArray[np.float64]]:
    """Pairs that have marks and the mean mark of each; criteria count alike."""
    reader = PairReader(encoded.entries, encoded.judges, encoded.skipped, lenient=False)
    table, entry, judge, _ = reader.read(path, "score", Column("criterion", is_required=False))
    value = read_numbers(table, "score")
    key = entry * len(encoded.judges) + judge
    if not table.has("criterion"):
        reader.refuse_repeats(table, entry, judge)
    kinds, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    mean = np.bincount(inverse, weights=value) / counts
    return np.c_[kinds // len(encoded.judges), kinds % len(encoded.judges)], mean
