"""An organiser creates, fills and opens an edition on the pages alone; later changes ask for a reason."""

import re
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from storage.engine import count_queries
from storage.lifecycle import EditionState
from storage.tables.edition import Category, Edition
from storage.tables.further_round import RoundRule
from storage.tables.panel import Round
from storage.tables.rubric import Criterion
from tests.competition import make_competition
from tests.conftest import World, csrf_in, post

BOTH = {"ar": "بالعربية", "en": "in English"}
MOST_QUERIES = 12
SECTIONS = ("texts", "categories", "criteria", "rounds", "timeline", "honours", "rules", "practice")


def both(name: str, words: str) -> dict[str, str]:
    return {f"{name}_{lang}": f"{words} {more}" for lang, more in BOTH.items()}


async def create(lubna: httpx.AsyncClient, **changes: str) -> str:
    """Create an edition on its page; the address of its set-up."""
    form = {**both("name", "Competition"), **both("short", "2029"), "slug": "edition-2029",
            "opens_at": "2029-01-14T08:00", "source": "", **changes}  # fmt: skip
    made = await post(lubna, "/en/admin/editions/new", form, page="/en/admin/editions/new")
    assert made.status_code == 303, made.text
    return urlsplit(made.headers["location"]).path


async def add(lubna: httpx.AsyncClient, page: str, form: dict[str, object]) -> httpx.Response:
    return await post(lubna, page, form, page=page)


