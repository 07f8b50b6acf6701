"""The practice works: marked before the first project, their reference and the panel's spread shown after one's own."""

import re
from uuid import uuid4

import httpx
import pytest

from storage.tables.rubric import PracticeMark, PracticeWork
from tests.competition import Competition, practise
from tests.conftest import World, csrf_in, post


@pytest.fixture(autouse=True)
async def unpractised(judging: Competition) -> None:
    """Nobody on the panel has marked a practice work yet."""
    await PracticeMark.delete(force=True)


async def test_projects_are_read_and_not_marked_before_the_practice_works(bench: World, judging: Competition):
    mine = await bench.client("judge 0")
    sheet = await judging.sheet(judging.judges[0])
    page = f"/en/judging/{sheet.entry.code_name}"
    body = {"criterion": str(sheet.criteria[0].id), "step": 6, "revision": sheet.revision}

    before, listed = (await mine.get(page)).text, (await mine.get("/en/judging")).text
    headers = {"accept": "application/json", "x-csrf-token": csrf_in(before)}
    refused = await mine.put(f"{page}/marks", json=body, headers=headers)
    await practise(judging.judges[0])
    after, taken = (await mine.get(page)).text, await mine.put(f"{page}/marks", json=body, headers=headers)

    assert "One practice work is left before you can mark." in before
    assert "Before your first project, mark the practice works." in listed
    assert 'data-module="sheet"' not in before
    assert "<kbd>Enter</kbd>" not in before
    assert "A note for the team" not in before
    assert refused.status_code == 409
    assert "Mark it first" in refused.text
    assert 'data-module="sheet"' in after
    assert "<kbd>Enter</kbd>" in after
    assert "A note for the team" in after
    assert taken.status_code == 200


async def test_who_has_begun_to_mark_is_not_held_up_by_a_practice_work(bench: World, judging: Competition):
    judge = judging.judges[0]
    await practise(judge)
    await judging.mark(judge, await judging.sheet(judge), [6, 6])
    await PracticeMark.delete(force=True)
    sheet = await judging.sheet(judge, 1)

    shown = (await (await bench.client("judge 0")).get(f"/en/judging/{sheet.entry.code_name}")).text

    assert 'data-module="sheet"' in shown
    assert await judging.mark(judge, sheet, [5, 5]) > sheet.revision


async def test_practice_shows_its_reference_once_it_is_marked(browser: httpx.AsyncClient):
    text = (await browser.get("/en/judging/practice/1")).text
    assert "It is so" not in text
    marks = dict.fromkeys(re.findall(r'name="(mark-[0-9a-f-]{36})"', text), "6")

    marked = await post(browser, "/en/judging/practice/1", marks, page="/en/judging/practice/1")

    assert marked.status_code == 303
    assert "It is so" in (await browser.get("/en/judging/practice/1")).text


async def test_the_panel_s_spread_is_shown_once_every_practice_work_is_marked(bench: World, judging: Competition):
    page = "/en/judging/practice/1"
    others = [await bench.client(f"judge {at}") for at in (1, 2)]
    for other, step in zip(others, ("2", "3"), strict=True):
        marks = dict.fromkeys(re.findall(r'name="(mark-[0-9a-f-]{36})"', (await other.get(page)).text), step)
        await post(other, page, marks, page=page)
    mine = await bench.client("judge 0")
    work = await PracticeWork.select().where(PracticeWork.edition == judging.edition_id).first()
    assert work is not None
    await PracticeWork.insert(PracticeWork(**work | {"id": uuid4(), "position": 2}))
    marks = dict.fromkeys(re.findall(r'name="(mark-[0-9a-f-]{36})"', (await mine.get(page)).text), "6")

    await post(mine, page, marks, page=page)
    before = (await mine.get(page)).text
    second = page.replace("/1", "/2")
    await post(mine, second, marks, page=second)
    after = (await mine.get(page)).text

    assert "Mark 2: one judge" not in before
    assert "once you have marked every practice work" in before
    assert after.count("Your mark: 6. Mark 2: one judge. Mark 3: one judge.") == len(marks)
    assert after.count("3 marks higher than most") == len(marks)


async def test_the_list_of_practice_works_leads_on_to_the_projects_once_all_are_marked(browser: httpx.AsyncClient):
    page = "/en/judging/practice/1"
    before = (await browser.get("/en/judging/practice")).text
    marks = dict.fromkeys(re.findall(r'name="(mark-[0-9a-f-]{36})"', (await browser.get(page)).text), "6")

    await post(browser, page, marks, page=page)

    assert "The practice works are done." not in before
    assert "The practice works are done." in (await browser.get("/en/judging/practice")).text


async def test_a_practice_work_half_marked_comes_back_with_what_was_typed(browser: httpx.AsyncClient):
    text = (await browser.get("/en/judging/practice/1")).text
    name = re.findall(r'name="(mark-[0-9a-f-]{36})"', text)[0]

    answered = await post(browser, "/en/judging/practice/1", {name: "6"}, page="/en/judging/practice/1")

    assert answered.status_code == 422
    assert "It is so" not in answered.text
    assert re.findall(r'<input type="radio" name="([^"]+)" value="(\d)"[^>]* checked>', answered.text) == [(name, "6")]
    assert answered.text.count("Choose a mark for “<bdi>craft</bdi>”.") == 2  # in the summary, and at its place
