"""The deadline to the millisecond: what was registered before it may arrive until the grace ends, and nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.actors import Role
from service.errors import DeadlinePassed
from service.permissions import Action
from service.usecases.entering.deadline import GraceOver, check_grace, check_on_time
from service.usecases.entering.entries import open_entry
from service.usecases.entering.submission import submit_entry
from service.usecases.files.accepting import inspect_upload
from service.usecases.files.registering import NotSameFile
from service.usecases.files.uploads import complete_upload, sign_parts
from service.usecases.setup.editions import extend_deadline
from storage.lifecycle import EditionState, EntryState
from storage.reads.entrant.edition import EntryRules
from tests.conftest import World
from tests.entrants import DEADLINE, add_rules, fill_in, letters, register, send, start, write_film, write_pdf

MS = timedelta(milliseconds=1)
RULES = EntryRules(
    id=None, slug="", state=EditionState.OPEN, name_ar="", name_en="", contact_email="", max_members=1,
    max_entries_per_student=1, abstract_min_words=0, abstract_max_words=0, grace_minutes=120, deadline_at=DEADLINE,
    eligibility_until=None, judging_at=None, publish_at=None, limits_notice_ar=None, limits_notice_en=None,
)  # type: ignore[arg-type]  # fmt: skip
GRACE_END = DEADLINE + timedelta(minutes=RULES.grace_minutes)


def is_on_time(now: datetime, rules: EntryRules = RULES) -> bool:
    try:
        check_on_time(rules, state=EntryState.DRAFT, due_at=None, now=now, action=Action.SEND_FILE)
    except DeadlinePassed:
        return False
    return True


def may_arrive(now: datetime, committed_at: datetime, rules: EntryRules = RULES) -> bool:
    try:
        check_grace(rules, state=EntryState.DRAFT, due_at=None, now=now, committed_at=committed_at)
    except GraceOver:
        return False
    return True


@pytest.mark.parametrize(("offset", "is_in"), [(-MS, True), (timedelta(0), False), (MS, False)])
def test_on_time_is_before_the_deadline(offset: timedelta, is_in: bool):  # noqa: FBT001
    assert is_on_time(DEADLINE + offset) is is_in


@pytest.mark.parametrize(("offset", "is_in"), [(-MS, True), (timedelta(0), False), (MS, False)])
def test_registered_bytes_arrive_until_the_grace_ends_and_not_at_its_end(offset: timedelta, is_in: bool):  # noqa: FBT001
    assert may_arrive(GRACE_END + offset, committed_at=DEADLINE - MS) is is_in
    assert not may_arrive(DEADLINE + MS, committed_at=DEADLINE + offset) or offset < timedelta(0)


moments = st.integers(-5_000_000, 5_000_000).map(lambda at: DEADLINE + timedelta(milliseconds=at))


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(committed=moments, arrives=moments, moved=st.integers(-3_600_000, 3_600_000))
def test_whatever_the_order_only_what_was_registered_in_time_and_arrives_in_the_grace_counts(committed, arrives, moved):
    """The deadline may be moved while files are under way: the one that stands when bytes come is asked."""
    rules = replace(RULES, deadline_at=DEADLINE + timedelta(milliseconds=moved))
    assert rules.deadline_at is not None
    closing, end = rules.deadline_at, rules.deadline_at + timedelta(minutes=rules.grace_minutes)

    expected = arrives < closing or (committed < closing and arrives < end)

    assert may_arrive(arrives, committed, rules) is expected
    assert is_on_time(arrives, rules) is (arrives < closing)


@pytest.fixture
async def number(world: World) -> str:
    rules = await add_rules(world.edition_id)
    number = await start(world.actors["farah"], rules)
    await fill_in(world.actors["farah"], number, rules)
    return number


async def test_a_file_is_registered_a_millisecond_before_the_deadline_and_not_at_it(
    world: World, number: str, tmp_path: Path
):
    farah, objects = world.actors["farah"], world.app.state.objects
    film, other = write_film(tmp_path / "film.mp4"), write_pdf(tmp_path / "other.pdf")

    upload = await register(farah, number, "film", film, objects, now=DEADLINE - MS)

    for now in (DEADLINE, DEADLINE + MS):
        with pytest.raises(DeadlinePassed):
            await register(farah, number, "dossier", other, objects, now=now)
        assert (await register(farah, number, "film", film, objects, now=now)).id == upload.id
    with pytest.raises(NotSameFile):
        await register(farah, number, "film", write_film(tmp_path / "b.mp4", seconds=3), objects, now=DEADLINE)
    await sign_parts(farah, number, upload.id, [1], objects=objects, now=GRACE_END - MS)
    with pytest.raises(GraceOver):
        await sign_parts(farah, number, upload.id, [1], objects=objects, now=GRACE_END)
    with pytest.raises(GraceOver):
        await complete_upload(farah, number, upload.id, objects=objects, now=GRACE_END + MS)


async def test_an_entry_is_submitted_a_millisecond_before_the_deadline_and_not_at_it(
    world: World, number: str, tmp_path: Path
):
    farah, objects = world.actors["farah"], world.app.state.objects
    for material, path in (("film", write_film(tmp_path / "f.mp4")), ("dossier", write_pdf(tmp_path / "d.pdf"))):
        await inspect_upload(await send(farah, number, material, path, objects), objects=objects, now=DEADLINE - MS)
    revision = (await open_entry(farah, number))[0].revision

    for now in (DEADLINE, DEADLINE + MS):
        with pytest.raises(DeadlinePassed):
            await submit_entry(farah, number, revision=revision, is_declared=True, now=now)
    version = await submit_entry(farah, number, revision=revision, is_declared=True, now=DEADLINE - MS)

    assert version.submitted_at == DEADLINE - MS
    assert len(await letters("receipt")) == 1


async def test_a_deadline_moved_later_lets_files_under_way_come_in(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], world.app.state.objects
    upload = await register(farah, number, "film", write_film(tmp_path / "f.mp4"), objects, now=DEADLINE - MS)
    with pytest.raises(GraceOver):
        await sign_parts(farah, number, upload.id, [1], objects=objects, now=GRACE_END)
    chair = replace(world.actors["jamal"], role=Role.CHAIR)

    await extend_deadline(
        chair, world.edition_id, to=DEADLINE + timedelta(days=1), reason="The line was down.", now=DEADLINE - MS
    )

    assert await sign_parts(farah, number, upload.id, [1], objects=objects, now=GRACE_END)
    assert await register(
        farah, number, "dossier", write_pdf(tmp_path / "d.pdf"), objects, now=DEADLINE + timedelta(hours=23)
    )
