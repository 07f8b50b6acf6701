"""From one round to the next: the shortlist that the sealed rule gives, and the round that it begins."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, NotFound, StaleRevision
from service.permissions import Action, require
from service.usecases.setup.editions import move_edition
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.lifecycle import ROUND_MOVES, RoundState, move
from storage.reads.committee.rounds import ShortlistLine, find_next_rule, list_shortlist
from storage.reads.decisions import find_last_run
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.further_round import ShortlistEntry
from storage.tables.panel import Judge, PanelMember, Round

__all__ = ["RoundFollows", "choose_shortlist", "make_shortlist", "refuse_early_decision"]

MILLION = 1_000_000


class NotRanked(Conflicting):
    """A shortlist is made from a ranked round."""

    code = "round-not-ranked-yet"


class RoundBegun(Conflicting):
    """The next round was begun already, by whoever was faster."""

    code = "round-begun"


class NoFurtherRound(Conflicting):
    """The sealed rules have no round after this one."""

    code = "no-further-round"


class RoundFollows(Conflicting):
    """The sealed rules have a further round: nothing is decided before it."""

    code = "round-follows"


def choose_shortlist(lines: Iterable[ShortlistLine], takes: int) -> frozenset[UUID]:
    """Choose who goes on: of each category the first ``takes`` ranks, and all who share the last of them."""
    return frozenset(each.entry_id for each in lines if 0 < each.rank <= takes)


async def refuse_early_decision(edition_id: UUID, ordinal: int) -> None:
    """Refuse to decide on a round after which the sealed rules have another. Raises RoundFollows."""
    if await find_next_rule(edition_id, ordinal) is not None:
        raise RoundFollows


async def make_shortlist(actor: Actor, round_id: UUID, *, seen: int, now: datetime) -> UUID:
    """Let the entries that the sealed rule names go on, and begin the next round; return it.

    ``seen`` is the run that the asker saw: a newer one refuses the request. The panel of the round before sits in the
    next one as well; the edition goes back to judging. Raises NotRanked, NoFurtherRound, StaleRevision,
    RoundBegun.
    """
    async with transaction():
        found = await for_update(Round.select().where(Round.id == round_id)).first()
        if found is None:
            require(Action.OPEN_ROUND, actor, stage=None, owns=False)
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
        require(Action.OPEN_ROUND, actor, stage=edition["state"], owns=actor.edition_id in {None, found["edition"]})
        following = (Round.edition == found["edition"]) & (Round.ordinal > found["ordinal"])
        if await Round.exists().where(following):
            raise RoundBegun
        rule = await find_next_rule(found["edition"], found["ordinal"])
        if rule is None:
            raise NoFurtherRound
        run = await find_last_run(round_id)
        if run is None or found["state"] != RoundState.RANKED.value:
            raise NotRanked
        if run.ordinal != seen:
            raise StaleRevision(current=run.ordinal)
        lines = await list_shortlist(round_id)
        goes_on = choose_shortlist(lines, rule.takes)
        begun = Round(
            edition=found["edition"], ordinal=rule.ordinal, state=RoundState.PLANNED.value,
            reviews_per_entry=rule.reviews_per_entry, opens_at=rule.begins_at, closes_at=rule.ends_at,
            seed=f"{found['seed']}-{rule.ordinal}", method=found["method"], reminder_days=found["reminder_days"],
            academics_least=found["academics_least"], practitioners_least=found["practitioners_least"],
            institution_once=found["institution_once"], team_once=found["team_once"],
        )  # fmt: skip
        await Round.insert(begun)
        await insert_many(
            [
                ShortlistEntry(
                    round=begun.id, run=run.id, entry=each.entry_id, category=each.category_id, rank=each.rank,
                    score=round(each.score * MILLION), is_in=each.entry_id in goes_on,
                    reason=to_json({"code": "rank", "rank": each.rank, "takes": rule.takes}),
                )
                for each in lines
            ]
        )  # fmt: skip
        await _seat_again(round_id, begun.id)
        await move(Round, round_id, "decide", ROUND_MOVES)
        await move_edition(actor, found["edition"], "next-round", now=now)
        await record(
            Event.SHORTLIST_MADE, by=actor, about=("round", begun.id), at=now,
            after={"run": run.output_hash, "takes": rule.takes, "entries": sorted(map(str, goes_on))},
        )  # fmt: skip
        return UUID(str(begun.id))


async def _seat_again(round_id: UUID, following_id: UUID) -> None:
    """Seat the judges who are still active in the same categories of the next round."""
    active = {row["id"] for row in await Judge.select(Judge.id).where(Judge.is_active.eq(True))}
    seats = await PanelMember.select(PanelMember.category, PanelMember.judge, PanelMember.max_entries).where(
        PanelMember.round == round_id
    )
    await insert_many([PanelMember(round=following_id, **row) for row in seats if row["judge"] in active])
