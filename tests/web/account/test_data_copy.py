"""The copy of one's own data as a page: all of it in words, in either language, and nothing of ours in between."""

import re
from pathlib import Path

import pytest

from service.actors import Actor
from service.text import Words
from service.usecases.entering.entries import open_entry, save_ai_statement
from service.usecases.entering.questions import ask_question
from service.usecases.people.personal_data import export_own_data
from service.usecases.people.sessions import start_session
from service.web.account.data_copy import _label, lay_out
from storage.columns import to_json
from storage.reads.personal import _SECTIONS
from storage.tables.panel import Judge
from tests.cast import NOW
from tests.competition import JUDGING, Competition
from tests.conftest import World, post
from tests.web.account.test_data import PAGE, start

LOCALE = Path(__file__).parents[3] / "templates" / "locale"


async def test_the_copy_can_be_read_as_a_page_in_either_language_and_says_the_same(world: World):
    number = await start(world, "farah")
    farah = await world.client("farah")

    english = await post(farah, PAGE + "/copy", {"as": "page"}, page=PAGE)
    arabic = await post(farah, "/ar/account/data/copy", {"as": "page"}, page="/ar/account/data")

    for answer in (english, arabic):
        assert answer.status_code == 200
        assert all(held in answer.text for held in (number, "ماء الفلج", "Falaj water", "farah@tahkim.example"))
        assert "ghaith" not in answer.text
    assert "What this account did" in english.text
    assert "ما فعله هذا الحساب" in arabic.text
    assert (await farah.get(PAGE + "/copy")).headers["location"] == PAGE


async def test_no_code_of_ours_stands_in_the_page_where_there_is_a_word_for_it(world: World):
    number = await start(world, "farah")
    farah = world.actors["farah"]
    await fill_statement(farah, number)
    await ask_question(farah, number, content="May a film have a song?", now=world.clock.now)

    found = await export_own_data(farah, now=world.clock.now)
    page = lay_out(found, Words("ar"), given_at=world.clock.now)

    said = {section.name: {label: str(value) for label, value in section.records[0]} for section in page.sections}
    assert said["questions"]["النوع"] == "عن المشروع والشروط"
    assert "لم تُستخدم أدوات." in said["entries"]["صيغة إقرار الذكاء الاصطناعي"]
    assert "No AI tools." not in str(said["entries"])


async def test_a_device_is_named_in_the_page_and_the_line_held_of_it_stands_below(world: World):
    line = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
    farah = world.actors["farah"]
    await start_session(farah.person_id, device=line, now=world.clock.now)

    found = await export_own_data(farah, now=world.clock.now)
    page = lay_out(found, Words("en"), given_at=world.clock.now)

    devices = next(section for section in page.sections if section.name == "devices")
    said = [str(dict(record)["Device"]) for record in devices.records]
    assert any("Firefox" in each and "on" in each and line in each for each in said)


async def fill_statement(farah: Actor, number: str) -> None:
    _, entry = await open_entry(farah, number)
    await save_ai_statement(farah, number, slug="none", text="", revision=entry.revision, now=NOW)


def test_every_section_and_field_of_the_copy_has_its_word():
    asked = {name: re.sub(r"\(SELECT.*?\)|CASE.*?END", "", sql, flags=re.DOTALL) for name, sql in _SECTIONS.items()}
    fields = {
        column.split()[-1].rpartition(".")[2]
        for sql in asked.values()
        for column in re.split(r"\sFROM\s", sql, maxsplit=1)[0].removeprefix("SELECT").split(",")
    } | {"sequence", "at", "role", "event"}
    fields = {_label(field) for field in fields}

    for lang in ("ar", "en"):
        words = Words(lang)
        missing = [f"of.{name}" for name in [*asked, "log"] if f"copy.of.{name}" not in words]
        missing += [f"field.{name}" for name in sorted(fields) if f"copy.field.{name}" not in words]
        assert missing == []


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_every_letter_is_named_by_what_it_is_about(lang: str):
    words = Words(lang)
    catalogues = [path.read_text(encoding="utf-8") for path in LOCALE.joinpath(lang).glob("*.po")]
    letters = {name for text in catalogues for name in re.findall(r'msgid "mail\.(.+)\.subject"', text)}

    assert len(letters) > 40
    assert [name for name in sorted(letters) if f"letter_kind.{name}" not in words] == []


async def test_what_a_judge_was_given_is_laid_out_in_words_too(judging: Competition):
    judge = judging.judges[0].actor
    await judging.judge_all()

    laid = lay_out(await export_own_data(judge, now=JUDGING), Words("en"), given_at=JUDGING)

    marks = next(section for section in laid.sections if section.name == "marks")
    assert marks.columns == ("Code name", "Criterion", "Mark", "Written")
    assert {str(value) for record in marks.records for label, value in record if label == "Criterion"} == {
        "<bdi>idea</bdi>", "<bdi>craft</bdi>"
    }  # fmt: skip
    assert {section.name for section in laid.sections} >= {"account", "judge", "score_sheets", "log"}


@pytest.mark.parametrize("lang", ["ar", "en"])
async def test_what_an_edition_names_itself_is_said_by_its_name(judging: Competition, lang: str):
    judge, entrant = judging.judges[0], next(iter(judging.entrants.values()))
    await Judge.update({Judge.past: to_json(["utas", "closed-since"])}).where(Judge.id == judge.id)

    copies = [await export_own_data(actor, now=JUDGING) for actor in (judge.actor, entrant)]
    judge_s, team_s = (lay_out(found, Words(lang), given_at=JUDGING) for found in copies)

    said = {section.name: str(section.records) for page in (judge_s, team_s) for section in page.sections}
    field = copies[0]["judge"][0]["expertise"][0]
    assert field["slug"] == "film"
    for text in (said["judge"], said["entries"]):
        assert field[f"name_{lang}"] in text
        assert "film" not in text
    places = {each["slug"]: each[f"name_{lang}"] for each in copies[0]["judge"][0]["past"]}
    assert places["closed-since"] == "closed-since"
    assert places["utas"] in said["judge"]
