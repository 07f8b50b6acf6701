"""A judge's pages: each in both languages, marks saved with and without script, sealed, and nothing told."""

import re

import httpx
import pytest

from storage.reads.judge.sheets import get_my_sheet
from storage.tables.assignment import Assignment
from storage.tables.scoresheet import Mark, ScoreSheet
from tests.competition import JUDGED, Competition
from tests.conftest import World, post
from tests.web.judge.asking import code_of_first, put


def bare(text: str, code: str) -> str:
    """A page without what was asked for and what is new at each request."""
    return re.sub(r'nonce="[^"]*"|<code[^>]*>[0-9a-f]{16}</code>|[0-9a-f]{16,64}', "", text.replace(code, "CODE"))


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize(
    "path",
    ["/judging", "/judging/guide", "/judging/conflicts", "/judging/review", "/judging/practice", "/judging/practice/1"],
)
async def test_each_page_beside_the_projects_is_shown_in_its_language(browser: httpx.AsyncClient, lang: str, path: str):
    shown = await browser.get(f"/{lang}{path}")

    assert shown.status_code == 200
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"' in shown.text
    assert re.search(r"<h1[^>]*>\s*\S", shown.text)


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("page", ["", "/conflict", "/abstain"])
async def test_each_page_of_a_project_names_it_by_its_code_alone(
    browser: httpx.AsyncClient, judging: Competition, lang: str, page: str
):
    code = await code_of_first(judging)

    shown = await browser.get(f"/{lang}/judging/{code}{page}")

    assert shown.status_code == 200
    assert code in shown.text
    assert all(number not in shown.text for number in judging.entrants)
    assert all(entrant.email not in shown.text for entrant in judging.entrants.values())


async def test_the_list_holds_the_judges_own_projects_in_the_judges_own_order(
    browser: httpx.AsyncClient, judging: Competition
):
    mine = await judging.list_codes(judging.judges[0])

    text = (await browser.get("/en/judging")).text

    places = [text.index(code) for code in mine]
    assert places == sorted(places)
    every = set()
    for judge in judging.judges:
        every |= set(await judging.list_codes(judge))
    assert all(code not in text for code in every - set(mine))


@pytest.mark.parametrize("page", ["", "/conflict", "/abstain", "/files/00000000-0000-4000-8000-000000000001/copy"])
async def test_anothers_project_and_no_project_at_all_give_the_same_answer(
    browser: httpx.AsyncClient, judging: Competition, page: str
):
    mine = set(await judging.list_codes(judging.judges[0]))
    rows = await Assignment.select(Assignment.entry.code_name.as_alias("code"))
    strange = next(row["code"] for row in rows if row["code"] not in mine)
    unknown = f"{strange[:3]}-{'100' if strange[4:] != '100' else '101'}"

    answers = [await browser.get(f"/en/judging/{code}{page}") for code in (strange, unknown)]

    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [bare(answer.text, code) for answer, code in zip(answers, (strange, unknown), strict=True)]
    assert bodies[0] == bodies[1]


async def test_a_mark_sent_by_script_is_stored_and_the_answer_says_what_is_held(
    browser: httpx.AsyncClient, judging: Competition
):
    code = await code_of_first(judging)
    sheet = await get_my_sheet(judging.judges[0].id, code)
    assert sheet is not None
    criterion = str(sheet.criteria[0].id)

    answer = await put(browser, f"/en/judging/{code}/marks", {"criterion": criterion, "step": 6, "revision": 0})

    assert answer.status_code == 200
    told = answer.json()
    assert (told["revision"], told["marks"]) == (1, {criterion: 6})
    assert await Mark.count() == 1


async def test_a_stale_mark_is_refused_with_what_is_stored(browser: httpx.AsyncClient, judging: Competition):
    code = await code_of_first(judging)
    sheet = await get_my_sheet(judging.judges[0].id, code)
    assert sheet is not None
    first, second = (str(each.id) for each in sheet.criteria)
    await put(browser, f"/en/judging/{code}/marks", {"criterion": first, "step": 6, "revision": 0})

    answer = await put(browser, f"/en/judging/{code}/marks", {"criterion": second, "step": 3, "revision": 0})

    assert answer.status_code == 409
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["marks"] == {first: 6}
    assert await Mark.count() == 1


