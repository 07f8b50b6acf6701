"""The last look before sealing, and the private summary after it."""

from uuid import UUID, uuid4

import httpx
import pytest

from service.settings import Settings
from service.usecases.judging.sheets import save_comments, save_mark
from storage.reads.decisions import find_last_run
from storage.reads.judge.summary import get_my_summary
from storage.tables.assignment import Assignment
from storage.tables.entry import Entry
from storage.tables.scoresheet import ScoreSheet
from tests.competition import JUDGING, PUBLISH, Competition
from tests.conftest import SetClock, World, post
from tests.program import get_program


async def test_the_last_look_shows_own_marks_what_is_missing_and_seals_what_is_complete(
    browser: httpx.AsyncClient, judging: Competition
):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    await judging.mark(judge, sheet, [4] * len(sheet.criteria))
    other = await judging.sheet(judge, 1)
    await save_mark(judge, other.id, criterion_id=other.criteria[0].id, step=3, revision=0, now=JUDGING)

    shown = (await browser.get("/en/judging/review")).text

    assert f'name="code" value="{sheet.entry.code_name}"' in shown
    assert f'name="code" value="{other.entry.code_name}"' not in shown
    assert "Go on marking" in shown
    sealed = await post(browser, "/en/judging/review", {}, page="/en/judging/review")
    assert sealed.headers["location"] == "/en/judging/review?sealed=1"
    assert await ScoreSheet.count().where(ScoreSheet.state == "sealed") == 1


async def test_a_level_that_asks_for_a_sentence_cannot_be_sealed_without_one(
    browser: httpx.AsyncClient, judging: Competition
):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    revision = 0
    for each in sheet.criteria:
        saved = await save_mark(judge, sheet.id, criterion_id=each.id, step=8, revision=revision, now=JUDGING)
        revision = saved.revision
    shown = (await browser.get("/en/judging/review")).text
    assert "Add the sentence" in shown
    assert f'name="code" value="{sheet.entry.code_name}"' not in shown

    await save_comments(judge, sheet.id, team="Outstanding throughout.", revision=revision, now=JUDGING)

    shown = (await browser.get("/en/judging/review")).text
    assert "Add the sentence" not in shown
    assert f'name="code" value="{sheet.entry.code_name}"' in shown


async def test_a_note_that_names_somebody_is_remarked_on_before_the_seal(
    browser: httpx.AsyncClient, judging: Competition
):
    judge = judging.judges[0]
    sheet = await judging.sheet(judge)
    revision = await judging.mark(judge, sheet, [4] * len(sheet.criteria))
    assert "seem to name" not in (await browser.get("/en/judging/review")).text

    await save_comments(judge, sheet.id, team="By Dr Whitfield, surely", revision=revision, now=JUDGING)

    assert "seem to name" in (await browser.get("/en/judging/review")).text


@pytest.mark.parametrize("lang", ["ar", "en"])
async def test_the_summary_shows_own_use_of_the_scale_and_no_one_else_s_marks_while_the_round_is_open(
    browser: httpx.AsyncClient, judging: Competition, lang: str
):
    judge = judging.judges[0]
    empty = (await browser.get(f"/{lang}/judging/summary")).text
    assert 'class="severity' not in empty
    sheet = await judging.sheet(judge)
    await judging.mark(judge, sheet, [4, 6])
    await post(browser, "/en/judging/review", {}, page="/en/judging/review")

    shown = await browser.get(f"/{lang}/judging/summary")

    assert shown.status_code == 200
    assert 'class="severity' not in shown.text
    assert 'class="barcell"' in shown.text


async def test_after_the_ranking_a_judge_reads_the_own_line_of_the_run_and_no_other(ranked: Competition):
    run = await find_last_run(ranked.round_id)
    assert run is not None
    lines = {each["judge"]: each for each in run.output["judges"]}

    for judge in ranked.judges:
        summary = await get_my_summary(judge.id)
        assert summary.figures is not None
        assert summary.figures.severity == lines[str(judge.id)]["severity"]
        assert summary.figures.n_reviews == lines[str(judge.id)]["reviews"] == summary.n_sealed
        assert sum(summary.counts) == 2 * summary.n_sealed


async def set_one_more_aside(judge_id: UUID) -> None:
    """Give a judge one project more, whose sheet was set aside: from three sheets on a judge's line is shown."""
    mine = await Assignment.select().where(Assignment.judge == judge_id)
    entry = await Entry.select(Entry.id).where(Entry.id.not_in([each["entry"] for each in mine])).first()
    sheet = await ScoreSheet.select().where(ScoreSheet.assignment == mine[0]["id"]).first()
    assert entry is not None
    assert sheet is not None
    added = Assignment(**mine[0] | {"id": uuid4(), "entry": entry["id"], "position": 99})
    await Assignment.insert(added)
    await ScoreSheet.insert(ScoreSheet(**sheet | {"id": uuid4(), "assignment": added.id, "state": "set-aside"}))


async def test_the_summary_of_a_small_run_is_silent_on_what_the_run_did_not_estimate_for_each_judge(
    ranked: Competition, settings: Settings
):
    judge = ranked.judges[0]
    run = await find_last_run(ranked.round_id)
    assert run is not None
    line = next(each for each in run.output["judges"] if each["judge"] == str(judge.id))
    await set_one_more_aside(judge.id)
    world = World(
        await get_program(settings, SetClock(PUBLISH)), settings, SetClock(PUBLISH), ranked.edition_id,
        {"judge": judge.actor},
    )  # fmt: skip
    async with world.exit:
        shown = await (await world.client("judge")).get("/en/judging/summary")

    assert line["scale"] is line["noise_low"] is None
    assert shown.status_code == 200
    assert 'class="severity' in shown.text
    assert "Use of the scale (1 is as the others)" not in shown.text
    assert "Usual distance" not in shown.text
