"""A lighter copy of a film stands beside the judges' copy only if it is the same work, rebuilt like any file."""

from pathlib import Path

import pytest

from service.errors import NotFound
from service.usecases.entering.entries import open_entry
from service.usecases.entering.submission import submit_entry
from service.usecases.files.accepting import inspect_upload
from service.usecases.files.playback import NotThatWork, attach_playback
from storage.rows import get_row
from storage.tables.file import File
from tests.cast import NOW
from tests.conftest import World
from tests.entrants import add_rules, fill_in, send, start, write_film, write_pdf


@pytest.fixture
async def number(world: World, tmp_path: Path) -> str:
    farah, objects = world.actors["farah"], world.app.state.objects
    rules = await add_rules(world.edition_id)
    number = await start(farah, rules)
    await fill_in(farah, number, rules)
    for material, path in (("film", write_film(tmp_path / "f.mp4")), ("dossier", write_pdf(tmp_path / "d.pdf"))):
        await inspect_upload(await send(farah, number, material, path, objects), objects=objects, now=NOW)
    revision = (await open_entry(farah, number))[0].revision
    await submit_entry(farah, number, revision=revision, is_declared=True, now=NOW)
    return number


async def light() -> tuple[str | None, int | None]:
    row = await get_row(File.select(File.light_key, File.light_size).where(File.material.slug == "film"))
    return row["light_key"], row["light_size"]


async def test_a_copy_of_the_same_length_is_attached_and_replaced(world: World, number: str, tmp_path: Path):
    objects = world.app.state.objects
    small = write_film(tmp_path / "small.mp4", size=32)

    report = await attach_playback(number, "film", small, objects=objects, now=NOW)
    first = await light()
    await attach_playback(number, "film", small, objects=objects, now=NOW)
    second = await light()

    assert report.clean is not None
    assert first[1] == report.clean.size
    assert await objects.stat(str(first[0])) is None
    held = await objects.stat(str(second[0]))
    assert held is not None
    assert held.size == second[1]


async def test_another_work_is_no_copy_and_a_document_has_none(world: World, number: str, tmp_path: Path):
    objects = world.app.state.objects
    with pytest.raises(NotThatWork):
        await attach_playback(number, "film", write_film(tmp_path / "o.mp4", seconds=6), objects=objects, now=NOW)
    with pytest.raises(NotThatWork):
        await attach_playback(number, "film", write_pdf(tmp_path / "o.pdf"), objects=objects, now=NOW)
    with pytest.raises(NotFound):
        await attach_playback(number, "dossier", write_film(tmp_path / "p.mp4"), objects=objects, now=NOW)

    assert await light() == (None, None)
