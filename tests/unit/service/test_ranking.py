"""The computed order: from sealed sheets only, the same bytes from the same data, never changed."""

import asyncio
from datetime import timedelta

import pytest

from service.actors import Role
from service.errors import NotAllowed, Refused
from service.usecases.ranking.runs import compute_ranking
from service.usecases.setup.editions import NotYet
from service.usecases.setup.opening import close_round
from storage.columns import from_json, to_json
from storage.reads.decisions import find_last_run
from storage.tables.result import RankedEntry, RankingRun
from tests.competition import JUDGED, Competition

AFTER = JUDGED + timedelta(hours=2)


async def test_every_entry_has_a_place_with_its_uncertainty_in_its_category(ranked: Competition):
    run = await find_last_run(ranked.round_id)
    assert run is not None

    rows = [row for category in run.output["categories"].values() for row in category]
    assert len(rows) == await RankedEntry.count() == 4
    for row in rows:
        assert row["rank_low"] <= row["rank"] <= row["rank_high"]
        assert row["score_90"][0] <= row["score"] <= row["score_90"][1]
        assert row["reviews"] == 2


async def test_computing_again_gives_the_same_bytes_in_a_run_of_its_own(ranked: Competition):
    """R089."""
    await compute_ranking(ranked.actors[Role.CHAIR], ranked.round_id, now=AFTER)

    runs = await RankingRun.select().order_by(RankingRun.ordinal)
    assert [run["ordinal"] for run in runs] == [1, 2]
    assert runs[0]["output"] == runs[1]["output"]
    assert runs[0]["inputs_hash"] == runs[1]["inputs_hash"]


async def test_nothing_is_ranked_while_judges_still_mark(judging: Competition):
    with pytest.raises(Refused):
        await compute_ranking(judging.actors[Role.SECRETARY], judging.round_id, now=AFTER)

    assert await RankingRun.count() == 0


async def test_a_round_with_unsealed_sheets_does_not_close_before_its_end(judging: Competition):
    with pytest.raises(NotYet):
        await close_round(judging.chair, judging.round_id, now=JUDGED - timedelta(milliseconds=1))

    assert await close_round(judging.chair, judging.round_id, now=JUDGED) == 8


async def test_a_round_is_closed_early_once_all_is_sealed(judging: Competition):
    await judging.judge_all()

    assert await close_round(judging.chair, judging.round_id, now=JUDGED - timedelta(days=5)) == 0


@pytest.mark.long
async def test_two_computations_at_once_are_two_runs(ranked: Competition):
    await asyncio.gather(
        *(compute_ranking(ranked.chair, ranked.round_id, now=AFTER) for _ in range(3)), return_exceptions=True
    )

    ordinals = [run["ordinal"] for run in await RankingRun.select().order_by(RankingRun.ordinal)]
    assert ordinals == list(range(1, len(ordinals) + 1))


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.ASSIGNER, Role.MEMBER, Role.OBSERVER])
async def test_who_may_not_compute_gets_no_run(ranked: Competition, role: Role):
    with pytest.raises(NotAllowed):
        await compute_ranking(ranked.actors[role], ranked.round_id, now=AFTER)


async def test_what_the_first_run_chose_is_kept_by_later_ones(ranked: Competition):
    first = await RankingRun.select(RankingRun.id, RankingRun.parameters).first()
    parameters = from_json(first["parameters"])
    chosen = dict.fromkeys(parameters["decided"], "additive")
    await RankingRun.update({RankingRun.parameters: to_json(parameters | {"decided": chosen})}).where(
        RankingRun.id == first["id"]
    )

    await compute_ranking(ranked.actors[Role.CHAIR], ranked.round_id, now=AFTER)

    run = await find_last_run(ranked.round_id)
    assert run is not None
    assert run.method == "additive"
    assert run.output["decided"] == chosen
    assert {choice["reason"] for choice in run.output["choices"]} == {"kept"}
