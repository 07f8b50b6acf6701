"""Starting and filling in an entry: limits, revisions, whose it is."""

from datetime import timedelta

import pytest

from service.errors import DeadlinePassed, Invalid, NotFound, StaleRevision
from service.usecases.entering.entries import Rights, open_entry, save_ai_statement, save_details, save_rights
from service.usecases.entering.starting import EntryLimit
from tests.cast import NOW
from tests.conftest import World
from tests.entrants import DEADLINE, WORDS_AR, add_rules, details, start


async def test_an_entry_gets_a_number_that_can_be_read_aloud(world: World):
    rules = await add_rules(world.edition_id)

    number = await start(world.actors["farah"], rules)

    assert number.startswith("2027-")
    assert len(number) == len("2027-7Q4K")
    assert not set("01ILO") & set(number.removeprefix("2027-"))


async def test_a_student_starts_two_projects_and_no_third(world: World):
    rules = await add_rules(world.edition_id)
    await start(world.actors["farah"], rules)
    await start(world.actors["farah"], rules)

    with pytest.raises(EntryLimit) as refused:
        await start(world.actors["farah"], rules)

    assert refused.value.facts["n"] == 2


async def test_details_are_saved_with_the_next_revision(world: World):
    rules = await add_rules(world.edition_id)
    farah = world.actors["farah"]
    number = await start(farah, rules)

    saved = await save_details(farah, number, details(rules), revision=1, now=NOW)

    own, view = await open_entry(farah, number)
    assert saved == own.revision == 2
    assert view.title_en == "The Last Falaj"
    assert view.tags == ("film",)


async def test_a_form_made_from_an_older_state_changes_nothing(world: World):
    rules = await add_rules(world.edition_id)
    farah = world.actors["farah"]
    number = await start(farah, rules)
    await save_details(farah, number, details(rules, title_en="First"), revision=1, now=NOW)

    with pytest.raises(StaleRevision):
        await save_details(farah, number, details(rules, title_en="Second"), revision=1, now=NOW)

    assert (await open_entry(farah, number))[1].title_en == "First"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_ar": ""}, "title_ar"),
        ({"title_en": "x" * 151}, "title_en"),
        ({"abstract_ar": " ".join(["كلمة"] * 251)}, "abstract_ar"),
        ({"abstract_en": " ".join(["word"] * 251)}, "abstract_en"),
        ({"work_language": "fr"}, "work_language"),
        ({"tags": ("unknown",)}, "tags"),
        ({"duration_seconds": 90_000}, "duration_seconds"),
        ({"duration_seconds": 60, "credits_start": 61}, "credits_start"),
    ],
)
async def test_a_value_past_its_limit_is_named_by_its_field(world: World, changes: dict[str, object], field: str):
    rules = await add_rules(world.edition_id)
    number = await start(world.actors["farah"], rules)

    with pytest.raises(Invalid) as refused:
        await save_details(world.actors["farah"], number, details(rules, **changes), revision=1, now=NOW)

    assert [error.field for error in refused.value.errors] == [field]


async def test_a_title_at_its_limit_and_an_abstract_of_the_most_words_are_taken(world: World):
    rules = await add_rules(world.edition_id)
    number = await start(world.actors["farah"], rules)
    longest = details(rules, title_en="x" * 150, abstract_ar=" ".join(["كلمة"] * 250))

    assert await save_details(world.actors["farah"], number, longest, revision=1, now=NOW) == 2


async def test_direction_marks_and_control_characters_do_not_stay_in_a_title(world: World):
    rules = await add_rules(world.edition_id)
    farah = world.actors["farah"]
    number = await start(farah, rules)

    await save_details(farah, number, details(rules, title_en="The\u202e Last\x07  Falaj"), revision=1, now=NOW)

    assert (await open_entry(farah, number))[1].title_en == "The Last Falaj"


async def test_a_stranger_finds_nothing_under_the_number(world: World):
    rules = await add_rules(world.edition_id)
    number = await start(world.actors["farah"], rules)

    for number_asked in (number, "2027-XXXX"):
        with pytest.raises(NotFound):
            await open_entry(world.actors["hadi"], number_asked)


async def test_statements_need_their_answers(world: World):
    rules = await add_rules(world.edition_id)
    farah = world.actors["farah"]
    number = await start(farah, rules)

    with pytest.raises(Invalid) as refused:
        await save_rights(farah, number, Rights("", "perhaps"), revision=1, now=NOW)
    assert [error.field for error in refused.value.errors] == ["material", "people", "declared"]

    with pytest.raises(Invalid):
        await save_ai_statement(farah, number, slug=None, text=" ", revision=1, now=NOW)
    with pytest.raises(Invalid):
        await save_ai_statement(farah, number, slug="unknown", text="", revision=1, now=NOW)


@pytest.mark.parametrize(("offset", "is_taken"), [(-1, True), (0, False), (1, False)])
async def test_the_draft_closes_exactly_at_the_deadline(world: World, offset: int, *, is_taken: bool):
    rules = await add_rules(world.edition_id)
    farah = world.actors["farah"]
    number = await start(farah, rules)
    now = DEADLINE + timedelta(milliseconds=offset)

    if is_taken:
        assert await save_details(farah, number, details(rules), revision=1, now=now) == 2
    else:
        with pytest.raises(DeadlinePassed):
            await save_details(farah, number, details(rules), revision=1, now=now)


async def test_an_own_name_in_the_abstract_is_found(world: World):
    rules = await add_rules(world.edition_id)
    farah = world.actors["farah"]
    number = await start(farah, rules)

    await save_details(farah, number, details(rules, abstract_ar=f"{WORDS_AR} فرح الناعبية"), revision=1, now=NOW)

    (finding,) = (await open_entry(farah, number))[1].findings
    assert finding.place["name"] == "abstract_ar"
