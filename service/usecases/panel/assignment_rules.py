"""What a round asks of its judges besides numbers: which kinds a project must have, and who may not meet."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import FieldError, Invalid
from service.usecases.panel.assignment import lock_round
from storage.engine import transaction
from storage.reads.matrices import RoundRules
from storage.rows import get_row
from storage.tables.panel import Round

__all__ = ["set_assignment_rules"]


async def set_assignment_rules(actor: Actor, round_id: UUID, rules: RoundRules, *, now: datetime) -> None:
    """Set the rules under which a round is assigned, until judging opens. A proposal made before stays as it is.

    Raises Invalid where a project would have to have more judges of a kind than it gets judges.
    """
    async with transaction():
        await lock_round(actor, round_id, now=now)
        row = await get_row(
            Round.select(
                Round.reviews_per_entry, Round.academics_least, Round.practitioners_least, Round.institution_once,
                Round.team_once,
            ).where(Round.id == round_id)
        )  # fmt: skip
        n_reviews = row.pop("reviews_per_entry")
        _check(rules, n_reviews)
        before = RoundRules(**row)
        if before == rules:
            return
        await Round.update(
            {
                Round.academics_least: rules.academics_least,
                Round.practitioners_least: rules.practitioners_least,
                Round.institution_once: rules.institution_once,
                Round.team_once: rules.team_once,
            }
        ).where(Round.id == round_id)
        await record(
            Event.ASSIGNMENT_RULES_SET, by=actor, about=("round", round_id), at=now, before=asdict(before),
            after=asdict(rules),
        )  # fmt: skip


def _check(rules: RoundRules, n_reviews: int) -> None:
    errors = [
        FieldError(name, "arules.err_number", n=n_reviews)
        for name, least in (
            ("academics_least", rules.academics_least),
            ("practitioners_least", rules.practitioners_least),
        )
        if not 0 <= least <= n_reviews
    ]
    if not errors and rules.academics_least + rules.practitioners_least > n_reviews:
        errors = [FieldError("practitioners_least", "arules.err_together", n=n_reviews)]
    if errors:
        raise Invalid(*errors)
