"""A judge's private notes: the judge's own, kept once, and never another's."""

import httpx

from tests.competition import Competition
from tests.conftest import World, post
from tests.web.judge.asking import code_of_first, put


async def test_a_note_sent_twice_by_a_device_is_one_note_and_can_be_taken_back(
    browser: httpx.AsyncClient, judging: Competition
):
    code = await code_of_first(judging)
    note = {"id": "00000000-0000-4000-8000-00000000000a", "content": "The light", "second": 72}

    for content in ("The light", "The light at dawn"):
        assert (await put(browser, f"/en/judging/{code}/notes", note | {"content": content})).status_code == 200
    shown = (await browser.get(f"/en/judging/{code}")).text
    assert shown.count("The light") == 1
    assert "The light at dawn" in shown
    assert "01:12" in shown
    assert (await put(browser, f"/en/judging/{code}/notes", {"id": note["id"]})).status_code == 200
    assert "The light" not in (await browser.get(f"/en/judging/{code}")).text


async def test_a_note_s_id_from_another_judge_is_no_note_of_mine(
    browser: httpx.AsyncClient, bench: World, judging: Competition
):
    code = await code_of_first(judging)
    other = await bench.client("judge 1")
    theirs = (await judging.sheet(judging.judges[1])).entry.code_name
    note = {"id": "00000000-0000-4000-8000-00000000000b", "content": "Mine", "second": None}
    await put(browser, f"/en/judging/{code}/notes", note)

    answer = await put(other, f"/en/judging/{theirs}/notes", note | {"content": "Not mine"})

    assert answer.status_code == 404
    assert "Mine" in (await browser.get(f"/en/judging/{code}")).text


async def test_a_note_that_names_somebody_is_remarked_on_and_kept(browser: httpx.AsyncClient, judging: Competition):
    code = await code_of_first(judging)

    answer = await put(
        browser, f"/en/judging/{code}/comments", {"team": "The work of Ahmed Hassan, clearly", "revision": 0}
    )

    assert answer.json()["names"] == {"team": True, "committee": False}
    assert answer.json()["team"] == "The work of Ahmed Hassan, clearly"


async def test_a_private_note_is_the_judges_own(browser: httpx.AsyncClient, bench: World, judging: Competition):
    code = await code_of_first(judging)

    kept = await post(browser, f"/en/judging/{code}/notes", {"note": "The light at dawn"}, page=f"/en/judging/{code}")

    assert kept.status_code == 303
    assert "The light at dawn" in (await browser.get(f"/en/judging/{code}")).text
    for name in ("judge 1", "judge 2"):
        shown = await (await bench.client(name)).get(f"/en/judging/{code}")
        assert "The light at dawn" not in shown.text
