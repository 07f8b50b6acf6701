"""The registrar's word on each entry."""

from datetime import timedelta
from uuid import UUID

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, NotOpenNow
from service.mail.letters import write_letter
from service.settings import Settings
from service.usecases.deciding.decisions import RankingOutdated
from service.usecases.deciding.joint import SecondPersonNeeded
from service.usecases.deciding.signing import approve_decision, sign_decision
from service.usecases.entering.eligibility import Check, NotChecked, answer_exclusion, ask_exclusion, check_entry
from service.usecases.entering.leaving import HasPlace
from storage.columns import from_json, to_json
from storage.reads.decisions import list_categories
from storage.reads.public.rules import find_edition_rules
from storage.reads.registrar import get_eligibility_page
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.committee import JointRequest
from storage.tables.edition import EligibilityRule
from storage.tables.entry import EligibilityCheck, Entry
from storage.tables.message import Message
from storage.tables.result import Outcome
from tests.competition import DEADLINE, JUDGED, JUDGING, Competition
from tests.unit.service.test_entrant_letters import text_of

LATER = DEADLINE + timedelta(days=1)


async def one_entry(competition: Competition) -> UUID:
    number = await competition.enter("Student One")
    row = await get_row(Entry.select(Entry.id).where(Entry.entry_number == number))
    return UUID(str(row["id"]))


async def state_of(entry_id: UUID) -> str:
    return str((await get_row(Entry.select(Entry.state).where(Entry.id == entry_id)))["state"])


async def test_an_admitted_entry_is_told_and_decided_once(opened: Competition):
    entry_id = await one_entry(opened)
    await opened.close()

    await check_entry(opened.actors[Role.REGISTRAR], entry_id, Check.ADMIT, now=LATER)

    assert await state_of(entry_id) == "admitted"
    assert await Message.count().where(Message.template == "entry-admit") == 1
    with pytest.raises(NotChecked):
        await check_entry(opened.actors[Role.REGISTRAR], entry_id, Check.ADMIT, now=LATER)
    assert await EligibilityCheck.count() == 1


async def test_an_exclusion_names_a_rule_and_a_reason_and_takes_a_second_person(opened: Competition):
    entry_id = await one_entry(opened)
    await opened.close()
    rule = await get_row(EligibilityRule.select(EligibilityRule.id))
    registrar = opened.actors[Role.REGISTRAR]

    with pytest.raises(Invalid) as caught:
        await check_entry(registrar, entry_id, Check.EXCLUDE, now=LATER)
    assert {error.field for error in caught.value.errors} == {"reason", "rule"}
    await check_entry(
        registrar, entry_id, Check.EXCLUDE, rule_id=rule["id"], reason="Not a student this year.", now=LATER
    )
    asked = await get_row(JointRequest.select(JointRequest.id))
    with pytest.raises(SecondPersonNeeded):
        await answer_exclusion(registrar, asked["id"], agrees=True, now=LATER)

    assert await state_of(entry_id) == "submitted"
    await answer_exclusion(opened.chair, asked["id"], agrees=True, now=LATER)
    assert await state_of(entry_id) == "excluded"


async def test_the_letter_of_exclusion_quotes_the_rule_in_the_reader_s_language(
    opened: Competition, settings: Settings
):
    entry_id = await one_entry(opened)
    await opened.close()
    rule = await get_row(EligibilityRule.select(EligibilityRule.id))
    told = {EligibilityRule.text_ar: "أن يكون الفريق من الطلبة.", EligibilityRule.text_en: "The team are students."}
    await EligibilityRule.update(told).where(EligibilityRule.id == rule["id"])
    registrar = opened.actors[Role.REGISTRAR]
    await check_entry(registrar, entry_id, Check.EXCLUDE, rule_id=rule["id"], reason="Two had left.", now=LATER)
    asked = await get_row(JointRequest.select(JointRequest.id))
    await answer_exclusion(opened.chair, asked["id"], agrees=True, now=LATER)

    row = await get_row(Message.select().where(Message.template == "entry-exclude"))
    read = {lang: text_of(write_letter(row | {"language": lang}, settings, now=LATER).message) for lang in ("ar", "en")}
    before = {name: fact for name, fact in from_json(row["facts"]).items() if not name.startswith("rule_")}
    waited = text_of(write_letter(row | {"language": "en", "facts": to_json(before)}, settings, now=LATER).message)

    assert "أن يكون الفريق من الطلبة." in read["ar"]
    assert "The team are students." in read["en"]
    assert "The team are students." not in read["ar"]
    assert "Two had left." in waited  # a letter that an earlier release queued is sent all the same


async def test_an_entry_is_returned_with_a_reason_and_a_date_to_come(opened: Competition):
    """R019."""
    entry_id = await one_entry(opened)
    await opened.close()
    registrar = opened.actors[Role.REGISTRAR]

    with pytest.raises(Invalid):
        await check_entry(registrar, entry_id, Check.RETURN, reason="A page is missing.", due_at=LATER, now=LATER)
    await check_entry(
        registrar, entry_id, Check.RETURN, reason="A page is missing.", due_at=LATER + timedelta(days=2), now=LATER
    )

    assert await state_of(entry_id) == "returned"