@pytest.mark.parametrize("step", [0, 9, "x", None])
async def test_a_mark_off_the_scale_or_no_number_is_refused(
    browser: httpx.AsyncClient, judging: Competition, step: object
):
    code = await code_of_first(judging)
    sheet = await get_my_sheet(judging.judges[0].id, code)
    assert sheet is not None

    answer = await put(
        browser, f"/en/judging/{code}/marks", {"criterion": str(sheet.criteria[0].id), "step": step, "revision": 0}
    )

    assert answer.status_code in {400, 422}
    assert await Mark.count() == 0


async def test_comments_sent_by_script_are_stored(browser: httpx.AsyncClient, judging: Competition):
    code = await code_of_first(judging)

    answer = await put(browser, f"/en/judging/{code}/comments", {"team": "صورة قوية", "committee": "", "revision": 0})

    assert answer.status_code == 200
    assert (await ScoreSheet.select(ScoreSheet.comment_team).where(ScoreSheet.revision == 1).first()) == {
        "comment_team": "صورة قوية"
    }


async def test_the_whole_form_saves_finishes_and_is_sealed_after_a_last_look_without_script(
    browser: httpx.AsyncClient, judging: Competition
):
    code = await code_of_first(judging)
    sheet = await get_my_sheet(judging.judges[0].id, code)
    assert sheet is not None
    typed = {f"mark-{each.id}": "5" for each in sheet.criteria}
    typed |= {"comment_team": "Well made.", "comment_committee": "", "revision": "0"}

    saved = await post(browser, f"/en/judging/{code}", typed, page=f"/en/judging/{code}")
    assert (saved.status_code, saved.headers["location"]) == (303, f"/en/judging/{code}")
    again = await post(
        browser, f"/en/judging/{code}", {**typed, "revision": "3", "then": "finish"}, page=f"/en/judging/{code}"
    )
    assert (again.status_code, again.headers["location"]) == (303, f"/en/judging/review#{code}")
    sealed = await post(browser, "/en/judging/review", {"code": code}, page="/en/judging/review")

    assert (sealed.status_code, sealed.headers["location"]) == (303, "/en/judging/review?sealed=1")
    after = await get_my_sheet(judging.judges[0].id, code)
    assert after is not None
    assert (after.state, sorted(after.marks.values()), after.comment_team) == ("sealed", [5, 5], "Well made.")
    assert (await post(browser, f"/en/judging/{code}", typed, page="/en/account")).status_code == 409


async def test_a_form_kept_open_in_another_tab_overwrites_nothing(browser: httpx.AsyncClient, judging: Competition):
    code = await code_of_first(judging)
    sheet = await get_my_sheet(judging.judges[0].id, code)
    assert sheet is not None
    criterion = str(sheet.criteria[0].id)
    await put(browser, f"/en/judging/{code}/marks", {"criterion": criterion, "step": 6, "revision": 0})

    stale = await post(
        browser, f"/en/judging/{code}", {f"mark-{criterion}": "2", "revision": "0"}, page=f"/en/judging/{code}"
    )

    assert stale.status_code == 409
    assert "On the server: " in stale.text
    assert [row["step"] for row in await Mark.select(Mark.step)] == [6]
    chosen = {f"mark-{criterion}": "2", "revision": "1"}
    assert (await post(browser, f"/en/judging/{code}", chosen, page=f"/en/judging/{code}")).status_code == 303
    assert [row["step"] for row in await Mark.select(Mark.step)] == [2]


