"""The public result: nothing before its instant, all of it after."""

import httpx
import pytest

from service.settings import Settings
from service.text import Words
from storage.columns import to_json
from storage.objects.store import make_key
from storage.reads.decisions import find_last_run
from storage.reads.results import find_winners
from storage.rows import get_row
from storage.tables.award import Award
from storage.tables.edition import Edition, Material
from storage.tables.entry import Entry, EntryVersion
from storage.tables.file import File
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


async def give_film(competition: Competition, *, people: str) -> bytes:
    """Put a film with captions and a poster behind the first project of the documentaries, and what its rights say."""
    entry = await get_row(Entry.select(Entry.id, Entry.category).where(Entry.title_en == "The work of Student 0"))
    material = Material(
        category=entry["category"], slug="film", position=1, name_ar="الفيلم", name_en="Film", rule_ar="", rule_en="",
        formats='["mp4"]', audience="judges", is_required=False, max_files=3, max_bytes=10_000,
    )  # fmt: skip
    await Material.insert(material)
    content = bytes(range(256)) * 8
    ids = []
    for kind, media_type, data in (("copy", "video/mp4", content), ("copy", "text/vtt", b"WEBVTT\n")):
        key, poster = make_key(kind), make_key("poster")
        await competition.objects.put(key, data)
        await competition.objects.put(poster, b"a poster")
        is_film = media_type == "video/mp4"
        file = File(
            entry=entry["id"], material=material.id, state="ready", position=1, media_type=media_type, size=len(data),
            sha256=None, commitment="", object_key=make_key("upload"), judge_key=key, judge_media_type=media_type,
            judge_size=len(data), poster_key=poster if is_film else None,
            poster_media_type="image/jpeg" if is_film else None, created_at=PUBLISH,
        )  # fmt: skip
        await File.insert(file)
        ids.append({"id": str(file.id)})
    await EntryVersion.update(
        {
            EntryVersion.files: to_json(ids),
            EntryVersion.rights: to_json({"material": "own", "people": people, "help": ""}),
        }
    ).where(EntryVersion.entry == entry["id"])
    return content


async def test_a_film_is_played_by_ranges_with_its_poster_and_captions(told):
    world, competition = told
    competition.objects = world.app.state.objects
    content = await give_film(competition, people="consented")
    visitor = world.visitor()
    base = f"/en/winners/{SLUG}/the-work-of-student-0"
    assert (await visitor.get(f"{base}/play")).status_code == 404

    await publish(competition)
    shown = (await visitor.get(base)).text
    assert f'src="{base}/play"' in shown
    assert f'poster="{base}/picture"' in shown
    assert f'src="{base}/captions"' in shown
    led = await visitor.get(f"{base}/play")
    assert led.status_code == 302
    part = await visitor.get(led.headers["location"], headers={"range": "bytes=100-299"})
    assert part.status_code == 206
    assert part.content == content[100:300]
    assert part.headers["content-range"] == f"bytes 100-299/{len(content)}"
    assert (await visitor.get(f"{base}/captions")).text.startswith("WEBVTT")
    assert (await visitor.get(f"{base}/picture")).content == b"a poster"


async def test_a_work_whose_people_did_not_agree_is_named_without_picture_or_film(told):
    world, competition = told
    competition.objects = world.app.state.objects
    await give_film(competition, people="")
    await publish(competition)
    visitor = world.visitor()
    base = f"/en/winners/{SLUG}/the-work-of-student-0"

    shown = await visitor.get(base)

    assert shown.status_code == 200
    assert "<video" not in shown.text
    assert "<img" not in shown.text.split("<article")[1]
    for what in ("play", "captions", "picture"):
        assert (await visitor.get(f"{base}/{what}")).status_code == 404


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_the_method_page_tells_this_edition_s_own_reviews_reliability_and_limits(told, language: str):
    world, competition = told
    await publish(competition)

    shown = (await world.visitor().get(f"/{language}/method/{SLUG}")).text

    run = await find_last_run(competition.round_id)
    assert run is not None
    words = Words(language)
    lines = [line for each in run.output["categories"].values() for line in each]
    judged = [each["reviews"] for each in run.output["judges"]]
    assert {line["reviews"] for line in lines} == {2}
    assert str(words("method.reviews", n=2)) in shown
    assert str(words("method.judged", low=min(judged), high=max(judged))) in shown
    assert str(words("method.limit_few", n=len(lines))) in shown
    for choice in run.output["choices"]:
        if choice["reliability"]["adjusted"] is not None:
            assert f"{choice['reliability']['adjusted']:.2f}" in shown
