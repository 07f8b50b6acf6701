"""What the committee reads of a project that others declared, and where "needs you" leads."""

from datetime import timedelta

import pytest

from service.actors import Role
from service.usecases.deciding.signing import approve_decision, sign_decision
from storage.reads.decisions import list_categories
from storage.rows import get_row
from storage.tables.edition import AiStatement
from storage.tables.entry import Entry, EntryVersion
from tests.web.committee.conftest import House


async def declare(entry_id: object, house: House) -> None:
    """The team chose a ready statement, which has words of its own in each language."""
    await AiStatement.insert(
        AiStatement(
            edition=house.competition.edition_id, slug="cut", position=9,
            text_ar="أداة لتفريغ المقابلات.", text_en="A tool wrote down the interviews.",
        )
    )  # fmt: skip
    await EntryVersion.update({EntryVersion.ai_slug: "cut", EntryVersion.ai_text: "Two of them."}).where(
        EntryVersion.entry == entry_id
    )


@pytest.mark.parametrize(
    ("lang", "ready", "other"),
    [
        ("ar", "أداة لتفريغ المقابلات.", "A tool wrote down the interviews."),
        ("en", "A tool wrote down the interviews.", "أداة لتفريغ المقابلات."),
    ],
)
async def test_the_ready_statement_on_ai_that_was_chosen_is_shown_to_registrar_and_committee(
    judged_now: House, lang: str, ready: str, other: str
):
    entry = await get_row(Entry.select(Entry.id, Entry.entry_number, Entry.code_name))
    await declare(entry["id"], judged_now)
    registrar, member = await judged_now.client("registrar"), await judged_now.client("member")

    for shown in (
        await registrar.get(f"/{lang}/committee/eligibility/{entry['entry_number']}"),
        await member.get(f"/{lang}/committee/entries/{entry['code_name']}"),
    ):
        assert ready in shown.text
        assert "Two of them." in shown.text
        assert other not in shown.text


async def test_needs_you_leads_to_the_first_category_without_a_decision(ranked_now: House):
    member, competition = await ranked_now.client("member"), ranked_now.competition
    documentary, podcast = await list_categories(competition.edition_id)
    link = 'href="/en/committee/decision/'

    before = (await member.get("/en/committee")).text
    decision_id = await competition.place(documentary)
    for actor in (competition.chair, competition.actors[Role.MEMBER]):
        await sign_decision(actor, decision_id, now=competition.judged + timedelta(days=1))
    await approve_decision(competition.chair, decision_id, now=competition.judged + timedelta(days=1))
    after = (await member.get("/en/committee")).text

    assert f'{link}{documentary["slug"]}"' in before
    assert f'{link}{podcast["slug"]}"' in after
    assert f'{link}{documentary["slug"]}"' not in after
