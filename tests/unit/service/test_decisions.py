"""What the committee decides on a ranking: places, reasons, signatures, approval."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, NotFound
from service.usecases.deciding.decisions import DecisionClosed, PlacesOpen, open_decision, place_entries
from service.usecases.deciding.placings import Given, Placing
from service.usecases.deciding.signing import AlreadySigned, NoQuorum, approve_decision, find_quorum, sign_decision
from storage.reads.decisions import count_signatures, find_last_run, list_categories, list_places
from storage.rows import get_row
from storage.tables.edition import Edition, Honour
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
    """R071."""
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


async def add_honour(competition: Competition, slug: str, *, is_per_category: bool) -> UUID:
    honour = Honour(
        edition=competition.edition_id, slug=slug, position=9, place=None, is_per_category=is_per_category,
        amount_omr=0, name_ar=f"{slug} ع", name_en=slug,
    )  # fmt: skip
    await Honour.insert(honour)
    return UUID(str(honour.id))


async def test_a_mention_and_a_prize_are_given_beside_the_places_each_with_its_words(ranked: Competition):
    category = await first_category(ranked)
    decision_id = await open_decision(ranked.chair, ranked.round_id, category["id"], now=AFTER)
    mention = await add_honour(ranked, "mention", is_per_category=True)
    first, second = (place["id"] for place in await list_places(ranked.edition_id))
    best, next_best = await ranked_ids(ranked, category)
    said = {"citation_ar": "جملة", "citation_en": "A sentence"}
    await Edition.update({Edition.honour_threshold: 1000}).where(Edition.id == ranked.edition_id)
    places = [Placing(first, (best,), **said), Placing(second, (), "Under the threshold")]

    for wrong in (
        Given("other-1-1", mention, next_best),
        Given("other-1-1", mention, best, **said),
    ):
        with pytest.raises(Invalid):
            await place_entries(ranked.chair, decision_id, places, others=[wrong], now=AFTER)
    with pytest.raises(NotFound):
        await place_entries(
            ranked.chair, decision_id, places, others=[Given("other-1-1", second, next_best, **said)], now=AFTER
        )
    given = Given("other-1-1", mention, next_best, **said)
    await place_entries(ranked.chair, decision_id, places, others=[given], now=AFTER)

    row = await get_row(Outcome.select().where(Outcome.honour == mention))
    assert (row["entry"], row["kind"], row["reason"]) == (next_best, "honoured", "")


async def test_a_prize_of_the_edition_is_given_once(ranked: Competition):
    prize = await add_honour(ranked, "jury-prize", is_per_category=False)
    await Edition.update({Edition.honour_threshold: 1000}).where(Edition.id == ranked.edition_id)
    honours = [place["id"] for place in await list_places(ranked.edition_id)]
    withheld = [Placing(each, (), "Under the threshold") for each in honours]
    decisions = []
    for category in await list_categories(ranked.edition_id):
        decision_id = await open_decision(ranked.chair, ranked.round_id, category["id"], now=AFTER)
        best = (await ranked_ids(ranked, category))[0]
        decisions.append((decision_id, Given("other-1-1", prize, best, "جملة", "A sentence")))

    (first, given), (second, again) = decisions
    await place_entries(ranked.chair, first, withheld, others=[given], now=AFTER)
    with pytest.raises(Invalid) as caught:
        await place_entries(ranked.chair, second, withheld, others=[again], now=AFTER)

    assert [error.key for error in caught.value.errors] == ["err.prize_given"]


async def test_places_are_withheld_and_shared_only_as_the_sealed_rules_allow(ranked: Competition):
    """R078."""
    category = await first_category(ranked)
    decision_id = await open_decision(ranked.chair, ranked.round_id, category["id"], now=AFTER)
    first, second = (place["id"] for place in await list_places(ranked.edition_id))
    best, next_best = await ranked_ids(ranked, category)
    said = {"reason": "We agreed", "citation_ar": "جملة", "citation_en": "A sentence"}
    withheld = [Placing(first, (best,), **said), Placing(second, (), "We agreed")]
    shared = [Placing(first, (best, next_best), **said), Placing(second, (), "Nobody is left")]
    rules = Edition.id == ranked.edition_id

    with pytest.raises(Invalid) as reached:
        await place_entries(ranked.chair, decision_id, withheld, now=AFTER)
    await Edition.update({Edition.honour_threshold: 1000}).where(rules)
    await place_entries(ranked.chair, decision_id, withheld, now=AFTER)
    await Edition.update({Edition.may_share: False}).where(rules)
    with pytest.raises(Invalid) as alone:
        await place_entries(ranked.chair, decision_id, shared, now=AFTER)
    await Edition.update({Edition.may_share: True}).where(rules)
    await place_entries(ranked.chair, decision_id, shared, now=AFTER)

    assert [(each.field, each.key) for each in reached.value.errors] == [("place-2", "err.reached_threshold")]
    assert [(each.field, each.key) for each in alone.value.errors] == [("place-1", "err.no_sharing")]
    assert await Outcome.count().where(Outcome.is_shared.eq(True)) == 2


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
