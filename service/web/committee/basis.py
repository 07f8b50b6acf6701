"""The run that a decision rests on, where the ranking was computed anew since: after an appeal upheld elsewhere, say.

What was signed stays on the run that was read then; a page that shows it beside a newer run says so, and whether the
order of the category is another one in it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.reads.committee.decision import CategoryDecision
from storage.reads.committee.ranking import ComputedOrder, get_computed_order

__all__ = ["Basis", "basis_of", "order_of"]


@dataclass(frozen=True, slots=True)
class Basis:
    """An earlier run that a decision rests on, and the run that stands now.

    ``is_reordered``: whether any project of the category has another rank in the newer one.
    """

    ordinal: int
    made_at: datetime
    newer: int
    newer_at: datetime
    is_reordered: bool
    is_approved: bool


async def order_of(
    round_id: UUID, category_id: UUID, decision: CategoryDecision | None
) -> tuple[ComputedOrder, Basis | None]:
    """Read the order that a category's page of decision shows, and what an earlier run has to do with it.

    Of an approved decision it is the order that was decided on, of any other the one that places are written on.
    """
    standing = await get_computed_order(round_id, category_id)
    if decision is None or standing.run is None or decision.run_id == standing.run.id:
        return standing, None
    if decision.state != "approved" and not (decision.placed or decision.withheld):
        return standing, None
    decided = await get_computed_order(round_id, category_id, decision.run_id)
    found = basis_of(decided, standing, decision.state)
    return (decided if decision.state == "approved" else standing), found


def basis_of(decided: ComputedOrder, standing: ComputedOrder, state: str | None) -> Basis | None:
    """Hold the order that was decided on against the one that stands."""
    if decided.run is None or standing.run is None or decided.run.id == standing.run.id:
        return None
    return Basis(
        decided.run.ordinal, decided.run.made_at, standing.run.ordinal, standing.run.made_at,
        is_reordered=_ranks(decided) != _ranks(standing), is_approved=state == "approved",
    )  # fmt: skip


def _ranks(order: ComputedOrder) -> dict[str, int]:
    return {line["entry"]: line["rank"] for line in order.lines}
