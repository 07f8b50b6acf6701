"""The results bundle: a round's inputs under pseudonyms, what they gave, what was decided, and how to check it all.

Checking needs neither the database nor us: each part carries its fingerprint, and the engine computes the rest again.
What a reader cannot check from the file alone is that it is the file that was made: for that its SHA-256 is public.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service.usecases.ranking.arrays import encode_round, read_inputs, score_encoded
from service.usecases.ranking.output import tell_run
from storage.columns import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FORMAT", "Checked", "Difference", "check_bundle", "compute_round", "digest_parts", "write_bundle"]

FORMAT = "tahkim-results-bundle/1"
CLOSE = 1.5e-6
"""Figures carry six decimals; another machine may round the last one otherwise."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place at which a bundle does not hold: what kind of fault, where, what it says and what it should."""

    code: str
    where: str
    says: str
    should: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. ``sha256`` is of the file's bytes, to compare with the published one."""

    sha256: str
    audit_head: str
    edition: str
    n_entries: int
    n_marks: int
    version: str
    own_version: str
    difference: Difference | None


def write_bundle(told: Json) -> str:
    """Write a bundle with the fingerprints of its parts, as canonical JSON."""
    return to_json(told | {"parts": digest_parts(told)})


def compute_round(inputs: str, parameters: Mapping[str, Any]) -> tuple[Json, str, str]:
    """Compute a round's output from its inputs alone; with it the seed and the engine's version."""
    given = read_inputs(inputs)
    encoded = encode_round(given)
    kept = {UUID(category): method for category, method in parameters.get("decided", {}).items()}
    scores = score_encoded(encoded, method=given.method, kept=kept)
    return from_json(to_json(tell_run(encoded, scores, set_aside=given.n_set_aside))), str(scores.seed), scores.version


def digest_parts(told: Json) -> dict[str, str]:
    """Give the SHA-256 of each part by its address in the bundle: a sheet's marks, a weight, the seed, a line."""
    return {where: _digest(part) for where, part in _parts(told)}


def _digest(part: object) -> str:
    return hashlib.sha256(to_json(part).encode()).hexdigest()


def _parts(told: Json) -> Iterator[tuple[str, object]]:
    for name in ("format", "edition", "made_at", "audit", "versions", "categories", "criteria"):
        yield name, told.get(name)
    for at, in_round in _addressed(told):
        yield from _parts_of_round(at, in_round)
    for decision in told["decisions"]:
        yield f"decisions/{decision['round']}/{decision['category']}", decision


def _addressed(told: Json) -> Iterator[tuple[str, Json]]:
    """Give each round's last run at the round's own address, and earlier runs that decisions rest on beside it."""
    last = _last_runs(told)
    for in_round in told["rounds"]:
        at = f"rounds/{in_round['ordinal']}"
        yield (at if in_round["run"] == last[in_round["ordinal"]] else f"{at}/run-{in_round['run']}"), in_round


def _last_runs(told: Json) -> dict[int, int]:
    last: dict[int, int] = {}
    for in_round in told["rounds"]:
        last[in_round["ordinal"]] = max(in_round["run"], last.get(in_round["ordinal"], 0))
    return last


def _parts_of_round(at: str, in_round: Json) -> Iterator[tuple[str, object]]:
    inputs, output = in_round["inputs"], in_round["output"]
    for name in ("run", "method", "seed", "parameters"):
        yield f"{at}/{name}", in_round[name]
    for name in ("steps", "method", "honour_threshold", "judges", "set_aside", "edition"):
        yield f"{at}/inputs/{name}", inputs[name]
    if "differ_points" in inputs:  # as ``write_inputs`` has it
        yield f"{at}/inputs/differ_points", inputs["differ_points"]
    for row in inputs["entries"]:
        yield f"{at}/inputs/entries/{row[0]}", row
    for row in inputs["criteria"]:
        yield f"{at}/inputs/criteria/{row[0]}", row
    sheets: dict[str, list[Any]] = {}
    for entry, judge, *mark in inputs["marks"]:
        address = f"{at}/inputs/marks/{inputs['entries'][entry][1]}/{inputs['judges'][judge]}"
        sheets.setdefault(address, []).append(mark)
    yield from sheets.items()
    for category, lines in output["categories"].items():
        yield f"{at}/output/categories/{category}", len(lines)
        for line in lines:
            yield f"{at}/output/categories/{category}/{line['code_name']}", line
    yield f"{at}/output", {name: value for name, value in output.items() if name != "categories"}


