"""Submitting, versions, receipts, the grace after the deadline, withdrawing."""

from datetime import timedelta
from pathlib import Path

import pytest

from service.actors import VISITOR
from service.errors import DeadlinePassed, Invalid, NotFound, StaleRevision
from service.usecases.entering.deadline import close_grace
from service.usecases.entering.entries import open_entry, save_details
from service.usecases.entering.starting import EntryLimit
from service.usecases.entering.submission import EntryIncomplete, submit_entry, withdraw_entry
from service.usecases.entering.team import confirm_membership, invite_member, remove_member
from service.usecases.files.accepting import inspect_upload
from service.usecases.files.uploads import complete_upload
from service.usecases.people.tokens import LinkUsed
from storage.lifecycle import EntryState
from storage.reads.entrant.versions import VersionView
from tests.cast import NOW
from tests.conftest import World
from tests.entrants import (
    DEADLINE,
    Rules,
    add_rules,
    details,
    fill_in,
    jobs,
    last_link,
    letters,
    register,
    send,
    start,
    write_film,
    write_pdf,
)

GRACE_END = DEADLINE + timedelta(minutes=120)


@pytest.fixture
async def rules(world: World) -> Rules:
    return await add_rules(world.edition_id)


@pytest.fixture
async def number(world: World, rules: Rules) -> str:
    number = await start(world.actors["farah"], rules)
    await fill_in(world.actors["farah"], number, rules)
    return number


async def submit(world: World, number: str, *, now=NOW, revision: int | None = None) -> VersionView:
    own = (await open_entry(world.actors["farah"], number))[0]
    return await submit_entry(
        world.actors["farah"], number, revision=revision or own.revision, is_declared=True, now=now
    )


async def send_ready(world: World, number: str, material: str, path: Path, *, now=NOW) -> None:
    objects = world.app.state.objects
    await inspect_upload(
        await send(world.actors["farah"], number, material, path, objects, now=now), objects=objects, now=now
    )


async def send_both(world: World, number: str, tmp_path: Path) -> None:
    await send_ready(world, number, "film", write_film(tmp_path / "film.mp4"))
    await send_ready(world, number, "dossier", write_pdf(tmp_path / "dossier.pdf"))


async def test_an_entry_with_a_task_left_is_not_submitted(world: World, number: str):
    with pytest.raises(EntryIncomplete) as refused:
        await submit(world, number)

    assert refused.value.facts["n"] == 2


async def test_submitting_writes_a_version_and_sends_the_receipt(world: World, number: str, tmp_path: Path):
    await send_both(world, number, tmp_path)

    version = await submit(world, number)

    own, view = await open_entry(world.actors["farah"], number)
    (receipt,) = await letters("receipt")
    assert own.state is EntryState.SUBMITTED
    assert view.current == version
    assert version.complete_at == version.submitted_at == NOW
    assert receipt["email"] == "farah@tahkim.example"
    assert receipt["number"] == number
    assert receipt["digest"] == version.digest
    assert {file["name"] for file in receipt["files"]} == {"film.mp4", "dossier.pdf"}  # type: ignore[attr-defined]
    assert all(len(file["sha256"]) == 64 for file in receipt["files"])  # type: ignore[attr-defined]
    assert len(str(receipt["head"])) == 64


async def test_a_second_press_of_the_button_makes_no_second_version(world: World, number: str, tmp_path: Path):
    await send_both(world, number, tmp_path)

    first = await submit(world, number)
    second = await submit(world, number)

    assert second == first
    assert len(await letters("receipt")) == 1


async def test_submitting_needs_the_declaration_and_the_newest_revision(world: World, number: str, tmp_path: Path):
    await send_both(world, number, tmp_path)
    own = (await open_entry(world.actors["farah"], number))[0]

    with pytest.raises(Invalid):
        await submit_entry(world.actors["farah"], number, revision=own.revision, is_declared=False, now=NOW)
    with pytest.raises(StaleRevision):
        await submit(world, number, revision=own.revision - 1)


async def test_editing_after_submission_leaves_the_version_as_it_was(
    world: World, number: str, rules: Rules, tmp_path: Path
):
    await send_both(world, number, tmp_path)
    version = await submit(world, number)
    own = (await open_entry(world.actors["farah"], number))[0]

    later = NOW + timedelta(hours=1)
    await save_details(
        world.actors["farah"], number, details(rules, title_en="Another"), revision=own.revision, now=later
    )

    own, view = await open_entry(world.actors["farah"], number)
    assert own.state is EntryState.SUBMITTED
    assert view.has_unsubmitted_changes
    assert view.current == version
    assert (await submit(world, number, now=later)).ordinal == 2


async def test_an_entry_is_submitted_while_a_file_still_arrives_and_the_second_receipt_follows(
    world: World, number: str, tmp_path: Path
):
    farah, objects = world.actors["farah"], world.app.state.objects
    film = write_film(tmp_path / "film.mp4")
    await send_ready(world, number, "dossier", write_pdf(tmp_path / "dossier.pdf"))
    upload = await register(farah, number, "film", film, objects, now=DEADLINE - timedelta(minutes=2))

    version = await submit(world, number, now=DEADLINE - timedelta(minutes=1))
    assert version.complete_at is None
    assert (await letters("receipt"))[0]["n_arriving"] == 1
    assert [job["due_at"] for job in await jobs("close-grace")] == [GRACE_END]

    late = DEADLINE + timedelta(minutes=30)

    async def bytes_of_film():
        yield film.read_bytes()

    await objects.receive_part(upload.store_upload, 1, length=upload.size, chunks=bytes_of_film())
    await complete_upload(farah, number, upload.id, objects=objects, now=late)
    await inspect_upload(upload.id, objects=objects, now=late)

    view = (await open_entry(farah, number))[1]
    (second,) = await letters("receipt-complete")
    assert view.current is not None
    assert view.current.complete_at == late
    assert all(len(file["sha256"]) == 64 for file in second["files"])  # type: ignore[attr-defined]


