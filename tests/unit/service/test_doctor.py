"""Each promise is broken once by hand, in the database or the store, and the doctor names that one."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from service.text import Words
from service.usecases.operating.doctor import CODES, examine
from storage.engine import run_sql
from storage.objects.store import make_key
from storage.tables.edition import Material
from storage.tables.file import File
from storage.tables.job import Job
from tests.competition import JUDGED, Competition


async def broken_in(competition: Competition, *, is_thorough: bool = False) -> dict[str, tuple[str, ...]]:
    found = examine(competition.objects, now=JUDGED + timedelta(days=1), is_thorough=is_thorough)
    ignored = {"work-late"}  # stages are reached without a worker: their letters wait
    return {each.code: each.names async for each in found if each.is_broken and each.code not in ignored}


async def add_material() -> UUID:
    (category,) = await run_sql("SELECT id FROM category ORDER BY slug LIMIT 1")
    words = dict.fromkeys(("name_ar", "name_en", "rule_ar", "rule_en"), "x")
    material = Material(
        category=category["id"], slug=uuid4().hex, position=1, formats="[]", audience="judges", is_required=False,
        max_files=1, max_bytes=9, **words,
    )  # fmt: skip
    await Material.insert(material)
    return material.id


async def add_file(competition: Competition, content: bytes, *, size: int, sha256: str) -> str:
    (entry,) = await run_sql("SELECT id FROM entry LIMIT 1")
    material = await add_material()
    key = make_key("original")
    if content:
        await competition.objects.put(key, content)
    await File.insert(
        File(
            entry=entry["id"], material=material, state="ready", position=0, media_type="application/pdf",
            size=size, sha256=sha256, commitment="c", object_key=key, created_at=JUDGED,
        )
    )  # fmt: skip
    return key


async def test_a_competition_that_was_run_by_its_rules_is_well(notified: Competition):
    assert await broken_in(notified, is_thorough=True) == {}


@pytest.mark.parametrize(
    ("code", "harm"),
    [
        ("entry-without-owner", "DELETE FROM entry_owner"),
        ("entry-without-version", "UPDATE entry_version SET is_current = {}"),
        ("version-gap", "UPDATE entry_version SET ordinal = 3"),
        ("sheet-without-assignment", "DELETE FROM score_sheet"),
        ("mark-revision-gap", "UPDATE score_sheet SET revision = revision + 1"),
        ("mark-without-change", "UPDATE mark SET step = 9 - step"),
        ("sealed-without-mark", "DELETE FROM mark"),
        ("change-not-in-log", "DELETE FROM mark_change WHERE revision = 1"),
        ("log-without-change", "DELETE FROM mark_change"),
    ],
)  # fmt: skip
async def test_what_was_changed_from_outside_is_named(ranked: Competition, code: str, harm: str):
    if code == "sheet-without-assignment":
        for table in ("mark", "mark_change", "file_opening", "private_note"):
            await run_sql(f"DELETE FROM {table}")
    await run_sql(harm, *([False] if "{}" in harm else []))

    found = await broken_in(ranked)

    assert code in found
    assert found[code]


async def test_an_object_that_is_gone_cut_or_changed_is_named(judging: Competition):
    gone = await add_file(judging, b"", size=4, sha256="0" * 64)
    cut = await add_file(judging, b"abc", size=4, sha256="0" * 64)
    changed = await add_file(judging, b"abcd", size=4, sha256="0" * 64)

    found = await broken_in(judging, is_thorough=True)

    assert found == {"object-missing": (gone,), "object-size": (cut,), "object-changed": (changed,)}
    assert "object-changed" not in await broken_in(judging)


async def test_work_that_nobody_does_and_work_that_failed_are_named(opened: Competition):
    for state in ("waiting", "failed"):
        await Job.insert(
            Job(kind=state, name=state, facts="{}", state=state, due_at=JUDGED, attempts=0, made_at=JUDGED)
        )  # fmt: skip

    found = {each.code: each.names async for each in examine(opened.objects, now=JUDGED + timedelta(hours=1))}

    assert "waiting" in found["work-late"]
    assert found["work-failed"] == ("failed",)


def test_everything_that_is_looked_at_has_its_remedy_in_both_languages():
    for language in ("ar", "en"):
        words = Words(language)
        assert all(words.plain(f"doctor.{code}") for code in CODES)
