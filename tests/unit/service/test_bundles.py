"""The results bundle: made without names, repeated without a database, and its first difference named."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.actors import Role
from service.cli.verify import run
from service.errors import NotAllowed, NotOpenNow
from service.usecases.publishing.bundle_format import check_bundle, write_bundle
from service.usecases.publishing.bundles import NothingToBundle, give_bundle, is_current, make_bundle
from service.usecases.ranking.runs import compute_ranking
from storage.columns import to_json
from storage.reads.bundles import find_bundle, list_bundles
from storage.reads.results import find_fingerprints
from storage.tables.audit import AuditEvent
from storage.tables.entry import Entry
from storage.tables.panel import Judge
from storage.tables.person import Person
from tests.competition import JUDGED, NOTICE, Competition

pytestmark = pytest.mark.long

Change = Callable[[dict[str, Any]], None]


async def bundle_of(competition: Competition) -> str:
    digest = await make_bundle(competition.chair, competition.edition_id, now=NOTICE)
    content = await find_bundle(competition.edition_id, digest)
    assert content is not None
    return content


def told(content: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content)
    return found


def first(in_bundle: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = in_bundle["rounds"][0]
    return found


def change_mark(in_bundle: dict[str, Any]) -> None:
    mark = first(in_bundle)["inputs"]["marks"][0]
    mark[3] = 8 if mark[3] < 8 else 1


def change_weight(in_bundle: dict[str, Any]) -> None:
    first(in_bundle)["inputs"]["criteria"][0][2] += 15


def change_seed(in_bundle: dict[str, Any]) -> None:
    first(in_bundle)["seed"] = str(int(first(in_bundle)["seed"]) + 1)


def drop_row(in_bundle: dict[str, Any]) -> None:
    first(in_bundle)["inputs"]["marks"].pop()


def change_line(in_bundle: dict[str, Any]) -> None:
    line = next(iter(first(in_bundle)["output"]["categories"].values()))[0]
    line["score"] += 0.00001


def change_decision(in_bundle: dict[str, Any]) -> None:
    in_bundle["decisions"][0]["outcomes"][0]["computed_rank"] += 1


CHANGES = {
    "/inputs/marks/": change_mark,
    "/inputs/criteria/": change_weight,
    "/seed": change_seed,
    "/inputs/marks": drop_row,
    "/output/": change_line,
    "decisions/": change_decision,
}


async def test_the_bundle_names_nobody_and_no_code_name(notified: Competition):
    content = await bundle_of(notified)

    codes = [row["code_name"] for row in await Entry.select(Entry.code_name)]
    ids = [str(row["id"]) for row in [*await Entry.select(Entry.id), *await Judge.select(Judge.id)]]
    people = await Person.select(Person.name_ar, Person.name_en, Person.email)
    assert len(codes) == 4
    for secret in [*codes, *ids, *(value for row in people for value in row.values())]:
        assert secret not in content


async def test_two_bundles_of_one_edition_share_no_pseudonym(notified: Competition):
    one, other = told(await bundle_of(notified)), told(await bundle_of(notified))

    names = [{row[0] for row in first(each)["inputs"]["entries"]} for each in (one, other)]
    assert not names[0] & names[1]


async def test_a_bundle_holds_on_a_machine_without_the_database(notified: Competition, tmp_path: Path, capsys):
    """R092."""
    content = await bundle_of(notified)
    path = tmp_path / "bundle.json"
    path.write_text(content, encoding="utf-8")

    found = check_bundle(content.encode())
    assert found.difference is None
    assert found.n_entries == 4
    assert found.n_marks > 0
    digest = (await list_bundles(notified.edition_id))[0].sha256
    assert run([str(path), "--fingerprint", digest.upper()]) == 0
    assert digest in capsys.readouterr().out
    assert run([str(path), "--fingerprint", "0" * 64]) == 1


@pytest.mark.parametrize("where", list(CHANGES))
async def test_one_change_makes_it_fail_and_is_named(notified: Competition, where: str, tmp_path: Path, capsys):
    in_bundle = told(await bundle_of(notified))
    CHANGES[where](in_bundle)
    path = tmp_path / "bundle.json"
    path.write_text(to_json(in_bundle), encoding="utf-8")

    assert run([str(path)]) == 1
    said = capsys.readouterr().err
    assert where in said

    # Somebody who writes the parts' fingerprints anew is found out by the arithmetic.
    del in_bundle["parts"]
    difference = check_bundle(write_bundle(in_bundle).encode()).difference
    assert difference is not None
    assert difference.code == "figure"


async def test_what_a_changed_mark_would_give_is_said_beside_what_stands(notified: Competition):
    in_bundle = told(await bundle_of(notified))
    honest = copy.deepcopy(in_bundle)
    change_mark(in_bundle)
    del in_bundle["parts"]

    difference = check_bundle(write_bundle(in_bundle).encode()).difference

    assert difference is not None
    assert difference.says != difference.should
    assert check_bundle(to_json(honest).encode()).difference is None


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", '{"format":"other"}', "\ufeff", '{"format":"tahkim-results-bundle/1"}']
)
def test_what_is_no_bundle_is_said_to_be_none(content: str, tmp_path: Path, capsys):
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")

    assert run([str(path)]) == 2
    assert capsys.readouterr().err
    assert run([str(tmp_path / "missing.json")]) == 2


async def test_a_new_run_makes_the_bundle_stale(ranked: Competition):
    await make_bundle(ranked.chair, ranked.edition_id, now=NOTICE)
    assert await is_current(ranked.edition_id)

    await compute_ranking(ranked.actors[Role.SECRETARY], ranked.round_id, now=JUDGED)

    assert not await is_current(ranked.edition_id)


async def test_the_chairs_bundle_is_the_published_one(notified: Competition):
    made = await make_bundle(notified.chair, notified.edition_id, now=NOTICE)
    await notified.schedule()
    await notified.publish()

    found = await find_fingerprints("small-2027")
    assert found is not None
    assert found.published is not None
    assert found.published.bundle_hash == made
    with pytest.raises(NotOpenNow):
        await make_bundle(notified.chair, notified.edition_id, now=NOTICE)
    content = await give_bundle(notified.chair, notified.edition_id, made, now=NOTICE)
    assert check_bundle(content).difference is None
    assert await AuditEvent.exists().where(AuditEvent.event == "exported")


async def test_without_the_chairs_bundle_one_is_made_at_publication(notified: Competition):
    await notified.schedule()
    await notified.publish()

    made = await list_bundles(notified.edition_id)
    found = await find_fingerprints("small-2027")
    assert len(made) == 1
    assert found is not None
    assert found.published is not None
    assert found.published.bundle_hash == made[0].sha256


async def test_only_the_chair_makes_or_takes_a_bundle(notified: Competition):
    made = await make_bundle(notified.chair, notified.edition_id, now=NOTICE)
    for role in (Role.SECRETARY, Role.MEMBER, Role.OBSERVER):
        with pytest.raises(NotAllowed):
            await make_bundle(notified.actors[role], notified.edition_id, now=NOTICE)
        with pytest.raises(NotAllowed):
            await give_bundle(notified.actors[role], notified.edition_id, made, now=NOTICE)


async def test_there_is_no_bundle_before_a_ranking(judging: Competition):
    with pytest.raises(NothingToBundle):
        await make_bundle(judging.chair, judging.edition_id, now=JUDGED)