def check_bundle(content: bytes) -> Checked:
    """Hold a bundle against its own fingerprints and against what the engine computes from its inputs.

    Gives the first difference in a fixed order: parts, then each round's figures, then the decisions. Raises
    ValueError or a KeyError for what is no bundle at all.
    """
    told: Json = from_json(content.decode("utf-8"))
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ValueError(FORMAT)
    found = next(_differences(told), None)
    last = _last_runs(told)
    lasting = [each for each in told["rounds"] if each["run"] == last[each["ordinal"]]]
    from judging.scoring.round import VERSION  # noqa: PLC0415 - kept out of start-up

    return Checked(
        sha256=hashlib.sha256(content).hexdigest(),
        audit_head=told["audit"]["head"],
        edition=told["edition"]["slug"],
        n_entries=sum(len(each["inputs"]["entries"]) for each in lasting),
        n_marks=sum(len(each["inputs"]["marks"]) for each in lasting),
        version=told["versions"]["scoring"],
        own_version=VERSION,
        difference=found,
    )


def _differences(told: Json) -> Iterator[Difference]:
    written, real = told["parts"], digest_parts(told)
    for where, digest in real.items():
        if where not in written:
            yield Difference("added", where, "", "")
        elif written[where] != digest:
            yield Difference("part", where, digest[:16], str(written[where])[:16])
    for where in written:
        if where not in real:
            yield Difference("missing", where, "", "")
    for at, in_round in _addressed(told):
        output, seed, _ = compute_round(to_json(in_round["inputs"]), in_round["parameters"])
        yield from _compare(f"{at}/output", in_round["output"], output)
        if in_round["seed"] != seed:
            yield Difference("figure", f"{at}/seed", in_round["seed"], seed)
    yield from _check_decisions(told)


def _compare(at: str, says: Any, should: Any) -> Iterator[Difference]:
    """Walk two outputs side by side; lines of a category are told by their code names."""
    if isinstance(says, dict) and isinstance(should, dict):
        for name in sorted({*says, *should}):
            if name not in says or name not in should:
                yield Difference("figure", f"{at}/{name}", _short(says.get(name)), _short(should.get(name)))
            else:
                yield from _compare(f"{at}/{name}", says[name], should[name])
    elif isinstance(says, list) and isinstance(should, list):
        if len(says) != len(should):
            yield Difference("figure", at, str(len(says)), str(len(should)))
        for number, (one, other) in enumerate(zip(says, should, strict=False), start=1):
            name = one.get("code_name", number) if isinstance(one, dict) else number
            yield from _compare(f"{at}/{name}", one, other)
    elif not _is_same(says, should):
        yield Difference("figure", at, _short(says), _short(should))


def _is_same(says: Any, should: Any) -> bool:
    if isinstance(says, float) and isinstance(should, (int, float)) and not isinstance(should, bool):
        return abs(says - should) <= CLOSE
    return type(says) is type(should) and bool(says == should)


def _short(value: Any) -> str:
    return to_json(value)[:60]


def _check_decisions(told: Json) -> Iterator[Difference]:
    """Hold the ranks that decisions were made on against those of the very run that each rests on."""
    ranks = {
        (in_round["ordinal"], in_round["run"], line["entry"]): line["rank"]
        for in_round in told["rounds"]
        for lines in in_round["output"]["categories"].values()
        for line in lines
    }
    for decision in told["decisions"]:
        for each in decision["outcomes"]:
            rank = ranks.get((decision["round"], decision["run"], each["entry"]))
            if rank != each["computed_rank"]:
                where = f"decisions/{decision['round']}/{decision['category']}/{each['entry']}"
                yield Difference("figure", where, str(each["computed_rank"]), str(rank))
