"""Blindness, tried from outside: whoever may not know a word never meets it, on any page, in any file or letter.

Every column that tells who somebody is holds a word of its own; what may see it meets it, so that the search is known
to find; then what may not is walked the same way.
"""

import asyncio
import copy
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from service.app import load_pages
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner
from storage.piccolo_app import TABLES
from storage.tables.entry import Entry
from storage.tables.file import File
from tests.competition import JUDGING, PUBLISH, Competition, make_competition, make_plan
from tests.conftest import World
from tests.contracts.routes_of import UNKNOWN_ID, list_routes
from tests.crawl import Answer, crawl, find_markers
from tests.marked import MATERIALS, Marked, make_marked
from tests.walking import bare, make_world

pytestmark = pytest.mark.long

STARTS = ("/ar", "/en", "/en/account", "/ar/account")
PUBLIC_GUESSES = (
    "/en/winners", "/ar/winners", "/en/winners/small-2027", "/en/editions/small-2027", "/en/method",
    "/en/fingerprints", "/sitemap.xml", "/robots.txt", "/feed", "/en/feed.xml", "/en/winners/small-2027/title",
)  # fmt: skip


@pytest.fixture(scope="session")
def marked_folder(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, fonts: Path) -> tuple[Path, Marked]:
    """The marked competition in the stage of judging, built once; its letters are sent."""
    folder, files = tmp_path_factory.mktemp("marked"), tmp_path_factory.mktemp("files")
    shutil.copy(empty_database, folder / "tahkim.db")

    async def build() -> Marked:
        engine = await open_database(sqlite_url(folder / "tahkim.db"))
        bind(engine, TABLES)
        world = make_world(folder, fonts, None)
        await world.app.state.objects.prepare()
        try:
            competition = await make_competition(objects=world.app.state.objects, plan=make_plan(materials=MATERIALS))
            made = await make_marked(world, competition, files)
            world.clock.set(JUDGING)
            await world.work()
            return made
        finally:
            await close_database(engine)

    made = asyncio.run(build())
    made.competition.objects = MemoryStore(LinkSigner(b"k" * 32))
    return folder, made


@dataclass
class Blind:
    """A running copy of the marked competition."""

    world: World
    marked: Marked

    async def walk(self, name: str, *more: str) -> dict[str, Answer]:
        """Everything that one of the people can come to, but files that are the same for all."""
        return await crawl(await self.world.client(name), *STARTS, *more)


@pytest.fixture
async def blind(tmp_path: Path, marked_folder: tuple[Path, Marked], fonts: Path) -> AsyncIterator[Blind]:
    source, marked = marked_folder
    folder = tmp_path / "data"
    shutil.copytree(source, folder, symlinks=True)
    engine = await open_database(sqlite_url(folder / "tahkim.db"))
    bind(engine, TABLES)
    world = make_world(folder, fonts, marked.competition)
    world.clock.set(JUDGING)
    await load_pages(world.app, world.settings)
    async with world.exit:
        yield Blind(world, copy.deepcopy(marked))
    await close_database(engine)


def looked_for(marks: dict[str, str], answers: dict[str, Answer]) -> dict[str, set[str]]:
    return find_markers(answers.values(), marks)


async def answer_and_open(blind: Blind, name: str) -> list[str]:
    """Say of every project that there is no conflict, so that its page and files open; the code names."""
    competition = blind.marked.competition
    judge = next(each for each in competition.judges if each.actor == blind.world.actors[name])
    codes = await competition.list_codes(judge)
    for at in range(len(codes)):
        await competition.sheet(judge, at)
    return codes


async def find_judge_of_files(blind: Blind) -> str:
    """One of the judges to whom a project with files was given."""
    for at, judge in enumerate(blind.marked.competition.judges):
        if any(code.startswith("DOC") for code in await blind.marked.competition.list_codes(judge)):
            return f"judge {at}"
    raise LookupError


async def test_the_search_finds_what_an_entrants_own_pages_say(blind: Blind):
    number, at = next((number, at) for number, at in blind.marked.owners.items() if at == "0")

    found = looked_for(blind.marked.marks.people, await blind.walk(number, f"/en/entries/{number}"))

    expected = {f"{at} {kind}" for kind in ("lead en", "lead ar", "member en", "super en", "number", "filename")}
    assert expected <= found.keys()


