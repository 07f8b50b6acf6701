"""What a judge opens: the copy, the lighter one, a page and the poster, by links that last a while, to nobody else."""

import re
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest

from storage.columns import to_json
from storage.objects.store import ObjectStore, make_key
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.edition import AiStatement, Material
from storage.tables.entry import Entry, EntryVersion
from storage.tables.file import File, FilePage
from storage.tables.scoresheet import FileOpening
from tests.competition import JUDGED, Competition
from tests.conftest import World

HELD = {
    "copy": (b"the whole film" * 100, "video/mp4"),
    "light": (b"the film, lighter" * 50, "video/webm"),
    "poster": (b"a frame of it", "image/jpeg"),
    "pages/1": (b"a page of it", "image/png"),
}


async def give_film(competition: Competition, objects: ObjectStore, entry: UUID) -> UUID:
    """Put a film with a lighter copy, a poster and a page behind a project that is judged."""
    keys = {}
    for what, (data, _) in HELD.items():
        keys[what] = make_key(what.partition("/")[0])
        await objects.put(keys[what], data)
    category = await get_row(EntryVersion.select(EntryVersion.entry.category).where(EntryVersion.entry == entry))
    material = Material(
        category=category["entry.category"], slug="film", position=1, name_ar="الفيلم", name_en="Film", rule_ar="",
        rule_en="", formats='["mp4"]', audience="judges", is_required=False, max_files=3, max_bytes=10_000,
    )  # fmt: skip
    await Material.insert(material)
    file = File(
        entry=entry, material=material.id, state="ready", position=1, media_type="video/mp4", size=9, sha256=None,
        commitment="", object_key=make_key("upload"), judge_key=keys["copy"], judge_media_type=HELD["copy"][1],
        judge_size=len(HELD["copy"][0]), light_key=keys["light"], light_media_type=HELD["light"][1],
        light_size=len(HELD["light"][0]), poster_key=keys["poster"], poster_media_type=HELD["poster"][1],
        created_at=JUDGED,
    )  # fmt: skip
    await File.insert(file)
    await FilePage.insert(
        FilePage(
            file=file.id, page=1, object_key=keys["pages/1"], media_type="image/png", width=9, height=9, content=""
        )
    )
    told = {"id": str(file.id), "material": "film", "position": 1, "size": 9, "commitment": "", "sha256": None}
    submitted = to_json([told | {"media_type": "video/mp4"}])
    await EntryVersion.update({EntryVersion.files: submitted}).where(EntryVersion.entry == entry)
    return UUID(str(file.id))


@pytest.fixture
async def film(bench: World, judging: Competition) -> Mapping[str, str]:
    """The address of each thing that the first judge may open of one film, and whom it was not given to."""
    mine, given = {}, {}
    for at, judge in enumerate(judging.judges):
        mine[at] = await judging.list_codes(judge)
    code = next(code for code in mine[0] if any(code not in codes for codes in mine.values()))
    await judging.sheet(judging.judges[0], mine[0].index(code))
    row = await get_row(Assignment.select(Assignment.entry).where(Assignment.entry.code_name == code))
    file = await give_film(judging, bench.app.state.objects, row["entry"])
    given |= {what: f"/en/judging/{code}/files/{file}/{what}" for what in HELD}
    given["other"] = f"judge {next(at for at, codes in mine.items() if code not in codes)}"
    given["code"] = code
    return given


async def test_each_is_served_with_its_own_type_under_the_code_name_and_in_parts(bench: World, film: Mapping[str, str]):
    judge = await bench.client("judge 0")
    for what, (content, media_type) in HELD.items():
        led = await judge.get(film[what])
        part = await judge.get(led.headers["location"], headers={"range": "bytes=3-7"})

        assert led.status_code == 302
        assert (part.status_code, part.content) == (206, content[3:8])
        assert part.headers["content-type"] == media_type
        assert part.headers["x-content-type-options"] == "nosniff"
        assert film["code"] in part.headers["content-disposition"]


