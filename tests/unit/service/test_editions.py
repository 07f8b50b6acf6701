"""Setting an edition up, opening it, and moving its deadline."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.actors import COMMITTEE, Role
from service.errors import Invalid, NotAllowed, NotFound
from service.permissions import RULES
from service.usecases.setup.edition_plan import create_edition
from service.usecases.setup.editions import MoveMade, extend_deadline, find_deadline, open_edition
from service.usecases.setup.rules import rules_fingerprint
from storage.tables.edition import Category, Edition
from storage.tables.job import Job
from storage.tables.rubric import Criterion
from tests.cast import NOW
from tests.competition import DEADLINE, OPENS, Competition, make_plan


async def test_a_plan_becomes_an_edition_in_draft_with_its_rubrics(opened: Competition):
    edition_id = await create_edition(opened.actors[Role.ADMINISTRATOR], make_plan(slug="next-2028"), now=NOW)

    edition = await Edition.select().where(Edition.id == edition_id).first()
    assert edition is not None
    assert (edition["state"], edition["comment_levels"]) == ("draft", "[1,4]")
    assert await Category.count().where(Category.edition == edition_id) == 2
    assert await Criterion.count().where(Criterion.category.edition == edition_id) == 4


async def test_an_address_is_taken_once(opened: Competition):
    with pytest.raises(Invalid):
        await create_edition(opened.actors[Role.ADMINISTRATOR], make_plan(), now=NOW)


async def test_only_an_administrator_creates_editions(opened: Competition):
    with pytest.raises(NotAllowed):
        await create_edition(opened.chair, make_plan(slug="next-2028"), now=NOW)


async def test_weights_that_do_not_add_up_to_a_hundred_are_refused(opened: Competition):
    plan = make_plan(slug="next-2028")
    lighter = [{**row, "weight": 39} if row["slug"] == "craft" else row for row in plan.criteria]

    with pytest.raises(Invalid) as caught:
        await create_edition(opened.actors[Role.ADMINISTRATOR], replace(plan, criteria=lighter), now=NOW)

    assert {error.field for error in caught.value.errors} == {"weights-documentary", "weights-podcast"}


async def test_dates_out_of_order_are_refused(opened: Competition):
    plan = make_plan(slug="next-2028")
    mixed = [{**row, "at": OPENS - timedelta(days=1)} if row["slug"] == "deadline" else row for row in plan.timeline]

    with pytest.raises(Invalid):
        await create_edition(opened.actors[Role.ADMINISTRATOR], replace(plan, timeline=mixed), now=NOW)


async def test_opening_seals_the_rules_and_queues_the_close(opened: Competition):
    edition = await Edition.select().where(Edition.id == opened.edition_id).first()
    assert edition is not None
    assert edition["fingerprint"] == await rules_fingerprint(opened.edition_id)
    job = await Job.select().where(Job.kind == "close-edition").first()
    assert job is not None
    assert job["due_at"] == DEADLINE
    with pytest.raises(MoveMade):
        await open_edition(opened.chair, opened.edition_id, now=NOW)


async def test_the_fingerprint_changes_with_a_weight_and_with_a_date(opened: Competition):
    """R051."""
    before = await rules_fingerprint(opened.edition_id)
    row = await Criterion.select(Criterion.id).where(Criterion.slug == "idea").first()
    assert row is not None
    await Criterion.update({Criterion.weight: 61}).where(Criterion.id == row["id"])

    assert await rules_fingerprint(opened.edition_id) != before


@pytest.mark.parametrize("moved_by", [timedelta(), -timedelta(hours=1)])
async def test_a_deadline_moves_later_only(opened: Competition, moved_by: timedelta):
    with pytest.raises(Invalid):
        await extend_deadline(opened.chair, opened.edition_id, to=DEADLINE + moved_by, reason="Why", now=NOW)

    assert await find_deadline(opened.edition_id) == DEADLINE


async def test_an_extension_needs_a_reason(opened: Competition):
    with pytest.raises(Invalid):
        await extend_deadline(opened.chair, opened.edition_id, to=DEADLINE + timedelta(days=1), reason=" ", now=NOW)


async def test_the_chair_of_one_edition_moves_no_other(opened: Competition):
    other = await create_edition(opened.actors[Role.ADMINISTRATOR], make_plan(slug="next-2028"), now=NOW)

    with pytest.raises(NotFound):
        await open_edition(opened.chair, other, now=OPENS)


def test_whatever_a_committee_changes_is_of_its_own_edition():
    changes = [action for action, rule in RULES.items() if rule.roles <= COMMITTEE and "read-" not in action]

    assert len(changes) > 8
    assert [action for action in changes if not RULES[action].own] == []
