"""Making the results bundle: everything that a stranger needs to compute the results again, and nobody's name."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from service.audit import Event, record
from service.audit_check import head
from service.errors import Conflicting, NotFound
from service.permissions import Action, require
from service.usecases.deciding.recusals import require_no_tie
from service.usecases.publishing.bundle_format import FORMAT, compute_round, write_bundle
from storage.columns import from_json, to_json
from storage.engine import for_update, transaction
from storage.reads.bundles import BundleSource, StandingRun, find_bundle, list_bundles, read_bundle_source
from storage.tables.bundle import ResultsBundle
from storage.tables.edition import Edition

if TYPE_CHECKING:
    from datetime import datetime

    from service.actors import Actor

__all__ = ["Draft", "NothingToBundle", "give_bundle", "is_current", "keep_bundle", "make_bundle", "prepare_bundle"]


class NothingToBundle(Conflicting):
    """No round is ranked yet."""

    code = "nothing-to-bundle"


class BundleStale(Conflicting):
    """A ranking or a decision changed while the bundle was being made."""

    code = "bundle-stale"


class RunNotRepeated(Conflicting):
    """Computing the standing run again gave something else: nothing may be given out before that is understood."""

    code = "run-not-repeated"


@dataclass(frozen=True, slots=True)
class Draft:
    """A bundle before the log's last link is written into it."""

    told: dict[str, Any]
    subject: str


