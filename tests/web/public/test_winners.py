"""The public result: nothing before its instant, all of it after."""

import httpx
import pytest

from service.settings import Settings
from storage.reads.results import find_winners
from storage.tables.award import Award
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from tests.competition import PUBLISH, Competition
from tests.conftest import SetClock, World

from tests.program import get_program  # isort: skip

SLUG = "small-2027"


@pytest.fixture
async def told(notified: Competition, settings: Settings):
    app = await get_program(settings, SetClock(PUBLISH))
    actors = {role.value: actor for role, actor in notified.actors.items()}
    made = World(app, settings, SetClock(PUBLISH), notified.edition_id, actors)
    await app.state.objects.prepare()
    async with made.exit:
        yield made, notified


async def publish(competition: Competition) -> list[str]:
    await competition.schedule()
    await competition.publish()
    return [row["slug"] for row in await Award.select(Award.slug).order_by(Award.position)]


async def read_public(browser: httpx.AsyncClient, *more: str) -> dict[str, tuple[int, str]]:
    paths = ["/winners", f"/winners?edition={SLUG}", "/winners?category=documentary", f"/method/{SLUG}",
             f"/fingerprints/{SLUG}", f"/winners/{SLUG}/title", f"/winners/{SLUG}/title/picture", "/", "/editions",
             *more]  # fmt: skip
    found = {}
    for path in paths:
        answer = await browser.get(f"/en{path}")
        found[path] = answer.status_code, answer.text
    return found


async def test_before_its_instant_no_title_code_or_name_is_public_and_addresses_answer_alike(told):
    world, competition = told
    await competition.schedule()
    visitor = world.visitor()
    titles = await Entry.select(Entry.title_en, Entry.code_name)

    before = await read_public(visitor)

    for status, text in before.values():
        assert status in {200, 404}
        assert not any(row["title_en"] in text or row["code_name"] in text for row in titles)
    assert before[f"/method/{SLUG}"][0] == before[f"/winners/{SLUG}/title"][0] == 404
    assert "Results are published on" in before["/winners"][1]
    unknown = await visitor.get("/en/winners/small-2031/the-work-of-nobody-00")
    known = await visitor.get(f"/en/winners/{SLUG}/the-work-of-student-0")
    assert known.status_code == unknown.status_code == 404
    assert len(known.content) == len(unknown.content)
    assert await find_winners() is None


async def test_after_it_all_of_it_is_public_in_both_languages(told):
    world, competition = told
    slugs = await publish(competition)
    visitor = world.visitor()

    for language, word in (("ar", "الفائزون"), ("en", "Winners")):
        shown = await visitor.get(f"/{language}/winners")
        assert shown.status_code == 200
        assert word in shown.text
        for slug in slugs:
            assert f"/{language}/winners/{SLUG}/{slug}" in shown.text
            one = await visitor.get(f"/{language}/winners/{SLUG}/{slug}")
            assert one.status_code == 200
            assert ("جملة" if language == "ar" else "A sentence") in one.text
        method = await visitor.get(f"/{language}/method/{SLUG}")
        prints = await visitor.get(f"/{language}/fingerprints/{SLUG}")
        assert method.status_code == prints.status_code == 200
        assert prints.text.count('class="digest"') == 3


async def test_no_score_and_no_code_name_is_ever_published(told):
    world, competition = told
    slugs = await publish(competition)
    codes = [row["code_name"] for row in await Entry.select(Entry.code_name)]

    public = await read_public(world.visitor(), *(f"/winners/{SLUG}/{slug}" for slug in slugs))

    for _, text in public.values():
        assert not any(code in text for code in codes)
        assert "djusted score</dt>" not in text


async def test_filters_are_links_that_narrow_by_category_and_institution(told):
    world, competition = told
    await publish(competition)
    visitor = world.visitor()

    podcast = await visitor.get("/en/winners?category=podcast")
    nowhere = await visitor.get("/en/winners?institution=Nowhere")

    assert 'aria-current="true">podcast' in podcast.text
    assert "<bdi>documentary</bdi></h2>" not in podcast.text
    assert "No winner matches this choice." in nowhere.text


async def test_the_rules_fingerprint_is_public_from_the_opening(told):
    world, _ = told
    row = await Edition.select(Edition.fingerprint).first()

    shown = await world.visitor().get(f"/ar/fingerprints/{SLUG}")

    assert row
    assert row["fingerprint"] in shown.text
    assert shown.text.count('class="digest"') == 1