async def test_a_judge_who_was_not_given_the_project_finds_nothing_there(bench: World, film: Mapping[str, str]):
    other = await bench.client(film["other"])

    assert {(await other.get(film[what])).status_code for what in HELD} == {404}


async def test_the_sheet_offers_the_lighter_copy_and_opening_it_is_opening_the_film(
    bench: World, film: Mapping[str, str]
):
    judge = await bench.client("judge 0")

    shown = await judge.get(f"/en/judging/{film['code']}")
    assert film["light"] in shown.text
    assert await FileOpening.count() == 0
    await judge.get(film["light"])

    assert await FileOpening.count() == 1


async def test_the_links_of_a_sheet_stay_in_the_round_that_was_asked_for(bench: World, film: Mapping[str, str]):
    judge = await bench.client("judge 0")
    path = f"/en/judging/{film['code']}"
    one = await get_row(File.select())
    await File.insert(File(**one | {"id": (other := uuid4()), "position": 2}))
    both = to_json([{"id": str(each)} for each in (one["id"], other)])
    await EntryVersion.update({EntryVersion.files: both}).where(EntryVersion.entry == one["entry"])

    asked, latest = (await judge.get(f"{path}?round=1")).text, (await judge.get(path)).text

    assert f'href="{path}?round=1&amp;file=' in asked
    assert re.search(r'href="/en/judging/[A-Z]+-\d+\?round=1" aria-label', asked)
    assert f'href="{path}?file=' in latest
    assert "round=1" not in latest


@pytest.mark.parametrize("lang", ["ar", "en"])
async def test_the_team_s_look_at_it_is_the_judges_own_page_of_the_work(
    bench: World, judging: Competition, film: Mapping[str, str], lang: str
):
    entry = await get_row(Entry.select(Entry.id, Entry.entry_number).where(Entry.code_name == film["code"]))
    ready = AiStatement(
        edition=judging.edition_id, slug="shown", position=9, text_ar="صيغة الفريق.", text_en="The team's wording."
    )
    await AiStatement.insert(ready)
    said = {"ai_slug": "shown", "ai_text": "And checked twice."}
    await Entry.update(said).where(Entry.id == entry["id"])
    await EntryVersion.update(said).where(EntryVersion.entry == entry["id"])
    number = entry["entry_number"]
    judge, entrant = await bench.client("judge 0"), await bench.client(f"entrant {number}")

    by_judge = await judge.get(f"/{lang}/judging/{film['code']}")
    by_team = await entrant.get(f"/{lang}/entries/{number}/preview")

    theirs = [part.replace(f"/judging/{film['code']}/", "/…/") for part in parts_of(by_judge.text)]
    own = [part.replace(f"/entries/{number}/", "/…/") for part in parts_of(by_team.text)]
    assert theirs == own
    assert len(own) == 4
    assert film["code"] not in by_team.text
    assert ("صيغة الفريق." if lang == "ar" else "The team&#39;s wording.") in own[-1].replace("&#x27;", "&#39;")
    assert "And checked twice." in own[-1]
    await EntryVersion.update({"ai_text": "صيغة الفريق."}).where(EntryVersion.entry == entry["id"])
    once = parts_of((await judge.get(f"/{lang}/judging/{film['code']}")).text)[-1]
    assert once.count("صيغة الفريق.") == (lang == "ar")  # a copy of the ready wording is not said twice
    for what in HELD:
        led = await entrant.get(film[what].replace(f"/judging/{film['code']}/", f"/entries/{number}/"))
        assert (await entrant.get(led.headers["location"])).content == HELD[what][0]


def parts_of(page: str) -> list[str]:
    """The title with what stands under it, the abstract, the file that is shown, and the statement on AI."""
    main = page[page.index("<main") :]
    return [
        re.search(pattern, main, re.DOTALL)[0]  # type: ignore[index]
        for pattern in (
            r"<h1>.*?</h1><p .*?</p>",
            r'<p class="prose.*?</p>',
            r'<section aria-label="[^"]+">\s*<div class="player".*?</section>',
            r'<h2 class="card-title">[^<]*</h2><p class="lines".*?</p>',
        )
    ]
