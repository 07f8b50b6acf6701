"""How many projects a judge may be given: in all, and in each category of a round."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action, require
from storage.engine import for_update, transaction
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.panel import Judge, PanelMember

__all__ = ["MOST", "JudgeLimits", "set_judge_limits"]

MOST = 200
"""The highest limit that makes sense; a slip of the hand is caught by it."""


@dataclass(frozen=True, slots=True)
class JudgeLimits:
    """``in_all``: the most projects of all; ``by_category``: by slug, None where the limit in all is the only one."""

    in_all: int | None
    by_category: Mapping[str, int | None]


async def set_judge_limits(
    actor: Actor, judge_id: UUID, round_id: UUID | None, limits: JudgeLimits, *, now: datetime
) -> None:
    """Set the limits under which projects are given to a judge from now on. What was given stays with the judge.

    Categories in which the judge does not sit in this round are left alone; a slug that is missing keeps its limit.
    Raises Invalid, which names every field outside 1 to ``MOST``.
    """
    async with transaction():
        judge = await for_update(
            Judge.select(Judge.edition, Judge.max_entries).where((Judge.id == judge_id) & Judge.is_active.eq(True))
        ).first()
        if judge is None:
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == judge["edition"]))
        require(Action.INVITE_JUDGE, actor, stage=edition["state"], owns=actor.edition_id in {None, judge["edition"]})
        seats = await PanelMember.select(
            PanelMember.id, PanelMember.max_entries, PanelMember.category.slug.as_alias("slug")
        ).where((PanelMember.judge == judge_id) & (PanelMember.round == round_id))
        asked = {"max_entries": limits.in_all} | {f"max_{slug}": most for slug, most in limits.by_category.items()}
        wrong = [
            FieldError(name, "limits.err", most=MOST)
            for name, most in asked.items()
            if (most is None and name == "max_entries") or (most is not None and not 1 <= most <= MOST)
        ]
        if wrong:
            raise Invalid(*wrong)
        before = {"all": judge["max_entries"]} | {row["slug"]: row["max_entries"] for row in seats}
        after = {"all": limits.in_all} | {
            row["slug"]: limits.by_category.get(row["slug"], row["max_entries"]) for row in seats
        }
        if before == after:
            return
        await Judge.update({Judge.max_entries: limits.in_all}).where(Judge.id == judge_id)
        for row in seats:
            if after[row["slug"]] != row["max_entries"]:
                await PanelMember.update({PanelMember.max_entries: after[row["slug"]]}).where(
                    PanelMember.id == row["id"]
                )
        await record(Event.JUDGE_LIMITS_SET, by=actor, about=("judge", judge_id), at=now, before=before, after=after)