async def test_nothing_is_decided_while_entries_are_open(opened: Competition):
    entry_id = await one_entry(opened)

    with pytest.raises(NotOpenNow):
        await check_entry(opened.actors[Role.REGISTRAR], entry_id, Check.ADMIT, now=LATER)


@pytest.mark.parametrize("role", [Role.CHAIR, Role.SECRETARY, Role.ASSIGNER, Role.MEMBER, Role.OBSERVER])
async def test_nobody_but_the_registrar_decides(opened: Competition, role: Role):
    entry_id = await one_entry(opened)
    await opened.close()

    with pytest.raises(NotAllowed):
        await check_entry(opened.actors[role], entry_id, Check.ADMIT, now=LATER)

    assert await state_of(entry_id) == "submitted"


async def test_a_condition_of_one_category_is_asked_of_its_entries_alone(opened: Competition):
    """R055: a checklist per category."""
    registrar = opened.actors[Role.REGISTRAR]
    film = await opened.enter("Student One", "documentary")
    podcast = await opened.enter("Student Two", "podcast")
    rule = EligibilityRule(
        edition=opened.edition_id, slug="film-only", position=2, only_for="documentary", text_ar="شرط", text_en="A film"
    )
    await EligibilityRule.insert(rule)
    await opened.close()
    pages = {number: await get_eligibility_page(opened.edition_id, number) for number in (film, podcast)}
    asked = {number: {each.id for each in found.rules} for number, found in pages.items() if found}

    assert asked[film] - asked[podcast] == {rule.id}
    with pytest.raises(Invalid):
        await check_entry(
            registrar, pages[film].card.id, Check.ADMIT, now=LATER, answers=dict.fromkeys(asked[podcast], True)
        )
    for number in (film, podcast):
        await check_entry(
            registrar, pages[number].card.id, Check.ADMIT, now=LATER, answers=dict.fromkeys(asked[number], True)
        )
        assert await state_of(pages[number].card.id) == "admitted"
    rules = await find_edition_rules(opened.edition_id)
    assert rules
    assert [(each.slug, each.only_en) for each in rules.texts] == [("students", ""), ("film-only", "documentary")]


async def test_an_admitted_entry_is_excluded_after_all_by_two_and_leaves_its_judges(judging: Competition):
    registrar, chair = judging.actors[Role.REGISTRAR], judging.chair
    row = await get_row(Entry.select(Entry.id).order_by(Entry.code_name))
    rule = await get_row(EligibilityRule.select(EligibilityRule.id))
    now = JUDGING + timedelta(days=1)
    live = (Assignment.entry == row["id"]) & (Assignment.state == "published")
    assert await Assignment.count().where(live) > 0

    with pytest.raises(NotOpenNow):
        await check_entry(registrar, row["id"], Check.EXCLUDE, rule_id=rule["id"], reason="Copied", now=now)
    await ask_exclusion(registrar, row["id"], rule_id=rule["id"], reason="It was copied.", now=now)
    asked = await get_row(JointRequest.select(JointRequest.id))
    with pytest.raises(NotAllowed):
        await answer_exclusion(judging.actors[Role.MEMBER], asked["id"], agrees=True, now=now)
    assert await state_of(row["id"]) == "admitted"
    await answer_exclusion(chair, asked["id"], agrees=True, now=now)

    assert await state_of(row["id"]) == "excluded"
    assert await Assignment.count().where(live) == 0
    assert await Message.count().where(Message.template == "entry-exclude") == 1


async def test_a_ranking_that_holds_an_excluded_entry_is_computed_again_before_places_stand(ranked: Competition):
    registrar = ranked.actors[Role.REGISTRAR]
    category = (await list_categories(ranked.edition_id))[0]
    decision_id = await ranked.place(category)
    rule = await get_row(EligibilityRule.select(EligibilityRule.id))
    honoured = await get_row(Outcome.select(Outcome.entry).where(Outcome.honour.is_not_null()))
    now = JUDGED + timedelta(days=2)
    with pytest.raises(HasPlace):
        await ask_exclusion(registrar, honoured["entry"], rule_id=rule["id"], reason="Copied", now=now)

    await Entry.update({Entry.state: "excluded"}).where(Entry.id == honoured["entry"])
    for act in (sign_decision, approve_decision):
        with pytest.raises(RankingOutdated):
            await act(ranked.chair, decision_id, now=now)
    with pytest.raises(RankingOutdated):
        await ranked.place(category)
    await ranked.rank()
    await ranked.place(category)
    for actor in (ranked.chair, ranked.actors[Role.MEMBER]):
        await sign_decision(actor, decision_id, now=now)
    await approve_decision(ranked.chair, decision_id, now=now)

    assert not await Outcome.exists().where(Outcome.entry == honoured["entry"])
