"""The demonstration on a cut-down edition: driven to publication, never doubled, gone on with after a stop."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from service.actors import Role
from service.audit_check import verify
from service.demo.data import load_edition
from service.demo.drive import Drive, Tell
from service.demo.edition import DemoEdition
from service.demo.folder import ForeignFolder, OtherPhase, claim_folder
from service.demo.making import Making
from service.demo.people import is_anybody_real
from service.demo.show import read_result
from service.demo.working import Clock
from service.settings import Settings
from service.usecases.publishing.bundle_format import check_bundle, write_bundle
from service.world import make_objects, make_worker
from storage.columns import to_json
from storage.reads.bundles import find_bundle
from storage.rows import get_row
from storage.tables.appeal import ChosenComment
from storage.tables.award import Award, Publication
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.job import Job
from storage.tables.message import Message
from storage.tables.person import Person
from storage.tables.scoresheet import ScoreSheet
from tests.cast import NOW
from tests.competition import add_person

pytestmark = pytest.mark.long

CATEGORIES = ("research", "campaign")
ENTRIES_A_CATEGORY = 3


class Stopped(Exception):
    """Somebody pulled the plug."""


def cut_down() -> DemoEdition:
    """Two of the categories without films, with three entries each and the judges who sit in them."""
    whole = load_edition()
    chosen = tuple(each for each in whole.categories if each.id in CATEGORIES)
    assert len(chosen) == len(CATEGORIES), [each.id for each in whole.categories]
    entries = tuple(
        entry
        for category in chosen
        for entry in [each for each in whole.entries if each.category == category.id][:ENTRIES_A_CATEGORY]
    )
    judges = tuple(
        replace(judge, categories=tuple(each for each in judge.categories if each in CATEGORIES))
        for judge in whole.judges
        if set(judge.categories) & set(CATEGORIES)
    )
    known = {each.id for each in entries}, {each.id for each in judges}
    conflicts = tuple(each for each in whole.conflicts if each.entry in known[0] and each.judge in known[1])
    works = tuple(each for each in whole.practice.works if each.category in CATEGORIES) or whole.practice.works[:1]
    return replace(
        whole, categories=chosen, entries=entries, judges=judges, conflicts=conflicts,
        practice=replace(whole.practice, works=works),
    )  # fmt: skip


@pytest.fixture(scope="session")
def small_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoEdition, Making]]:
    edition = cut_down()
    with Making(edition, tmp_path_factory.mktemp("made"), lambda _done, _total: None, workers=1) as making:
        yield edition, making


Start = Callable[..., Drive]


@pytest.fixture
async def start(
    database: str,
    settings: Settings,
    small_files: tuple[DemoEdition, Making],
) -> Start:
    """Gives a drive of the edition up to a moment; each is a new one, as after a new start of the program."""
    edition, files = small_files
    objects = make_objects(settings)
    await objects.prepare()

    def make(stop: datetime, tell: Tell = lambda _step, _done, _total: None) -> Drive:
        clock = Clock(stop)
        worker = make_worker(settings, objects, clock=clock)
        return Drive(edition=edition, stop=stop, objects=objects, worker=worker, clock=clock, files=files, tell=tell)

    return make


async def counts() -> dict[str, int]:
    tables = (Person, Entry, ScoreSheet, Award, Message, Job, Edition)
    return {table._meta.tablename: await table.count() for table in tables}


async def state_of(drive: Drive) -> str:
    return str((await get_row(Edition.select(Edition.state).where(Edition.id == drive.edition_id)))["state"])


def tamper(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The bundle with one thing changed, and where the change stands."""
    for what in ("mark", "weight", "seed", "row", "line"):
        changed = copy.deepcopy(told)
        in_round = changed["rounds"][0]
        inputs = in_round["inputs"]
        middle = inputs["marks"][len(inputs["marks"]) // 2]
        sheet = f"/inputs/marks/{inputs['entries'][middle[0]][1]}/{inputs['judges'][middle[1]]}"
        if what == "mark":
            middle[3] = middle[3] + 1 if middle[3] < inputs["steps"] else 1
            yield sheet, changed
        elif what == "weight":
            inputs["criteria"][-1][2] += 10
            yield f"/inputs/criteria/{inputs['criteria'][-1][0]}", changed
        elif what == "seed":
            in_round["seed"] = str(int(in_round["seed"]) + 1)
            yield "/seed", changed
        elif what == "row":
            inputs["marks"].remove(middle)
            yield sheet, changed
        else:
            line = next(iter(in_round["output"]["categories"].values()))[-1]
            line["score"] += 0.001
            yield f"/{line['code_name']}", changed


async def check_its_bundle(edition_id: UUID) -> None:
    """What was published is confirmed by the command, and one change anywhere is named, even where it was re-signed."""
    published = await get_row(Publication.select(Publication.bundle_hash).where(Publication.edition == edition_id))
    content = await find_bundle(edition_id, published["bundle_hash"])
    assert content is not None
    held = check_bundle(content.encode())
    assert held.difference is None
    assert held.sha256 == published["bundle_hash"]
    assert held.n_entries == 2 * ENTRIES_A_CATEGORY
    for where, changed in tamper(json.loads(content)):
        found = check_bundle(to_json(changed).encode()).difference
        assert found is not None
        assert where in found.where
        signed_anew = check_bundle(write_bundle(changed).encode()).difference
        assert signed_anew is not None
        assert signed_anew.code == "figure"


async def test_a_cut_down_edition_runs_to_its_publication_and_a_second_run_changes_nothing(
    start: Start, small_files: tuple[DemoEdition, object]
):
    edition, _ = small_files
    stop = edition.moment("publish").at
    drive = start(stop)

    await drive.run()

    assert await state_of(drive) == "published"
    assert drive.edition_id is not None
    shown = await read_result(drive.edition_id)
    assert shown.counts["entries"] == len(edition.entries) == 2 * ENTRIES_A_CATEGORY
    assert set(shown.ranking) == set(CATEGORIES)
    assert all(len(rows) == ENTRIES_A_CATEGORY for rows in shown.ranking.values())
    assert await ChosenComment.count() > 0
    assert (await verify()).broken is None
    await check_its_bundle(drive.edition_id)
    before, log = await counts(), (await verify()).rows

    again = start(stop)
    await again.run()

    assert await counts() == before
    assert (await verify()).rows == log
    assert again.edition_id == drive.edition_id


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # the whole run is made on both
async def test_a_demonstration_stopped_in_the_middle_goes_on_and_doubles_nothing(
    start: Start, small_files: tuple[DemoEdition, object]
):
    edition, _ = small_files
    stop = edition.moment("publish").at

    for where, after in (("enter", 2), ("seat", 1), ("judge", 5)):

        def pull(step: str, done: int, _total: int, where: str = where, after: int = after) -> None:
            if step == where and done >= after:
                raise Stopped

        with pytest.raises(Stopped):
            await start(stop, pull).run()
    drive = start(stop)
    await drive.run()

    assert await state_of(drive) == "published"
    assert await Entry.count() == len(edition.entries)
    sheets = await ScoreSheet.select(ScoreSheet.assignment)
    assert len({row["assignment"] for row in sheets}) == len(sheets)
    letters = await Message.select(Message.name)
    assert len({row["name"] for row in letters}) == len(letters)
    assert (await verify()).broken is None


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # the whole run is made on both
async def test_each_phase_stops_at_its_moment(start: Start, small_files: tuple[DemoEdition, object]):
    """One competition, shown at one moment after another: each run begins where the one before had to stop."""
    edition, _ = small_files
    for moment, state in (("deadline", "open"), ("judging", "judging"), ("moderation", "deciding")):
        found = edition.moment(moment)
        drive = start(found.at.replace(second=1) if moment != "deadline" else found.at.replace(hour=0))

        await drive.run()

        assert await state_of(drive) == state, moment
        assert await Award.count() == 0, moment


def test_a_folder_that_no_demonstration_made_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(ForeignFolder):
        claim_folder(tmp_path, phase="published", now=NOW)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


async def test_invented_people_never_come_among_real_ones(database: str):
    await add_person("Invented", Role.ENTRANT, None, email="amal@squ.example")
    assert not await is_anybody_real()

    await add_person("Real", Role.ENTRANT, None, email="amal@forum.om")

    assert await is_anybody_real()


def test_a_folder_keeps_its_phase_and_the_moment_at_which_it_is_shown(tmp_path: Path):
    folder = tmp_path / "demo"
    first = claim_folder(folder, phase="judging", now=NOW)

    again = claim_folder(folder, phase="judging", now=NOW.replace(year=2028))

    assert again == first
    assert json.loads((folder / "demonstration.json").read_text(encoding="utf-8"))["phase"] == "judging"
    with pytest.raises(OtherPhase) as caught:
        claim_folder(folder, phase="open", now=NOW)
    assert caught.value.found == "judging"
