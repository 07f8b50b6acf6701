"""A sheet that its last moment found unsealed: list, sheet, last look, offline sheet and write say the same of it."""

import re
from datetime import timedelta

from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.sheets import seal_sheet
from service.usecases.panel.follow_ups import plan_follow_ups
from service.usecases.panel.further_reviews import ask_follow_ups
from storage.reads.judge.sheets import get_my_sheet
from tests.competition import JUDGED, JUDGING, Competition
from tests.conftest import World, post

CARD = re.compile(r'<article class="card pad linkcard">.*?</article>', re.DOTALL)
LATER = JUDGED + timedelta(hours=2)


def tags_in(page: str) -> dict[str, str]:
    """The word beside each project of the list, by code name."""
    found = {}
    for card in CARD.findall(page):
        code, word = re.search(r"/judging/([A-Z]+-\d+)", card), re.search(r'class="tag[^"]*">(.*?)</span>', card)
        assert code
        assert word
        found[code[1]] = re.sub(r"<[^>]+>|\s+", " ", word[1]).strip()
    return found


async def test_it_stays_closed_while_the_same_judge_reviews_another_project(bench: World, judging: Competition):
    for judge in judging.judges:
        for at in range(len(await judging.list_codes(judge))):
            sheet = await judging.sheet(judge, at)
            await judging.mark(judge, sheet, [5, 6])
            if at:
                await seal_sheet(judge, sheet.id, now=JUDGING)
    await judging.end_judging()
    review = (await plan_follow_ups(judging.round_id, extra=5, places=1)).reviews[0]
    number, judge = next((at, each) for at, each in enumerate(judging.judges) if each.id == review.judge_id)
    missed = (await judging.read_sheet(judge)).entry.code_name
    await ask_follow_ups(
        judging.chair, judging.round_id, [(review.entry_id, judge.id)], due_at=LATER + timedelta(days=3),
        reason="Close", now=LATER,
    )  # fmt: skip
    bench.clock.set(LATER)
    browser = await bench.client(f"judge {number}")

    listed = (await browser.get("/en/judging")).text
    look = (await browser.get("/en/judging/review")).text
    offline = (await browser.get("/en/judging/offline-sheet")).text
    await post(browser, "/en/judging/review", {})
    alone = await post(browser, "/en/judging/review", {"code": missed})

    tags = tags_in(listed)
    assert (tags.pop(missed), tags.pop(review.code_name)) == ("Not sealed in time", "Awaiting your declaration")
    assert set(tags.values()) == {"Sealed"}
    assert "One sheet was not sealed" in listed
    assert re.search(rf"Continue\s*<[^>]*>{review.code_name}", listed)
    assert "The round closed on" in (await browser.get(f"/en/judging/{missed}")).text
    assert f'name="code" value="{missed}"' not in look
    assert missed not in offline
    assert alone.status_code == 409
    assert (await judging.read_sheet(judge)).state == "draft"

    asked = await get_my_sheet(judge.id, review.code_name)
    assert asked is not None
    await answer_conflict(judge, asked.id, answer=Answer.NO, now=LATER)
    offline = (await browser.get("/en/judging/offline-sheet")).text
    assert review.code_name in offline
    assert missed not in offline
    assert tags_in((await browser.get("/ar/judging")).text)[missed] == "لم تُختم في موعدها"
