"""Closing entries: by the clock, once, with code names that tell nothing."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from scipy.stats import spearmanr

from service.errors import NotAllowed
from service.usecases.setup.closing import close_edition, close_when_due, draw_code_names
from service.usecases.setup.editions import MoveMade, NotYet, extend_deadline
from storage.engine import insert_many
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from tests.cast import NOW
from tests.competition import DEADLINE, Competition

A_MILLISECOND = timedelta(milliseconds=1)


async def add_entries(competition: Competition, n_entries: int) -> None:
    """Submitted entries in the order of their coming, as rows: drawing code names looks at nothing else."""
    category = await competition.find_category("documentary")
    await insert_many(
        [
            Entry(
                id=uuid4(), edition=competition.edition_id, category=category, entry_number=f"2027-{at:04}",
                code_name=None, state="submitted", revision=1, title_ar="", title_en="", abstract_ar="",
                abstract_en="", work_language="ar", tags="[]", created_at=NOW + timedelta(minutes=at),
                saved_at=NOW + timedelta(minutes=at),
            )
            for at in range(n_entries)
        ]
    )  # fmt: skip


async def state_of(competition: Competition) -> str:
    row = await Edition.select(Edition.state).where(Edition.id == competition.edition_id).first()
    assert row is not None
    return str(row["state"])


@pytest.mark.parametrize("early", [A_MILLISECOND, timedelta(days=1)])
async def test_entries_do_not_close_before_the_deadline(opened: Competition, early: timedelta):
    with pytest.raises(NotYet) as caught:
        await close_edition(opened.chair, opened.edition_id, now=DEADLINE - early)

    assert caught.value.facts["from_at"] == DEADLINE
    assert not await close_when_due(opened.edition_id, now=DEADLINE - early)
    assert await state_of(opened) == "open"


async def test_entries_close_at_the_deadline_and_only_once(opened: Competition):
    await add_entries(opened, 3)

    closed = await asyncio.gather(
        *(close_edition(opened.chair, opened.edition_id, now=DEADLINE) for _ in range(8)), return_exceptions=True
    )

    assert [each for each in closed if isinstance(each, int)] == [3]
    assert sum(isinstance(each, MoveMade) for each in closed) == 7
    assert await state_of(opened) == "closed"
    assert not await close_when_due(opened.edition_id, now=DEADLINE + timedelta(days=1))


async def test_code_names_are_unique_and_tell_nothing_of_the_order_of_entries(opened: Competition):
    """Of three draws the least: one alone lies over the bound by chance once in some hundred runs."""
    await add_entries(opened, 400)
    await close_when_due(opened.edition_id, now=DEADLINE)
    correlations = [await correlation_of_names()]
    for _ in range(2):
        await Entry.update({Entry.code_name: None}, force=True)
        await draw_code_names(opened.edition_id)
        correlations.append(await correlation_of_names())

    assert min(correlations) < 0.15


async def correlation_of_names() -> float:
    """How far the numbers follow the order in which entries came; they are of three digits and none comes twice."""
    rows = await Entry.select(Entry.code_name, Entry.entry_number).order_by(Entry.entry_number)
    numbers = [int(row["code_name"].removeprefix("DOC-")) for row in rows]
    assert len(set(numbers)) == 400
    assert min(numbers) >= 100
    assert max(numbers) <= 999
    return abs(float(spearmanr(range(400), numbers).statistic))


async def test_an_extension_moves_the_deadline_and_opens_a_closed_edition_again(opened: Competition):
    later = DEADLINE + timedelta(days=3)
    await close_edition(opened.chair, opened.edition_id, now=DEADLINE)

    await extend_deadline(opened.chair, opened.edition_id, to=later, reason="The network was down.", now=DEADLINE)

    assert await state_of(opened) == "open"
    with pytest.raises(NotYet):
        await close_edition(opened.chair, opened.edition_id, now=later - A_MILLISECOND)
    await close_edition(opened.chair, opened.edition_id, now=later)
    assert await state_of(opened) == "closed"


async def test_names_drawn_before_an_extension_stay(opened: Competition):
    await add_entries(opened, 5)
    await close_edition(opened.chair, opened.edition_id, now=DEADLINE)
    before = {row["id"]: row["code_name"] for row in await Entry.select(Entry.id, Entry.code_name)}
    later = DEADLINE + timedelta(days=3)
    await extend_deadline(opened.chair, opened.edition_id, to=later, reason="The network was down.", now=DEADLINE)

    assert await close_edition(opened.chair, opened.edition_id, now=later) == 0
    assert {row["id"]: row["code_name"] for row in await Entry.select(Entry.id, Entry.code_name)} == before


async def test_nobody_but_the_chair_closes(opened: Competition):
    others = [actor for role, actor in opened.actors.items() if actor != opened.chair]
    for actor in others:
        with pytest.raises(NotAllowed):
            await close_edition(actor, opened.edition_id, now=DEADLINE)
    assert await state_of(opened) == "open"