async def test_the_search_finds_on_the_registrars_pages_whom_the_entries_are_of(blind: Blind):
    found = looked_for(blind.marked.marks.people, await blind.walk("registrar", "/en/committee"))

    expected = {f"{at} {kind}" for at in range(4) for kind in ("lead en", "member en", "super en", "inst en", "number")}
    assert expected <= found.keys()


async def test_the_search_reads_within_originals(blind: Blind):
    """The very files that judges get copies of are known to hold the marks."""
    rows = await File.select(File.object_key, File.media_type)
    held = {}
    for row in rows:
        chunks = await blind.world.app.state.objects.open_range(row["object_key"], 0, None)
        body = b"".join([chunk async for chunk in chunks])
        held[row["object_key"]] = Answer(row["object_key"], 200, "", body, row["media_type"])

    found = looked_for(blind.marked.marks.people, held)

    assert {"0 author", "0 artist", "1 author", "1 artist"} <= found.keys()


@pytest.mark.parametrize("judge", ["judge 0", "judge 1", "judge 2"])
async def test_a_judge_meets_nothing_that_tells_who_entered(blind: Blind, judge: str):
    before = await blind.walk(judge)
    codes = await answer_and_open(blind, judge)
    after = await blind.walk(judge, *(f"/{lang}/judging/{code}" for code in codes for lang in ("ar", "en")))

    paths = " ".join(after)
    assert all(code in paths for code in codes)
    with_files = [code for code in codes if code.startswith("DOC")]
    assert all(f"/en/judging/{code}/files/" in paths for code in with_files)
    types = {answer.media_type for path, answer in after.items() if path.startswith("/object/")}
    assert not with_files or {"application/pdf", "image/jpeg", "video/mp4"} <= types
    marks = blind.marked.marks
    others = {name: word for name, word in marks.judges.items() if not name.startswith(judge)}
    strange = {name: code for name, code in marks.codes.items() if code not in codes}
    for answers in (before, after):
        assert looked_for({**marks.people, **marks.keys, **others, **strange}, answers) == {}


async def test_whatever_route_a_judge_guesses_tells_nothing_and_unknown_and_forbidden_are_alike(blind: Blind):
    """Every reading route of the program, filled with ids and numbers that are real but another's."""
    marks, world = blind.marked.marks, blind.world
    basil = await world.client("judge 0")
    number = next(iter(blind.marked.owners))
    entry = await Entry.select(Entry.id).where(Entry.entry_number == number).first()
    file = await File.select(File.id).first()
    assert entry is not None
    assert file is not None
    for route in list_routes(world.app):
        if route.method != "GET":
            continue
        for real in (number, str(entry["id"]), str(file["id"])):
            path = route.address.replace("unknown", real).replace(str(UNKNOWN_ID), real)
            answer = await basil.get(path)
            seen = Answer("", answer.status_code, str(answer.headers), answer.content, "text/html")
            found = find_markers([seen], {key: word for key, word in marks.people.items() if word != number})
            assert found == {}, path


async def test_a_judges_copies_carry_no_date_no_tag_and_no_name_but_the_code_names(blind: Blind):
    name = await find_judge_of_files(blind)
    codes = await answer_and_open(blind, name)
    answers = await blind.walk(name, *(f"/en/judging/{code}" for code in codes))

    served = [answer for path, answer in answers.items() if path.startswith("/object/")]
    assert served
    for answer in served:
        headers = answer.headers.lower()
        assert "last-modified" not in headers
        assert "etag" not in headers
        assert any(f'"{code.lower()}-' in headers or f"{code.lower()}-" in headers for code in codes)
    for path in answers:
        for part in path.replace("?", "/").replace("=", "/").split("/"):
            if len(part) == 36 and part.count("-") == 4:
                assert UUID(part).version == 4


