"""What the committee decides on a ranking: places, reasons, signatures, approval."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed
from service.usecases.deciding.decisions import (
    AlreadySigned,
    DecisionClosed,
    NoQuorum,
    PlacesOpen,
    Placing,
    approve_decision,
    find_quorum,
    open_decision,
    place_entries,
    sign_decision,
)
from storage.reads.decisions import count_signatures, find_last_run, list_categories, list_places
from storage.tables.result import Decision, Outcome
from tests.competition import JUDGED, Competition

AFTER = JUDGED + timedelta(days=1)


async def first_category(competition: Competition) -> Any:
    return (await list_categories(competition.edition_id))[0]


async def ranked_ids(competition: Competition, category: Any) -> list[UUID]:
    run = await find_last_run(competition.round_id)
    assert run is not None
    return [UUID(row["entry"]) for row in run.output["categories"][str(category["id"])]]


async def test_a_decision_is_opened_once_a_category(ranked: Competition):
    category = await first_category(ranked)

    ids = {await open_decision(ranked.chair, ranked.round_id, category["id"], now=AFTER) for _ in range(3)}

    assert len(ids) == 1


async def test_places_in_the_computed_order_need_no_reason_and_a_departure_does(ranked: Competition):
    category = await first_category(ranked)
    decision_id = await open_decision(ranked.chair, ranked.round_id, category["id"], now=AFTER)
    first, second = (place["id"] for place in await list_places(ranked.edition_id))
    best, next_best = await ranked_ids(ranked, category)
    said = {"citation_ar": "جملة", "citation_en": "A sentence"}

    with pytest.raises(Invalid) as caught:
        await place_entries(
            ranked.chair,
            decision_id,
            [Placing(first, (next_best,), **said), Placing(second, (best,), **said)],
            now=AFTER,
        )
    assert {error.field for error in caught.value.errors} == {"reason-1", "reason-2"}
    with pytest.raises(Invalid):
        await place_entries(ranked.chair, decision_id, [Placing(first, ())], now=AFTER)
    await place_entries(
        ranked.chair, decision_id, [Placing(first, (best,), **said), Placing(second, (next_best,), **said)], now=AFTER
    )

    assert await Outcome.count().where(Outcome.honour.is_not_null()) == 2


async def test_one_entry_takes_one_place(ranked: Competition):
    category = await first_category(ranked)
    decision_id = await open_decision(ranked.chair, ranked.round_id, category["id"], now=AFTER)
    first, second = (place["id"] for place in await list_places(ranked.edition_id))
    best = (await ranked_ids(ranked, category))[0]
    twice = [Placing(each, (best,), "why", "جملة", "A sentence") for each in (first, second)]

    with pytest.raises(Invalid):
        await place_entries(ranked.chair, decision_id, twice, now=AFTER)


async def test_a_change_of_places_takes_the_signatures_back(ranked: Competition):
    category = await first_category(ranked)
    decision_id = await ranked.place(category)
    await sign_decision(ranked.actors[Role.MEMBER], decision_id, now=AFTER)

    await ranked.place(category)

    assert await count_signatures(decision_id) == 0


async def test_approval_needs_places_and_a_majority_and_a_member_signs_once(ranked: Competition):
    category = await first_category(ranked)
    decision_id = await open_decision(ranked.chair, ranked.round_id, category["id"], now=AFTER)
    with pytest.raises(PlacesOpen):
        await approve_decision(ranked.chair, decision_id, now=AFTER)
    await ranked.place(category)
    assert await find_quorum(ranked.edition_id) == 2
    assert await sign_decision(ranked.chair, decision_id, now=AFTER) == 1
    with pytest.raises(AlreadySigned):
        await sign_decision(ranked.chair, decision_id, now=AFTER)
    with pytest.raises(NoQuorum) as caught:
        await approve_decision(ranked.chair, decision_id, now=AFTER)
    assert (caught.value.facts["present"], caught.value.facts["needed"]) == (1, 2)

    await sign_decision(ranked.actors[Role.MEMBER], decision_id, now=AFTER)

    assert not await approve_decision(ranked.chair, decision_id, now=AFTER)
    with pytest.raises(DecisionClosed):
        await ranked.place(category)


async def test_the_last_approval_decides_the_round(ranked: Competition):
    await ranked.decide()

    states = {row["state"] for row in await Decision.select(Decision.state)}
    assert states == {"approved"}


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.MEMBER, Role.REGISTRAR, Role.ASSIGNER, Role.OBSERVER])
async def test_only_the_chair_opens_a_decision(ranked: Competition, role: Role):
    category = await first_category(ranked)

    with pytest.raises(NotAllowed):
        await open_decision(ranked.actors[role], ranked.round_id, category["id"], now=AFTER)
