"""What the rule chose at a round's first run stays, until two members have it chosen anew."""

from datetime import timedelta
from uuid import UUID

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, NotOpenNow
from service.usecases.deciding.joint import SecondPersonNeeded
from service.usecases.deciding.recusals import SteppedAside
from service.usecases.deciding.unmasking import step_aside
from service.usecases.ranking.method_reopening import MethodNotOpen, answer_method_reopening, ask_method_reopening
from service.usecases.ranking.runs import compute_ranking
from storage.columns import from_json, to_json
from storage.rows import get_row
from storage.tables.audit import AuditEvent
from storage.tables.entry import Entry
from storage.tables.result import RankingRun
from tests.competition import JUDGED, Competition

WHY = "The sheets of one judge were set aside after the first run"


async def decided_in(run_id: UUID) -> dict[str, str]:
    row = await get_row(RankingRun.select(RankingRun.parameters).where(RankingRun.id == run_id))
    decided: dict[str, str] = from_json(row["parameters"])["decided"]
    return decided


async def choose_otherwise(ranked: Competition) -> tuple[dict[str, str], dict[str, str]]:
    """Let the first run have chosen something that these data would not choose now; both choices by category."""
    row = await get_row(RankingRun.select(RankingRun.id, RankingRun.parameters))
    told = from_json(row["parameters"])
    chosen = dict(told["decided"])
    other = dict.fromkeys(chosen, "additive" if "raw" in chosen.values() else "raw")
    await RankingRun.update({RankingRun.parameters: to_json(told | {"decided": other})}).where(
        RankingRun.id == row["id"]
    )
    return chosen, other


async def test_two_members_have_the_method_chosen_anew_and_later_runs_keep_that(ranked: Competition):
    chosen, first = await choose_otherwise(ranked)
    member, secretary = ranked.actors[Role.MEMBER], ranked.actors[Role.SECRETARY]
    at = [JUDGED + timedelta(hours=hour) for hour in range(1, 6)]

    assert await decided_in(await compute_ranking(secretary, ranked.round_id, now=at[0])) == first
    asked = await ask_method_reopening(member, ranked.round_id, reason=WHY, now=at[1])
    with pytest.raises(SecondPersonNeeded):
        await answer_method_reopening(member, asked, agrees=True, now=at[1])
    assert await decided_in(await compute_ranking(secretary, ranked.round_id, now=at[2])) == first

    await answer_method_reopening(ranked.chair, asked, agrees=True, now=at[3])
    assert await decided_in(await compute_ranking(secretary, ranked.round_id, now=at[4])) == chosen
    assert await decided_in(await compute_ranking(secretary, ranked.round_id, now=at[4])) == chosen
    assert await AuditEvent.exists().where((AuditEvent.event == "method-reopened") & (AuditEvent.reason == WHY))


async def test_a_declined_request_leaves_what_was_chosen(ranked: Competition):
    _, first = await choose_otherwise(ranked)
    asked = await ask_method_reopening(ranked.chair, ranked.round_id, reason=WHY, now=JUDGED)

    await answer_method_reopening(ranked.actors[Role.MEMBER], asked, agrees=False, now=JUDGED)

    run = await compute_ranking(ranked.chair, ranked.round_id, now=JUDGED + timedelta(hours=1))
    assert await decided_in(run) == first


async def test_it_needs_a_reason_a_duty_no_tie_and_a_ranked_round(ranked: Competition):
    with pytest.raises(Invalid):
        await ask_method_reopening(ranked.chair, ranked.round_id, reason=" ", now=JUDGED)
    with pytest.raises(NotAllowed):
        await ask_method_reopening(ranked.actors[Role.ASSIGNER], ranked.round_id, reason=WHY, now=JUDGED)
    entry = await get_row(Entry.select(Entry.id))
    await step_aside(ranked.actors[Role.MEMBER], entry["id"], kind="family", note="", now=JUDGED)
    with pytest.raises(SteppedAside):
        await ask_method_reopening(ranked.actors[Role.MEMBER], ranked.round_id, reason=WHY, now=JUDGED)


async def test_a_decided_round_keeps_its_method(notified: Competition):
    with pytest.raises((MethodNotOpen, NotOpenNow)):
        await ask_method_reopening(notified.chair, notified.round_id, reason=WHY, now=JUDGED)