async def test_letters_to_judges_tell_nothing_of_entrants_and_letters_to_entrants_nothing_of_judges(blind: Blind):
    marks, judges, others = blind.marked.marks, [], []
    addresses = {judge.actor.email.lower() for judge in blind.marked.competition.judges}
    for letter in blind.world.letters():
        parts = [part.get_payload(decode=True) or b"" for part in letter.walk() if not part.is_multipart()]
        text = b"\n".join([bytes(letter), *parts])
        (judges if str(letter["to"]).lower() in addresses else others).append(
            Answer(str(letter["subject"]), 200, "", text, "text/plain")
        )

    assert len(judges) >= 3
    assert find_markers(judges, marks.people) == {}
    assert find_markers(judges, {**marks.keys, **marks.titles}) == {}
    entrants = [each for each in others if b"@x.example" in each.body]
    assert find_markers(entrants, marks.people)
    assert find_markers(entrants, {**marks.codes, **marks.judges}) == {}


async def test_an_entrant_meets_no_code_name_no_judge_and_nothing_of_others(blind: Blind):
    marks = blind.marked.marks
    for number, at in blind.marked.owners.items():
        answers = await blind.walk(number, f"/en/entries/{number}", f"/ar/entries/{number}")

        public = (
            "inst",
            "city",
            "slug",
            "domain",
            "alias",
        )  # the register of institutions is every entrant's to choose from
        others = {
            name: word
            for name, word in {**marks.people, **marks.titles}.items()
            if not name.startswith(at) and name.split()[1] not in public
        }
        assert looked_for({**others, **marks.codes, **marks.judges}, answers) == {}


async def test_what_an_entrant_sees_is_the_same_before_and_after_a_judge_works(blind: Blind):
    number = next(iter(blind.marked.owners))
    browser = await blind.world.client(number)
    before = await crawl(browser, "/en/entries", f"/en/entries/{number}")

    competition = blind.marked.competition
    for judge in competition.judges:
        for at in range(len(await competition.list_codes(judge))):
            sheet = await competition.sheet(judge, at)
            await competition.mark(judge, sheet, [5, 6])

    after = await crawl(browser, "/en/entries", f"/en/entries/{number}")
    pages = {path for path in before if not path.startswith("/object/")}  # signed links differ each time
    assert pages == {path for path in after if not path.startswith("/object/")}
    for path in pages:
        assert bare(before[path].text) == bare(after[path].text), path


async def test_the_public_meets_nobody_and_nothing(blind: Blind):
    answers = await crawl(blind.world.visitor(), *STARTS, *PUBLIC_GUESSES, with_static=True)

    assert {".css", ".js", ".woff2"} <= {Path(path).suffix for path in answers if path.startswith("/static/")}
    marks = blind.marked.marks
    assert looked_for({**marks.people, **marks.judges, **marks.codes, **marks.titles, **marks.keys}, answers) == {}


async def test_the_public_learns_winners_at_the_instant_of_publication_and_nothing_before(
    notified: Competition, tmp_path: Path, fonts: Path
):
    world = make_world(tmp_path, fonts, notified)
    await load_pages(world.app, world.settings)
    titles, hidden = await _results_of(notified)
    async with world.exit:
        visitor = world.visitor()
        world.clock.set(PUBLISH)
        before = await crawl(visitor, *STARTS, *PUBLIC_GUESSES)
        await notified.schedule()
        scheduled = await crawl(visitor, *STARTS, *PUBLIC_GUESSES)
        await notified.publish()
        after = await crawl(visitor, *STARTS, *PUBLIC_GUESSES)

    for answers in (before, scheduled):
        assert looked_for({**titles, **hidden}, answers) == {}
    assert looked_for(titles, after).keys() == titles.keys()
    assert looked_for(hidden, after) == {}


async def _results_of(competition: Competition) -> tuple[dict[str, str], dict[str, str]]:
    """What publication tells, and what it never does."""
    rows = await Entry.select(Entry.title_en, Entry.entry_number, Entry.code_name)
    titles = {f"title {row['title_en']}": row["title_en"] for row in rows}
    hidden = {f"number {row['entry_number']}": row["entry_number"] for row in rows}
    hidden |= {f"judge {judge.id}": str(judge.id) for judge in competition.judges}
    return titles, hidden