async def make_bundle(actor: Actor, edition_id: UUID, *, now: datetime) -> str:
    """Make the bundle of what is ranked and decided now, keep it, and return its SHA-256.

    Raises NothingToBundle before there is a run; once published, the bundle is frozen.
    """
    draft = await prepare_bundle(edition_id)
    async with transaction():
        edition = await for_update(Edition.select(Edition.id, Edition.state).where(Edition.id == edition_id)).first()
        if edition is None:
            raise NotFound
        require(Action.MAKE_BUNDLE, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        digest = await keep_bundle(edition_id, draft, now=now)
        await record(Event.BUNDLE_MADE, by=actor, about=("edition", edition_id), at=now, after={"sha256": digest})
        return digest


async def prepare_bundle(edition_id: UUID) -> Draft:
    """Draw pseudonyms, compute every round again under them, and put the bundle together. Outside any transaction."""
    source = await read_bundle_source(edition_id)
    if source is None:
        raise NothingToBundle
    return Draft(await asyncio.to_thread(_tell, source), _subject_of(source))


async def keep_bundle(edition_id: UUID, draft: Draft, *, now: datetime) -> str:
    """Keep a bundle in the running transaction, with the log's last link as it is now; return its SHA-256.

    Raises BundleStale where runs or decisions are not those that it was made from.
    """
    source = await read_bundle_source(edition_id)
    if source is None or _subject_of(source) != draft.subject:
        raise BundleStale
    number, link = await head()
    content = write_bundle(draft.told | {"audit": {"head": link, "row": number}, "made_at": now.isoformat()})
    digest = hashlib.sha256(content.encode()).hexdigest()
    await ResultsBundle.insert(
        ResultsBundle(edition=edition_id, content=content, sha256=digest, subject=draft.subject, made_at=now)
    )
    return digest


async def is_current(edition_id: UUID) -> bool:
    """Say whether the newest bundle tells of the runs and decisions that stand."""
    source, made = await read_bundle_source(edition_id), await list_bundles(edition_id)
    return source is not None and bool(made) and made[0].subject == _subject_of(source)


async def give_bundle(actor: Actor, edition_id: UUID, sha256: str, *, now: datetime) -> bytes:
    """Hand out a bundle; the log says so."""
    async with transaction():
        edition = await Edition.select(Edition.state).where(Edition.id == edition_id).first()
        if edition is None:
            raise NotFound
        require(Action.GIVE_BUNDLE, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        await require_no_tie(actor, edition_id, stage=edition["state"])
        content = await find_bundle(edition_id, sha256)
        if content is None:
            raise NotFound
        await record(Event.EXPORTED, by=actor, about=("edition", edition_id), at=now, after={"bundle": sha256})
        return content.encode()


def _subject_of(source: BundleSource) -> str:
    """Return a fingerprint of the runs and decisions as they stand."""
    told = [
        [[run.ordinal, run.number, run.output_hash] for run in source.runs],
        sorted(
            to_json(each | {"category": str(each["category"]), "outcomes": _sorted(each)}) for each in source.decisions
        ),
    ]
    return hashlib.sha256(to_json(told).encode()).hexdigest()


def _sorted(decision: dict[str, Any]) -> list[str]:
    return sorted(to_json(each | {"entry": str(each["entry"])}) for each in decision["outcomes"])


class _Masks:
    """New names for entries and judges, the same in every round of one bundle, in an order that tells nothing."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.codes: dict[str, str] = {}

    def of(self, real: str) -> str:
        """Give the pseudonym of an id."""
        return self.ids.setdefault(real, str(uuid4()))

    def code_of(self, entry: str) -> str:
        """Give the pseudonym of a code name."""
        if entry not in self.codes:
            code = ""
            while not code or code in self.codes.values():
                code = f"E-{secrets.token_hex(3).upper()}"
            self.codes[entry] = code
        return self.codes[entry]


def _tell(source: BundleSource) -> dict[str, Any]:
    masks = _Masks()
    rounds, version = [], ""
    for run in source.runs:
        told, version = _tell_round(run, masks)
        rounds.append(told)
    names = ("slug", "name_ar", "name_en")
    return {
        "format": FORMAT,
        "edition": {name: source.edition[name] for name in names},
        "versions": {"scoring": version},
        "categories": {str(each): {name: row[name] for name in names} for each, row in source.categories.items()},
        "criteria": {str(each): {name: row[name] for name in names} for each, row in source.criteria.items()},
        "rounds": rounds,
        "decisions": sorted(
            (
                each
                | {
                    "category": source.categories[each["category"]]["slug"],
                    "outcomes": sorted(
                        (one | {"entry": masks.of(str(one["entry"]))} for one in each["outcomes"]),
                        key=lambda one: one["computed_rank"],
                    ),
                }
                for each in source.decisions
            ),
            key=lambda each: (each["round"], each["category"]),
        ),
    }


def _tell_round(run: StandingRun, masks: _Masks) -> tuple[dict[str, Any], str]:
    """Put pseudonyms in a run's inputs and compute it again; raises RunNotRepeated where ranks or scores differ."""
    inputs = from_json(run.inputs)
    entries = [[masks.of(entry), masks.code_of(entry), category] for entry, _, category in inputs["entries"]]
    judges = [masks.of(judge) for judge in inputs["judges"]]
    new_entries, new_judges = sorted(entries), sorted(judges)
    row_of = {each[0]: at for at, each in enumerate(new_entries)}
    entry_at = [row_of[each[0]] for each in entries]
    seat_of = {judge: at for at, judge in enumerate(new_judges)}
    judge_at = [seat_of[judge] for judge in judges]
    masked = inputs | {
        "edition": str(UUID(int=0)),
        "entries": new_entries,
        "judges": new_judges,
        "marks": sorted([entry_at[entry], judge_at[judge], *rest] for entry, judge, *rest in inputs["marks"]),
    }
    parameters = from_json(run.parameters)
    output, seed, version = compute_round(to_json(masked), parameters)
    _check_repeated(from_json(run.output), output, masks)
    return {
        "ordinal": run.ordinal,
        "run": run.number,
        "method": run.method,
        "seed": seed,
        "parameters": {name: value for name, value in parameters.items() if name != "digest"},
        "inputs": masked,
        "output": output,
    }, version


def _check_repeated(stored: dict[str, Any], output: dict[str, Any], masks: _Masks) -> None:
    """Hold the repeated run against the stored one: the same ranks, and scores to the sixth decimal."""
    again = {line["entry"]: line for lines in output["categories"].values() for line in lines}
    for lines in stored["categories"].values():
        for line in lines:
            other = again[masks.of(line["entry"])]
            if line["rank"] != other["rank"] or abs(line["score"] - other["score"]) > 1.5e-6:  # noqa: PLR2004 - as in the format
                raise RunNotRepeated(code_name=line["code_name"])