async def test_a_stale_form_keeps_what_it_did_not_touch_and_adds_what_it_did(
    browser: httpx.AsyncClient, judging: Competition
):
    code = await code_of_first(judging)
    sheet = await get_my_sheet(judging.judges[0].id, code)
    assert sheet is not None
    first, second = (str(each.id) for each in sheet.criteria)
    await put(browser, f"/en/judging/{code}/marks", {"criterion": first, "step": 6, "revision": 0})
    await put(browser, f"/en/judging/{code}/marks", {"criterion": first, "step": 7, "revision": 1})
    old = {f"mark-{first}": "6", f"was-{first}": "6", f"mark-{second}": "3", f"was-{second}": "", "revision": "1"}

    saved = await post(browser, f"/en/judging/{code}", old, page=f"/en/judging/{code}")

    assert saved.status_code == 303
    after = await get_my_sheet(judging.judges[0].id, code)
    assert after is not None
    assert {str(key): step for key, step in after.marks.items()} == {first: 7, second: 3}


async def test_finishing_names_each_criterion_without_a_mark_and_the_sentence_that_is_owed(
    browser: httpx.AsyncClient, judging: Competition
):
    code = await code_of_first(judging)
    sheet = await get_my_sheet(judging.judges[0].id, code)
    assert sheet is not None
    marked, bare = sheet.criteria
    typed = {f"mark-{marked.id}": "8", "comment_team": "", "comment_committee": "", "revision": "0", "then": "finish"}

    answered = await post(browser, f"/en/judging/{code}", typed, page=f"/en/judging/{code}")

    assert answered.status_code == 422
    assert f'href="#f-mark-{bare.id}"' in answered.text
    assert f'href="#f-mark-{marked.id}"' not in answered.text
    assert 'href="#f-comment_team"' in answered.text


async def test_the_key_of_a_device_is_its_own_and_the_account_s_own(browser: httpx.AsyncClient, bench: World):
    other = await bench.client("judge 1")
    names = ["a" * 32, "b" * 32]

    keys = [(await browser.get(f"/en/judging/device-key?device={name}")).json() for name in names]
    again = (await browser.get(f"/en/judging/device-key?device={names[0]}")).json()
    others = (await other.get(f"/en/judging/device-key?device={names[0]}")).json()

    assert len({keys[0]["key"], keys[1]["key"], others["key"]}) == 3
    assert again["key"] == keys[0]["key"]
    assert keys[0]["owner"] == keys[1]["owner"] != others["owner"]
    assert (await browser.get("/en/judging/device-key?device=short")).status_code == 422


async def test_after_the_round_a_mark_is_refused_and_the_page_is_still_there_to_read(
    browser: httpx.AsyncClient, bench: World, judging: Competition
):
    code = await code_of_first(judging)
    sheet = await get_my_sheet(judging.judges[0].id, code)
    assert sheet is not None
    bench.clock.set(JUDGED)
    again = await bench.client("judge 0")

    answer = await put(
        again, f"/en/judging/{code}/marks", {"criterion": str(sheet.criteria[0].id), "step": 6, "revision": 0}
    )

    assert answer.status_code == 409
    assert (await again.get(f"/en/judging/{code}")).status_code == 200
    assert await Mark.count() == 0


async def test_the_list_says_that_the_round_has_closed_and_what_was_left_unsealed(
    bench: World, browser: httpx.AsyncClient, judging: Competition
):
    before = (await browser.get("/en/judging")).text
    n = len(await judging.list_codes(judging.judges[0]))
    bench.clock.set(JUDGED)
    later = await bench.client("judge 0")

    english, arabic = [(await later.get(f"/{lang}/judging")).text for lang in ("en", "ar")]

    assert "The round closed" not in before
    assert "until" in before
    assert "The round closed on" in english
    assert f"{n} sheets were not sealed" in english
    assert "أُغلقت الجولة يوم" in arabic
    assert "دون ختم" in arabic


@pytest.mark.parametrize("name", ["chair", "secretary", "registrar", "assigner", "member", "observer"])
async def test_nobody_but_judges_comes_to_judges_pages(bench: World, judging: Competition, name: str):
    code = await code_of_first(judging)
    browser = await bench.client(name)

    for path in ("/en/judging", f"/en/judging/{code}", "/en/judging/practice/1"):
        assert (await browser.get(path)).status_code == 403
