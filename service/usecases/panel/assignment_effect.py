"""What a change by hand does before it is made, what a proposal is worth after it, and the reviews that link judges."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service.actors import Actor
from service.errors import NotFound
from service.usecases.panel.assignment import change_pair, lock_round
from service.usecases.panel.assignment_arrays import Encoded, encode
from storage.columns import from_json, to_json
from storage.engine import transaction
from storage.reads.matrices import read_assignment_input
from storage.reads.standing_pairs import StandingPair, read_standing_pairs
from storage.tables.assignment import AssignmentRun

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["LINK_REASON", "PairEffect", "add_links", "measure_change", "refresh_quality"]

LINK_REASON = "link"
"""The reason kept with a review added so that judges of a category are linked."""


@dataclass(frozen=True, slots=True)
class PairEffect:
    """What a change of one project's judges would do.

    ``efficiency`` and ``n_groups`` (linked groups of its category) are (before, after); ``loads`` holds (judge, before,
    after, most) for the judges touched; ``broken`` names the rules that it would break.
    """

    entry_id: UUID
    removes: UUID | None
    adds: UUID | None
    efficiency: tuple[float, float]
    n_groups: tuple[int, int]
    n_judges: tuple[int, int]
    needed: int
    loads: tuple[tuple[UUID, int, int, int], ...]
    affinity: tuple[float, float]
    broken: tuple[str, ...]


async def measure_change(round_id: UUID, entry_id: UUID, *, remove: UUID | None, add: UUID | None) -> PairEffect:
    """Measure what taking a judge from a project, giving it another, or both would do. Nothing is written."""
    given = await read_assignment_input(round_id)
    standing = await read_standing_pairs(round_id)
    if not given.entries or not given.judges:
        raise NotFound
    encoded = encode(given)
    judges = set(encoded.judges)
    if entry_id not in encoded.entries or not {remove, add} - {None} <= judges:
        raise NotFound
    return await asyncio.to_thread(_measure, encoded, standing, entry_id, remove, add)


def _measure(
    encoded: Encoded, standing: tuple[StandingPair, ...], entry_id: UUID, remove: UUID | None, add: UUID | None
) -> PairEffect:
    from judging.assignment import effect_of_change  # noqa: PLC0415 - heavy, for here alone

    row = encoded.entries.index(entry_id)
    column = {judge: at for at, judge in enumerate(encoded.judges)}
    effect = effect_of_change(
        encoded.problem,
        _rows(encoded, standing),
        add=[(row, column[add])] if add is not None else None,
        remove=[(row, column[remove])] if remove is not None else None,
    )
    category = int(encoded.problem.category[row])
    mine = sum(pair.entry_id == entry_id for pair in standing)
    broken = {
        rule
        for rule, count in effect.violations_after.items()
        if count > effect.violations_before.get(rule, 0) and rule not in {"coverage", "role"}
    }
    touched = [judge for judge in (remove, add) if judge is not None]
    return PairEffect(
        entry_id=entry_id,
        removes=remove,
        adds=add,
        efficiency=(float(effect.design_before.efficiency), float(effect.design_after.efficiency)),
        n_groups=(
            int(effect.design_before.groups_in_category[category]),
            int(effect.design_after.groups_in_category[category]),
        ),
        n_judges=(mine, mine - (remove is not None) + (add is not None)),
        needed=int(encoded.problem.needs[row]),
        loads=tuple(
            (
                judge,
                int(effect.loads_before[column[judge]]),
                int(effect.loads_after[column[judge]]),
                int(encoded.problem.load_max[column[judge]]),
            )
            for judge in touched
        ),
        affinity=(float(effect.affinity_before), float(effect.affinity_after)),
        broken=tuple(sorted(broken)),
    )


def _rows(encoded: Encoded, standing: tuple[StandingPair, ...]) -> "npt.NDArray[np.int64]":
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    row = {entry: at for at, entry in enumerate(encoded.entries)}
    column = {judge: at for at, judge in enumerate(encoded.judges)}
    pairs = sorted(
        (row[pair.entry_id], column[pair.judge_id])
        for pair in standing
        if pair.entry_id in row and pair.judge_id in column
    )
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


async def refresh_quality(round_id: UUID) -> None:
    """Measure a proposal again after it was changed by hand, so that its page tells of the pairs that stand."""
    given = await read_assignment_input(round_id)
    if not given.entries or not given.judges:
        return
    standing = await read_standing_pairs(round_id)
    told = await asyncio.to_thread(_describe, encode(given), standing)
    last = (
        await AssignmentRun.select(AssignmentRun.id, AssignmentRun.quality)
        .where(AssignmentRun.round == round_id)
        .order_by(AssignmentRun.ordinal, ascending=False)
        .first()
    )
    if last is not None:
        await AssignmentRun.update({AssignmentRun.quality: to_json(from_json(last["quality"]) | told)}).where(
            AssignmentRun.id == last["id"]
        )


def _describe(encoded: Encoded, standing: tuple[StandingPair, ...]) -> dict[str, object]:
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.assignment.account import find_joins  # noqa: PLC0415 - heavy, for here alone
    from judging.assignment.design import measure_design  # noqa: PLC0415 - as above

    pairs = _rows(encoded, standing)
    if not pairs.size:
        return {}
    design = measure_design(encoded.problem, pairs)
    loads = np.bincount(pairs[:, 1], minlength=len(encoded.judges))
    return encoded.told_design(design, find_joins(encoded.problem, pairs, design)) | {
        "loads": {str(judge): int(load) for judge, load in zip(encoded.judges, loads, strict=True)}
    }


async def add_links(actor: Actor, round_id: UUID, *, reason: str, now: datetime) -> int:
    """Add the fewest reviews that link the judges of each category that is cut; return how many were added.

    They are found anew from the pairs that stand, under every rule; a category where no judge may is left as it is.
    """
    async with transaction():
        await lock_round(actor, round_id, now=now)
    given = await read_assignment_input(round_id)
    if not given.entries or not given.judges:
        return 0
    encoded = encode(given)
    told = await asyncio.to_thread(_describe, encoded, await read_standing_pairs(round_id))
    entry_of = dict(zip(encoded.code_names, encoded.entries, strict=True))
    joins = told.get("joins", [])
    n_added = 0
    for join in joins if isinstance(joins, list) else []:
        if join["entry"] is not None:
            entry, judge = entry_of[join["entry"]], UUID(join["judge"])
            await change_pair(actor, round_id, entry, remove=None, add=judge, reason=reason, now=now)
            n_added += 1
    await refresh_quality(round_id)
    return n_added