async def save(lubna: httpx.AsyncClient, page: str, **changes: object) -> httpx.Response:
    """Send a line's form as it stands, but for the changes."""
    shown = (await lubna.get(page)).text
    form: dict[str, object] = dict(re.findall(r'<input type="hidden" name="(seen|category)" value="([^"]*)"', shown))
    form |= dict(re.findall(r'<input class="input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', shown))
    form |= dict(re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>\n?(.*?)</textarea>', shown, re.DOTALL))
    return await lubna.post(page, data={**form, **changes, "csrf": csrf_in(shown)})


async def fill(lubna: httpx.AsyncClient, base: str) -> None:
    """Fill a blank edition in as an organiser would."""
    texts = f"{base}/lines/basics/{base.rsplit('/', 1)[-1]}"
    await save(lubna, texts, contact_email="help@people.example", **both("theme", "Water"))
    await add(lubna, f"{base}/lines/eligibility/new", both("text", "Students of this year"))
    await add(
        lubna,
        f"{base}/lines/category/new",
        {**both("name", "Film"), **both("about", "Short films"), "prefix": "FLM"},
    )
    category = await Category.select(Category.id).where(Category.edition == UUID(base.rsplit("/", 1)[-1])).first()
    assert category
    await add(
        lubna, f"{base}/lines/material/new?category={category['id']}",
        {"category": str(category["id"]), **both("name", "Report"), **both("rule", "Up to ten pages"),
         "formats": ["pdf"],
         "audience": "judges", "is_required": "yes", "max_files": "1", "max_bytes": "20", "max_pages": "10"},
    )  # fmt: skip
    for name in ("Idea", "Craft"):
        anchors = {f"anchors_{lang}-{level}": f"{name} {level}" for lang in BOTH for level in (1, 2, 3, 4)}
        answer = await add(
            lubna, f"{base}/lines/criterion/new?category={category['id']}",
            {"category": str(category["id"]), **both("name", name), **both("ask", "How good?"), **anchors},
        )  # fmt: skip
        assert answer.status_code == 303, answer.text
    assert (await weigh(lubna, base, 60, 40)).status_code == 303


async def weigh(lubna: httpx.AsyncClient, base: str, *weights: int, **more: str) -> httpx.Response:
    """Send the weights of the only category."""
    page = f"{base}/criteria"
    shown = (await lubna.get(page)).text
    form = shown[shown.index("/criteria/weights") :]
    hidden = dict(re.findall(r'<input type="hidden" name="(seen|category)" value="([^"]*)"', form)[:2])
    names = re.findall(r'name="(weight-[^"]+)"', form)
    given = dict(zip(names, map(str, weights), strict=True))
    return await lubna.post(f"{page}/weights", data={**hidden, **given, **more, "csrf": csrf_in(shown)})


async def test_an_edition_is_created_filled_and_opened_without_a_programmer(lubna, chair_of, world: World):
    base = await create(lubna)
    edition_id = UUID(base.rsplit("/", 1)[-1])
    chair = await chair_of(edition_id)
    early = await post(chair, "/en/committee/open", page="/en/account")
    lacking = (await lubna.get(base)).text
    await fill(lubna, base)
    ready = (await lubna.get(base)).text
    opened = await post(chair, "/en/committee/open", page="/en/account")
    public = world.visitor()

    assert early.status_code == 409
    assert "before it can open" in early.text
    assert "Add at least one category" in lacking
    assert "The set-up is complete." in ready
    assert opened.status_code == 303
    edition = await Edition.select(Edition.state, Edition.fingerprint).where(Edition.id == edition_id).first()
    assert edition
    assert edition["state"] == EditionState.OPEN
    assert edition["fingerprint"] in (await public.get("/en/rules")).text
    assert "Idea in English" in (await public.get("/en/categories/film-in-english")).text


async def test_a_new_edition_copies_the_last_without_people_or_entries(lubna, world: World):
    """R050."""
    competition = await make_competition()
    base = await create(lubna, source=str(competition.edition_id))
    copied, source = UUID(base.rsplit("/", 1)[-1]), competition.edition_id

    for page in SECTIONS:
        assert (await lubna.get(f"{base}/{page}")).status_code == 200, page
    weights = [
        [
            row["weight"]
            for row in await Criterion.select(Criterion.weight)
            .where(Criterion.category.edition == each)
            .order_by(Criterion.position)
        ]
        for each in (copied, source)
    ]
    assert weights[0] == weights[1] == [60, 60, 40, 40]
    assert "The set-up is complete." in (await lubna.get(base)).text
    assert "0" in (await lubna.get("/en/admin/editions")).text
    rounds = await Round.select(Round.state, Round.opens_at).where(Round.edition == copied)
    assert [row["state"] for row in rounds] == ["planned"]
    assert rounds[0]["opens_at"].year == 2029


async def test_weights_must_add_to_a_hundred_and_what_was_typed_is_kept(lubna):
    base = await create(lubna)
    await fill(lubna, base)

    refused = await weigh(lubna, base, 70, 40)

    assert refused.status_code == 422
    assert "add up to 110" in refused.text
    assert 'value="70"' in refused.text


async def test_of_two_who_save_the_same_line_the_second_sees_both_versions(lubna, world: World):
    base = await create(lubna)
    await fill(lubna, base)
    listed = (await lubna.get(f"{base}/honours")).text
    line = re.search(r'href="(/en/admin/editions/[^"]+/lines/honour/[0-9a-f-]{36})"', listed)
    assert line
    stale = (await lubna.get(line[1])).text
    first = await save(lubna, line[1], amount_omr="500", is_per_category="yes")
    seen = re.search(r'name="seen" value="([^"]+)"', stale)
    assert seen
    form = {**both("name", "Gold"), "place": "1", "amount_omr": "700", "is_per_category": "yes"}
    second = await lubna.post(line[1], data={**form, "seen": seen[1], "csrf": csrf_in(stale)})

    assert first.status_code == 303
    assert second.status_code == 409
    assert 'value="700"' in second.text
    assert "What stands now: <bdi>500</bdi>" in second.text
    fresh = re.search(r'name="seen" value="([^"]+)"', second.text)
    assert fresh
    again = await lubna.post(line[1], data={**form, "seen": fresh[1], "csrf": csrf_in(second.text)})
    assert again.status_code == 303


async def test_a_page_of_the_set_up_asks_the_database_at_most_twelve_times(lubna):
    base = await create(lubna)
    await fill(lubna, base)
    views = ("home", "rules", "timeline", "winners", "judging", "judging/FLM-417", "categories/film-in-english")
    previews = ("preview", *(f"preview/{view}" for view in views))
    addresses = ["/en/admin/editions", "/en/admin/people", base, *(f"{base}/{each}" for each in (*SECTIONS, *previews))]
    for page in [each.replace("/en/", f"/{language}/") for each in addresses for language in ("ar", "en")]:
        await lubna.get(page)
        with count_queries() as queries:
            answer = await lubna.get(page)
        assert answer.status_code == 200
        assert queries.count <= MOST_QUERIES, (page, "\n".join(queries.statements))


async def test_what_others_stand_on_and_what_an_edition_needs_is_not_removed(lubna):
    base = await create(lubna)
    await fill(lubna, base)
    listed = (await lubna.get(f"{base}/timeline")).text
    lines = re.findall(r'href="(/en/admin/editions/[^"]+/lines/date/[0-9a-f-]{36})"', listed)
    answers = [(await post(lubna, f"{line}/remove", {"reason": ""}, page=line)).status_code for line in lines]

    assert sorted(answers) == [303, 303, 409, 409, 409, 409]


async def test_nobody_but_the_administrator_sets_an_edition_up(world: World, lubna):
    base = await create(lubna)
    for name in ("jamal", "basil", "farah"):
        assert (await (await world.client(name)).get(base)).status_code == 403
    assert (await world.visitor().get(base)).status_code == 401


async def test_a_further_round_is_set_up_numbered_and_copied_with_its_distance(
    lubna: httpx.AsyncClient,
):
    base = await create(lubna)
    page = f"{base}/lines/further-round/new"
    rule: dict[str, object] = {
        "takes": "5", "reviews_per_entry": "3", "is_carried": "yes", "begins_at": "2029-05-10T09:00",
        "ends_at": "2029-05-01T09:00",
    }  # fmt: skip

    backwards = await add(lubna, page, rule)
    added = await add(lubna, page, rule | {"ends_at": "2029-05-20T09:00"})
    listed = (await lubna.get(f"{base}/rounds")).text
    copy = await create(
        lubna, slug="edition-2031", opens_at="2031-01-14T08:00", source=base.rsplit("/", 1)[-1], **both("name", "Next")
    )

    assert (backwards.status_code, added.status_code) == (422, 303)
    assert 'id="f-ends_at-error"' in backwards.text
    assert "Round 2" in listed
    rows = await RoundRule.select().order_by(RoundRule.begins_at)
    assert [(row["ordinal"], row["takes"], bool(row["is_carried"])) for row in rows] == [(2, 5, True)] * 2
    assert str(rows[1]["edition"]) == copy.rsplit("/", 1)[-1]
    assert rows[1]["ends_at"] - rows[1]["begins_at"] == rows[0]["ends_at"] - rows[0]["begins_at"]


async def test_an_edition_in_draft_is_seen_as_public_and_judges_will_see_it_and_its_links_stay_inside(world, lubna):
    base = await create(lubna)
    await fill(lubna, base)
    ahead = f"{base}/preview"
    seen = {name: await lubna.get(f"{ahead}/{name}") for name in ("home", "winners", "judging", "judging/FLM-417")}
    links = {
        link
        for name in seen
        for link in re.findall(r'href="(/en/[^"#]*)"', seen[name].text.split("<main", 1)[1].split("</main>")[0])
    }
    elsewhere = {link for link in links if not link.startswith(ahead)}

    assert {name: answer.status_code for name, answer in seen.items()} == dict.fromkeys(seen, 200)
    assert "Competition in English" in seen["home"].text
    assert "Open for entries" in seen["home"].text
    assert "When the falaj tells" in seen["winners"].text
    assert 'type="radio"' in seen["judging/FLM-417"].text
    assert 'name="then"' not in seen["judging/FLM-417"].text
    # What a judge's device keeps is none of the organiser's: asking for it as another would wipe it.
    assert not [each for each in seen.values() if re.search('data-module="(shelf|unsent)"', each.text)]
    assert elsewhere == set()
    for link in sorted(links):
        assert (await lubna.get(link.replace("&amp;", "&"))).status_code == 200, link
    assert (await world.visitor().get(f"{ahead}/home")).status_code == 401
    assert (await lubna.get(f"{ahead}/judging/FLM-999")).status_code == 404
