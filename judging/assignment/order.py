"""The order in which each judge reads, so that being read early or late cancels out over an entry's judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from judging.assignment.problem import Floats, Ints

SWEEPS = 4


def order_for_judges(pairs: Ints, *, seed: int) -> Ints:
    """Place (0 is first) of each pair in its judge's own order.

    Starts from a random order of each judge, then lets judge after judge read first what the others read late, so
    that each entry's mean place comes near the middle. pairs: (n_pairs, 2) of entry and judge. The result does not
    depend on the order of the pairs.
    """
    sort = np.lexsort((pairs[:, 0], pairs[:, 1]))
    entry, judge = pairs[sort, 0], pairs[sort, 1]
    starts = np.flatnonzero(np.r_[True, judge[1:] != judge[:-1]]) if judge.size else np.zeros(0, dtype=np.int64)
    blocks = np.split(np.arange(judge.size), starts[1:])
    generator = np.random.default_rng([seed, 13])
    place = np.zeros(judge.size, dtype=np.int64)
    for block in blocks:
        place[block] = generator.permutation(block.size)
    if entry.size:
        _balance(entry, place, blocks, generator)
    result = np.empty_like(place)
    result[sort] = place
    return result


def _balance(entry: Ints, place: Ints, blocks: list[Ints], generator: np.random.Generator) -> None:
    size = np.zeros(entry.size)
    for block in blocks:
        size[block] = block.size
    late = np.zeros(int(entry.max()) + 1)
    np.add.at(late, entry, _lateness(place, size))
    for _ in range(SWEEPS):
        for number in generator.permutation(len(blocks)).tolist():
            block = blocks[number]
            np.subtract.at(late, entry[block], _lateness(place[block], size[block]))
            first = np.lexsort((generator.random(block.size), -late[entry[block]]))
            place[block[first]] = np.arange(block.size)
            np.add.at(late, entry[block], _lateness(place[block], size[block]))


def _lateness(place: Ints, size: Floats) -> Floats:
    """From -1/2 for the first of a judge's entries to 1/2 for the last."""
    return (place + 0.5) / size - 0.5
