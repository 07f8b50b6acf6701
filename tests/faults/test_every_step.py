"""The operations that change something, failed at their 1st, 2nd, … statement and commit until they pass untouched.

After each failure every row is as it was before; after the pass the doctor finds nothing. And what is sent twenty times
at once happens once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from service.actors import Role
from service.errors import Refused
from service.usecases.deciding.decisions import open_decision
from service.usecases.deciding.signing import approve_decision, sign_decision
from service.usecases.entering.entries import open_entry
from service.usecases.entering.submission import submit_entry, withdraw_entry
from service.usecases.files.accepting import inspect_upload
from service.usecases.files.uploads import complete_upload
from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.sheets import abstain, save_comments, save_mark, seal_sheet
from service.usecases.operating.doctor import examine
from service.usecases.setup.editions import extend_deadline
from service.usecases.setup.opening import close_round
from storage.engine import run_sql
from storage.lifecycle import UploadState
from storage.objects.store import ObjectStore
from storage.reads.decisions import list_categories
from tests.cast import NOW
from tests.competition import DEADLINE, JUDGED, JUDGING, Competition, add_person
from tests.conftest import World
from tests.entrants import add_rules, register, start, write_pdf
from tests.faults.failing import Act, Watch, fail_until_it_passes

Prepare = Callable[[Competition], Awaitable[Act]]


async def assert_well(competition: Competition) -> None:
    await assert_clean(competition.objects)


async def assert_clean(objects: ObjectStore) -> None:
    found = examine(objects, now=JUDGED + timedelta(days=1))
    ignored = {"work-late"}  # stages are reached without a worker: their letters wait
    assert {each.code: each.names async for each in found if each.is_broken and each.code not in ignored} == {}


async def _marked(competition: Competition, *, is_whole: bool = True):
    judge = competition.judges[0]
    sheet = await competition.sheet(judge)
    if is_whole:
        await competition.mark(judge, sheet, [5, 6])
    return judge, sheet


async def saving(competition: Competition) -> Act:
    judge, sheet = await _marked(competition, is_whole=False)
    return lambda: save_mark(judge, sheet.id, criterion_id=sheet.criteria[0].id, step=6, revision=0, now=JUDGING)


async def commenting(competition: Competition) -> Act:
    judge, sheet = await _marked(competition, is_whole=False)
    return lambda: save_comments(judge, sheet.id, team="Well made.", committee="", revision=0, now=JUDGING)


async def sealing(competition: Competition) -> Act:
    judge, sheet = await _marked(competition)
    return lambda: seal_sheet(judge, sheet.id, now=JUDGING)


async def answering(competition: Competition) -> Act:
    judge, sheet = await _marked(competition, is_whole=False)
    return lambda: answer_conflict(judge, sheet.id, answer=Answer.YES, kind="work", note="We worked.", now=JUDGING)


async def abstaining(competition: Competition) -> Act:
    judge, sheet = await _marked(competition, is_whole=False)
    return lambda: abstain(judge, sheet.id, reason="The film does not play", now=JUDGING)


async def ending_the_round(competition: Competition) -> Act:
    await competition.judge_all()
    return lambda: close_round(competition.chair, competition.round_id, now=JUDGED)


async def _started(competition: Competition) -> str:
    entrant = await add_person("Farah", Role.ENTRANT, None)
    return await competition.start(type(entrant)(Role.ENTRANT, entrant.person_id, competition.edition_id, "Farah"))


async def submitting(competition: Competition) -> Act:
    number = await _started(competition)
    entrant = competition.entrants[number]
    own, _ = await open_entry(entrant, number)
    return lambda: submit_entry(entrant, number, revision=own.revision, is_declared=True, now=NOW)


async def withdrawing(competition: Competition) -> Act:
    number = await _started(competition)
    await competition.submit(number)
    return lambda: withdraw_entry(competition.entrants[number], number, now=NOW)


async def closing(competition: Competition) -> Act:
    await competition.enter("Farah")
    return competition.close


async def extending(competition: Competition) -> Act:
    await competition.enter("Farah")
    to = DEADLINE + timedelta(days=1)
    return lambda: extend_deadline(competition.chair, competition.edition_id, to=to, reason="A storm", now=NOW)


async def ranking(competition: Competition) -> Act:
    return competition.rank


async def deciding(competition: Competition) -> Act:
    category = (await list_categories(competition.edition_id))[0]
    now = JUDGED + timedelta(days=1)
    return lambda: open_decision(competition.chair, competition.round_id, category["id"], now=now)


async def signing(competition: Competition) -> Act:
    decision_id = await competition.place((await list_categories(competition.edition_id))[0])
    return lambda: sign_decision(competition.chair, decision_id, now=JUDGED + timedelta(days=1))


async def approving(competition: Competition) -> Act:
    decision_id = await competition.place((await list_categories(competition.edition_id))[0])
    now = JUDGED + timedelta(days=1)
    for actor in (competition.chair, competition.actors[Role.MEMBER]):
        await sign_decision(actor, decision_id, now=now)
    return lambda: approve_decision(competition.chair, decision_id, now=now)


async def notifying(competition: Competition) -> Act:
    await competition.decide()
    return competition.notify


async def publishing(competition: Competition) -> Act:
    await competition.schedule()
    return competition.publish


@pytest.mark.sampled
@pytest.mark.parametrize("prepare", [saving, sealing, answering])
async def test_a_judge_s_act_is_whole_or_not_there_wherever_it_fails(judging: Competition, prepare: Prepare):
    assert await fail_until_it_passes(await prepare(judging)) > 3
    await assert_well(judging)


@pytest.mark.sampled
async def test_a_submission_is_whole_or_not_there_wherever_it_fails(opened: Competition):
    assert await fail_until_it_passes(await submitting(opened)) > 3
    await assert_well(opened)


@pytest.mark.parametrize("engine_name", ["sqlite"])  # where a failure ends a transaction is the same code
@pytest.mark.parametrize("prepare", [commenting, abstaining, ending_the_round])
async def test_so_is_every_other_act_of_judging(judging: Competition, prepare: Prepare):
    assert await fail_until_it_passes(await prepare(judging)) > 3
    await assert_well(judging)


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("prepare", [withdrawing, closing, extending])
async def test_so_is_every_other_act_on_entries(opened: Competition, prepare: Prepare):
    assert await fail_until_it_passes(await prepare(opened)) > 3
    await assert_well(opened)


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("prepare", [deciding, signing, approving, notifying])
async def test_so_is_every_act_of_deciding(ranked: Competition, prepare: Prepare):
    assert await fail_until_it_passes(await prepare(ranked)) > 3
    await assert_well(ranked)


@pytest.mark.soak
@pytest.mark.parametrize("engine_name", ["sqlite"])
async def test_so_is_a_ranking(ranked: Competition):
    assert await fail_until_it_passes(await ranking(ranked)) > 3
    await assert_well(ranked)


@pytest.mark.soak
@pytest.mark.parametrize("engine_name", ["sqlite"])
async def test_so_is_a_file_from_its_registration_to_its_inspection(world: World, tmp_path: Path):
    farah, objects = world.actors["farah"], world.app.state.objects
    number = await start(farah, await add_rules(world.edition_id))
    file = write_pdf(tmp_path / "dossier.pdf")

    assert await fail_until_it_passes(lambda: register(farah, number, "dossier", file, objects)) > 3
    upload = await register(farah, number, "dossier", file, objects)  # sent once more, it is the upload that began
    await objects.receive_part(upload.store_upload, 1, length=upload.size, chunks=once(file.read_bytes()))
    complete = partial(complete_upload, farah, number, upload.id, objects=objects, now=NOW)
    inspect = partial(inspect_upload, upload.id, objects=objects, now=NOW)
    for act in (complete, inspect):
        assert await fail_until_it_passes(act, check=lambda: assert_clean(objects)) > 3

    [row] = await run_sql("SELECT state FROM upload")
    assert row["state"] == UploadState.READY
    events = await run_sql("SELECT event FROM audit_event WHERE event LIKE 'file-%' ORDER BY sequence")
    assert [row["event"] for row in events] == ["file-committed", "file-received", "file-inspected"]
    await assert_clean(objects)


async def once(data: bytes) -> AsyncIterator[bytes]:
    yield data


@pytest.mark.soak
@pytest.mark.parametrize("engine_name", ["sqlite"])
async def test_so_is_publication(notified: Competition):
    assert await fail_until_it_passes(await publishing(notified)) > 3
    await assert_well(notified)


@pytest.mark.sampled
@pytest.mark.parametrize("prepare", [saving, sealing])
async def test_what_a_judge_sends_twenty_times_at_once_happens_once(judging: Competition, prepare: Prepare):
    act = await prepare(judging)
    [before] = await run_sql("SELECT COUNT(*) AS n FROM audit_event")

    answers = await asyncio.gather(*(act() for _ in range(20)), return_exceptions=True)

    [after] = await run_sql("SELECT COUNT(*) AS n FROM audit_event")
    assert after["n"] == before["n"] + 1
    assert all(
        answer is None or not isinstance(answer, BaseException) or isinstance(answer, Refused) for answer in answers
    )
    await assert_well(judging)


@pytest.mark.sampled
async def test_two_members_who_publish_at_once_publish_once_and_one_letter_goes_to_each(notified: Competition):
    act = await publishing(notified)

    answers = await asyncio.gather(*(act() for _ in range(8)), return_exceptions=True)

    assert all(not isinstance(answer, BaseException) or isinstance(answer, Refused) for answer in answers)
    assert await run_sql("SELECT COUNT(*) AS n FROM audit_event WHERE event = 'results-published'") == [{"n": 1}]
    assert await run_sql("SELECT name FROM message GROUP BY name HAVING COUNT(*) > 1") == []
    await assert_well(notified)


async def test_what_watches_for_changes_sees_one(judging: Competition):
    async with Watch() as watch:
        assert await watch.find_change() == {}
        await run_sql("UPDATE edition SET name_en = {}", "Another")
        assert list(await watch.find_change()) == ["edition"]
