"""A judge's answers about conflicts: asked for first, on a page of each project or on one page for all."""

import httpx
import pytest

from tests.competition import Competition
from tests.conftest import post
from tests.web.judge.asking import code_of_first


async def test_a_project_asks_about_conflicts_first(browser: httpx.AsyncClient, judging: Competition):
    code = await code_of_first(judging, is_answered=False)

    shown = await browser.get(f"/en/judging/{code}")

    assert (shown.status_code, shown.headers["location"]) == (303, f"/en/judging/{code}/conflict")


async def test_no_conflict_opens_the_project(browser: httpx.AsyncClient, judging: Competition):
    code = await code_of_first(judging, is_answered=False)

    answered = await post(
        browser, f"/en/judging/{code}/conflict", {"answer": "no"}, page=f"/en/judging/{code}/conflict"
    )

    assert (answered.status_code, answered.headers["location"]) == (303, f"/en/judging/{code}")
    assert (await browser.get(f"/en/judging/{code}")).status_code == 200


async def test_a_conflict_takes_the_project_from_the_list_at_once(browser: httpx.AsyncClient, judging: Competition):
    code = await code_of_first(judging, is_answered=False)

    answered = await post(
        browser, f"/en/judging/{code}/conflict", {"answer": "yes", "kind": "teaching"},
        page=f"/en/judging/{code}/conflict",
    )  # fmt: skip

    assert answered.headers["location"] == "/en/judging"
    assert f"/en/judging/{code}" not in (await browser.get("/en/judging")).text
    assert (await browser.get(f"/en/judging/{code}")).status_code == 404


@pytest.mark.parametrize(
    "typed", [{}, {"answer": "maybe"}, {"answer": "yes"}, {"answer": "yes", "kind": "envy"}, {"answer": "unsure"}]
)
async def test_an_answer_that_says_too_little_comes_back_with_its_question(
    browser: httpx.AsyncClient, judging: Competition, typed: dict[str, str]
):
    code = await code_of_first(judging, is_answered=False)

    answered = await post(browser, f"/en/judging/{code}/conflict", typed, page=f"/en/judging/{code}/conflict")

    assert answered.status_code == 422
    assert code in answered.text
    assert (await judging.list_codes(judging.judges[0]))[0] == code


async def test_all_answers_about_conflicts_can_be_given_on_one_page(browser: httpx.AsyncClient, judging: Competition):
    codes = await judging.list_codes(judging.judges[0])
    shown = (await browser.get("/en/judging/conflicts")).text
    assert all(code in shown for code in codes)
    typed = {f"answer-{code}": "no" for code in codes} | {f"answer-{codes[0]}": "yes", f"kind-{codes[0]}": "work"}

    answered = await post(browser, "/en/judging/conflicts", typed, page="/en/judging/conflicts")

    assert (answered.status_code, answered.headers["location"]) == (303, "/en/judging")
    assert await judging.list_codes(judging.judges[0]) == codes[1:]
    assert (await browser.get(f"/en/judging/{codes[1]}")).status_code == 200


@pytest.mark.parametrize("answer", ["", "yes", "unsure", "maybe"])
async def test_an_incomplete_answer_on_that_page_keeps_none(
    browser: httpx.AsyncClient, judging: Competition, answer: str
):
    codes = await judging.list_codes(judging.judges[0])
    typed = {f"answer-{codes[-1]}": answer} | ({f"answer-{codes[0]}": "no"} if answer else {})

    answered = await post(browser, "/en/judging/conflicts", typed, page="/en/judging/conflicts")

    assert answered.status_code == 422
    assert (await browser.get(f"/en/judging/{codes[0]}")).headers["location"].endswith("/conflict")
