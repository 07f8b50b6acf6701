"""What was let go is gone, and only that: results, certificates and the log stand, wherever it was killed."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from service.audit import Event
from service.audit_check import verify
from service.cli.verify import run as verify_bundle
from service.errors import Invalid, NotAllowed
from service.usecases.operating.doctor import examine
from service.usecases.operating.retaining import carry_out_retention
from service.usecases.operating.retention import (
    USUAL,
    NothingDue,
    RetentionChanged,
    RetentionRuns,
    ask_retention,
    look_ahead,
    set_rules,
)
from storage.columns import from_json
from storage.dump import dump_rows
from storage.engine import get_engine, run_sql, snapshot
from storage.errors import StorageUnavailable
from storage.objects.store import ObjectStore, make_key
from storage.reads.administration.retention import Kind
from storage.tables.award import Award, Certificate
from storage.tables.bundle import ResultsBundle
from storage.tables.file import File
from storage.tables.panel import JudgeCertificate
from storage.tables.person import Person
from storage.tables.retention import RetentionRun
from storage.tables.scoresheet import Mark
from storage.tables.session import WebSession
from tests.competition import NOW, PUBLISH, Competition
from tests.faults.failing import Failing
from tests.unit.service.test_retention import LATER, SOON, admin_of, let_go, numbers, publish_and_send


@pytest.fixture
async def published(notified: Competition) -> Competition:
    return await publish_and_send(notified)


async def add_files(objects: ObjectStore, folder: Path) -> dict[UUID, str]:
    """A file for every judged project, in the store too."""
    keys = {}
    [material] = await run_sql("SELECT id FROM material LIMIT 1") or [{"id": None}]
    if material["id"] is None:
        [category] = await run_sql("SELECT id FROM category WHERE slug = 'podcast'")
        await run_sql(
            "INSERT INTO material (id, category, slug, position, name_ar, name_en, rule_ar, rule_en, formats, audience,"
            " is_required, max_files, max_bytes) VALUES ({}, {}, 'film', 0, '', '', '', '', '[]', 'judges', {}, 1, 9)",
            material_id := uuid4(), category["id"], False,
        )  # fmt: skip
        material = {"id": material_id}
    for row in await run_sql("SELECT DISTINCT entry FROM assignment"):
        path = folder / "bytes"
        path.write_bytes(b"twelve bytes")
        key = keys[row["entry"]] = make_key("original")
        await objects.put(key, path)
        await File.insert(
            File(
                id=uuid4(), entry=row["entry"], material=material["id"], state="ready", position=0, size=12,
                media_type="video/mp4", commitment="c", object_key=key, created_at=NOW,
            )
        )  # fmt: skip
    return keys


async def everything() -> str:
    async with snapshot():
        return "\n".join([line async for line in dump_rows()])


async def assert_well(competition: Competition, at=LATER) -> None:
    found = {each.code: each.names async for each in examine(competition.objects, now=at) if each.is_broken}
    assert found == {}


async def test_after_it_no_name_is_left_but_the_honoured_ones_and_all_else_still_holds(
    published: Competition, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    keys = await add_files(published.objects, tmp_path)
    [lost, *_] = await Award.select(Award.id).order_by(Award.position, ascending=False)
    await Certificate.delete().where(Certificate.award == lost["id"])
    await Award.delete().where(Award.id == lost["id"])
    honoured = {row["entry"] for row in await Award.select(Award.entry)}
    before = {table: await table.count() for table in (Mark, Award, Certificate, JudgeCertificate)}
    people = await Person.select(Person.email, Person.name_en).where(Person.name_en.like("Student %"))
    assert len(honoured) < len(keys)
    assert len(people) == len(keys)

    await carry_out_retention(await let_go(published), published.objects, now=LATER)

    left = await everything()
    kept = [
        line for line in left.splitlines() if line.startswith(('["award"', '["certificate"', '["judge_certificate"'))
    ]
    rest = "\n".join(line for line in left.splitlines() if line not in kept)
    assert any("Student" in line for line in kept)
    assert not [row for row in people if row["email"] in rest or f'"{row["name_en"]}"' in rest]
    assert "Judge 0" not in rest
    assert "Unfinished" not in rest
    assert {table: await table.count() for table in before} == before
    assert {entry for entry, key in keys.items() if await published.objects.stat(key)} == honoured
    assert (await verify()).broken is None
    assert await numbers(LATER) == {}
    await assert_well(published)
    [bundle] = await ResultsBundle.select(ResultsBundle.content)
    (tmp_path / "bundle.json").write_text(bundle["content"], encoding="utf-8")
    assert verify_bundle([str(tmp_path / "bundle.json")]) == 0
    assert "Broken" not in capsys.readouterr().out


async def test_each_thing_that_went_and_the_whole_are_in_the_log(published: Competition):
    run_id = await let_go(published)
    asked = await look_ahead(LATER)
    await carry_out_retention(run_id, published.objects, now=LATER)

    rows = await run_sql(
        "SELECT event, subject_id, role FROM audit_event WHERE reason = 'retention' OR subject = 'retention'"
    )
    events = [row["event"] for row in rows]
    accounts = {str(item.id) for part in asked.parts for item in part.items if item.source == "person"}
    assert {row["subject_id"] for row in rows if row["event"] == Event.PERSON_ERASED} == accounts
    assert events[0] == Event.RETENTION_ASKED
    assert events[-1] == Event.RETENTION_DONE
    assert rows[0]["role"] == "administrator"
    [run] = await RetentionRun.select()
    assert (run["state"], run["n_left"], run["ended_at"]) == ("done", 0, LATER)
    assert from_json(run["counts"]) == {part.kind: part.n for part in asked.parts if part.n}


async def test_only_the_set_that_was_seen_goes(published: Competition):
    admin, seen = admin_of(published), await look_ahead(SOON)
    with pytest.raises(Invalid):
        await ask_retention(admin, as_of=SOON, fingerprint=seen.fingerprint, typed="yes", now=SOON)
    with pytest.raises(Invalid):
        await ask_retention(admin, as_of=SOON, fingerprint=seen.fingerprint, typed=seen.code, now=PUBLISH)
    with pytest.raises(NothingDue):
        await ask_retention(admin, as_of=NOW - timedelta(days=900), fingerprint="", typed="", now=PUBLISH)
    with pytest.raises(NotAllowed):
        await ask_retention(published.chair, as_of=SOON, fingerprint=seen.fingerprint, typed=seen.code, now=SOON)
    await set_rules(admin, {**USUAL, Kind.DRAFTS: 80}, now=SOON)
    with pytest.raises(RetentionChanged):
        await ask_retention(admin, as_of=SOON, fingerprint=seen.fingerprint, typed=seen.code, now=SOON)

    await let_go(published, SOON)

    with pytest.raises(RetentionRuns):
        await let_go(published, SOON)


async def test_a_set_that_changed_before_the_job_came_is_refused_whole(published: Competition):
    run_id = await let_go(published)
    late = await Person.select(Person.id).where(Person.name_en == "Late").first()
    assert late
    await WebSession.insert(
        WebSession(
            id=uuid4(), hash="h", person=late["id"], csrf="c", device="a", created_at=LATER, seen_at=LATER,
            expires_at=LATER + timedelta(days=14),
        )
    )  # fmt: skip
    before = await Person.count().where(Person.name_en.like("Student %"))

    await carry_out_retention(run_id, published.objects, now=LATER)

    [run] = await RetentionRun.select(RetentionRun.state)
    assert run["state"] == "refused"
    assert await Person.count().where(Person.name_en.like("Student %")) == before
    assert await run_sql("SELECT event FROM audit_event WHERE event = 'retention-refused'")


async def test_whoever_came_to_be_needed_while_it_ran_stays(published: Competition):
    run_id = await let_go(published)
    await RetentionRun.update({RetentionRun.state: "running"}).where(RetentionRun.id == run_id)
    judge = published.judges[0].actor.person_id
    await run_sql(
        "INSERT INTO role_grant (id, person, edition, role, granted_at) SELECT {}, {}, NULL, 'administrator', {}",
        uuid4(), judge, LATER,
    )  # fmt: skip

    await carry_out_retention(run_id, published.objects, now=LATER)

    [run] = await RetentionRun.select(RetentionRun.state, RetentionRun.n_left)
    assert (run["state"], run["n_left"]) == ("done", 1)
    assert await Person.exists().where((Person.id == judge) & (Person.name_en == "Judge 0"))


async def test_killed_wherever_it_may_be_it_goes_on_to_the_same_end(published: Competition, tmp_path: Path):
    await add_files(published.objects, tmp_path)
    run_id, engine = await let_go(published), get_engine()
    tries = 0
    for step in range(3, 400, 9):
        failing = Failing(step)
        engine.counters.append(failing)  # type: ignore[arg-type]
        engine.begin = failing.begin  # type: ignore[method-assign]
        try:
            await carry_out_retention(run_id, published.objects, now=LATER)
        except StorageUnavailable:
            tries += 1
        finally:
            engine.counters.remove(failing)  # type: ignore[arg-type]
            del engine.begin
        assert (await verify()).broken is None
        if not failing.has_failed:
            break

    assert tries > 5
    assert await numbers(LATER) == {}
    [run] = await RetentionRun.select(RetentionRun.state)
    assert run["state"] == "done"
    done = await everything()
    await carry_out_retention(run_id, published.objects, now=LATER + timedelta(days=1))
    assert await everything() == done
    await assert_well(published)