async def test_at_the_end_of_the_grace_the_last_complete_version_stands(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], world.app.state.objects
    await send_both(world, number, tmp_path)
    first = await submit(world, number)
    await register(
        farah, number, "film", write_film(tmp_path / "new.mp4", seconds=1), objects, now=DEADLINE - timedelta(minutes=2)
    )
    await submit(world, number, now=DEADLINE - timedelta(minutes=1))

    assert await close_grace(world.edition_id, now=GRACE_END - timedelta(milliseconds=1)) == 0
    assert await close_grace(world.edition_id, now=GRACE_END) == 1

    current = (await open_entry(farah, number))[1].current
    assert current is not None
    assert current.complete_at is not None
    assert {file.id for file in current.files} == {file.id for file in first.files}
    assert len(await letters("grace-last-complete")) == 1
    assert await close_grace(world.edition_id, now=GRACE_END) == 0


async def test_without_a_complete_version_the_entry_is_incomplete_and_the_registrar_is_told(
    world: World, number: str, tmp_path: Path
):
    farah, objects = world.actors["farah"], world.app.state.objects
    await send_ready(world, number, "dossier", write_pdf(tmp_path / "dossier.pdf"))
    await register(farah, number, "film", write_film(tmp_path / "film.mp4"), objects)
    await submit(world, number)

    await close_grace(world.edition_id, now=GRACE_END)
    await close_grace(world.edition_id, now=GRACE_END)

    assert [letter["email"] for letter in await letters("grace-incomplete")] == ["farah@tahkim.example"]
    assert [letter["email"] for letter in await letters("grace-registrar")] == ["khadija@tahkim.example"]


async def test_a_new_film_that_never_arrives_does_not_cost_the_accepted_one(world: World, number: str, tmp_path: Path):
    farah, objects = world.actors["farah"], world.app.state.objects
    await send_both(world, number, tmp_path)
    await register(farah, number, "film", write_film(tmp_path / "new.mp4", seconds=1), objects)

    version = await submit(world, number)
    await close_grace(world.edition_id, now=GRACE_END)

    current = (await open_entry(farah, number))[1].current
    assert version.ordinal == 2
    assert current is not None
    assert current.ordinal == 1
    assert current.complete_at is not None


@pytest.mark.parametrize(("offset", "is_taken"), [(-1, True), (0, False), (1, False)])
async def test_submitting_closes_exactly_at_the_deadline(
    world: World, number: str, tmp_path: Path, offset: int, *, is_taken: bool
):
    await send_both(world, number, tmp_path)
    now = DEADLINE + timedelta(milliseconds=offset)

    if is_taken:
        assert (await submit(world, number, now=now)).submitted_at == now
    else:
        with pytest.raises(DeadlinePassed):
            await submit(world, number, now=now)


async def test_a_member_confirms_by_a_link_that_works_once(world: World, number: str, tmp_path: Path):
    farah = world.actors["farah"]
    await send_both(world, number, tmp_path)
    await invite_member(farah, number, name_ar="غيث المعولي", name_en="Ghaith", email="Ghaith@tahkim.example ", now=NOW)
    with pytest.raises(EntryIncomplete):
        await submit(world, number)
    secret = await last_link("member")

    assert await confirm_membership(VISITOR, secret, language="ar", now=NOW) == number
    with pytest.raises(LinkUsed):
        await confirm_membership(VISITOR, secret, language="ar", now=NOW)

    assert (await open_entry(world.actors["ghaith"], number))[1].number == number
    assert (await submit(world, number)).ordinal == 1
    with pytest.raises(NotFound):
        await withdraw_entry(world.actors["ghaith"], number, now=NOW)


async def test_a_member_who_was_removed_cannot_use_the_link_nor_anyone_join_a_third_project(
    world: World, number: str, rules: Rules
):
    farah, ghaith = world.actors["farah"], world.actors["ghaith"]
    member = await invite_member(farah, number, name_ar="غيث", name_en="Ghaith", email="ghaith@tahkim.example", now=NOW)
    removed = await last_link("member")
    await remove_member(farah, number, member, now=NOW)
    with pytest.raises(LinkUsed):
        await confirm_membership(VISITOR, removed, language="ar", now=NOW)

    await start(ghaith, rules)
    await start(ghaith, rules)
    later = NOW + timedelta(minutes=1)
    await invite_member(farah, number, name_ar="غيث", name_en="Ghaith", email="ghaith@tahkim.example", now=later)
    with pytest.raises(EntryLimit):
        await confirm_membership(VISITOR, await last_link("member"), language="ar", now=later)


async def test_a_withdrawn_project_frees_its_place(world: World, number: str, rules: Rules):
    farah = world.actors["farah"]
    await start(farah, rules)

    await withdraw_entry(farah, number, now=NOW)

    assert (await open_entry(farah, number))[0].state is EntryState.WITHDRAWN
    assert await start(farah, rules)
