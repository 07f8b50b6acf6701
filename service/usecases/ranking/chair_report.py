"""What only the chair asks of a frozen run: marks for one's own institution, and drift over the order of marking."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from service.permissions import Action, require
from service.usecases.ranking.questions import find_run, known, score_again
from storage.reads.marks import FrozenRun, read_institutions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.actors import Actor

__all__ = ["ChairReport", "Drift", "OwnInstitution", "report_to_chair"]


@dataclass(frozen=True, slots=True)
class OwnInstitution:
    """How judges mark entries of their own institution against others, in points; positive = higher.

    ``judges``: those raised after correcting for looking at many, with each one's difference.
    """

    effect: float | None
    error: float | None
    p: float | None
    n_reviews: int
    judges: tuple[tuple[UUID, float], ...]


@dataclass(frozen=True, slots=True)
class Drift:
    """A judge whose marks changed on the way: by how many standard deviations from first to last sheet.

    Positive = more generous later. ``p`` of a steady change, ``p_shift`` of a shift somewhere.
    """

    judge_id: UUID
    change: float
    p: float
    p_shift: float
    is_raised: bool


@dataclass(frozen=True, slots=True)
class ChairReport:
    """What the chair alone may ask of a run: the effect of one's own institution, and drift."""

    own: OwnInstitution
    drift: tuple[Drift, ...]


async def report_to_chair(actor: Actor, run_id: UUID) -> ChairReport:
    """Measure what only the chair sees: marks for one's own institution, and drift over the order of marking."""
    run = await find_run(actor, run_id)
    require(Action.READ_CHAIR_REPORT, actor, stage=run.edition_state)
    entries, judges = await read_institutions(run.edition_id)
    return await asyncio.to_thread(_report, run, entries, judges)


def _report(run: FrozenRun, entries: Mapping[UUID, UUID], judges: Mapping[UUID, UUID]) -> ChairReport:
    import numpy as np  # noqa: PLC0415 - kept out of start-up

    from judging.scoring.diagnostics import diagnose_judges, own_group_effect  # noqa: PLC0415 - as above

    encoded, scores = score_again(run)
    number = {each: at for at, each in enumerate(sorted({*entries.values(), *judges.values()}, key=str))}
    own = own_group_effect(
        scores,
        judge_group=np.array([number[judges[each]] if each in judges else -1 for each in encoded.judges]),
        entry_group=np.array([number[entries[each.id]] if each.id in entries else -1 for each in encoded.entries]),
    )
    found = diagnose_judges(scores)
    raised = [at for at in range(len(encoded.judges)) if own.is_raised[at]]
    return ChairReport(
        own=OwnInstitution(
            effect=known(own.effect),
            error=known(own.error),
            p=known(own.p),
            n_reviews=own.n_own,
            judges=tuple((encoded.judges[at], float(own.by_judge[at])) for at in raised),
        ),
        drift=tuple(
            Drift(
                judge_id=judge,
                change=float(found.drift[at]),
                p=float(found.drift_p[at]),
                p_shift=float(found.cusum_p[at]),
                is_raised=bool(found.is_drift[at]),
            )
            for at, judge in enumerate(encoded.judges)
            if known(found.drift[at]) is not None
        ),
    )
