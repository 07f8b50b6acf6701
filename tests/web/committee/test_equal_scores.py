"""Equal scores where the committee meets them: on the ranking, side by side, and where places are written."""

import re

from storage.engine import run_sql
from tests.conftest import post
from tests.web.committee.conftest import House


async def test_projects_that_no_criterion_tells_apart_are_said_to_be_equal_wherever_they_are_placed(ranked_now: House):
    await run_sql("UPDATE mark SET step = 5")
    await ranked_now.competition.rank()
    chair = await ranked_now.client("chair")
    decision = "/en/committee/decision/documentary"
    assert (await post(chair, f"{decision}/open", page=decision)).status_code == 303
    rows = await run_sql("SELECT code_name FROM entry WHERE code_name LIKE 'DOC-%' ORDER BY code_name")
    codes = [row["code_name"] for row in rows]

    ranking = _plain((await chair.get("/en/committee/ranking/documentary")).text)
    beside = _plain((await chair.get(f"/en/committee/ranking/documentary/compare?a={codes[0]}&b={codes[1]}")).text)
    placing = _plain((await chair.get(decision)).text)

    both = ", ".join(codes)
    assert f"{both}: equal at rank 1" in ranking
    assert ranking.count(f"{both}: still equal by") == 1
    assert "neither stands before the other" in beside
    assert "50%" not in beside
    assert placing.count(f"Equal scores here: {both}") == 2
    assert "write down why" in placing


async def test_nothing_is_said_of_equal_scores_where_there_are_none(ranked_now: House):
    chair = await ranked_now.client("chair")
    decision = "/en/committee/decision/documentary"
    await post(chair, f"{decision}/open", page=decision)

    assert "Equal scores" not in (await chair.get(decision)).text
    assert "Equal scores" not in (await chair.get("/en/committee/ranking/documentary")).text
    assert "neither stands" not in (await chair.get("/en/committee/ranking/documentary/compare")).text


def _plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text)
