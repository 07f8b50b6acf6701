"""An edition's own figures, frozen at publication: what the winners' and the method page tell."""

from typing import Any
from uuid import UUID

from storage.columns import among, from_json
from storage.engine import run_sql
from storage.reads.decisions import RunView, find_last_run, list_places
from storage.tables.result import Decision, Outcome

__all__ = ["count_figures"]

FEW = 3
"""Reviews below which severity cannot be told from chance for a single entry."""


async def count_figures(edition_id: UUID, round_id: UUID) -> dict[str, Any]:
    """Count entries, judges and evaluations; say how the ranking was computed, and what the committee decided on it."""
    run = await find_last_run(round_id)
    entries = await run_sql(_ENTRIES, edition_id)
    entries_in: dict[str, int] = {}
    for row in entries:
        key = str(UUID(str(row["category"])))
        entries_in[key] = entries_in.get(key, 0) + 1
    (counted,) = await run_sql(_COUNTS, edition_id, round_id, edition_id)
    return {
        "entries": len(entries),
        "entries_in": entries_in,
        "institutions": len({str(row["institution"]) for row in entries if row["institution"]}),
        **{name: int(counted[name]) for name in ("judges", "evaluations", "conflicts")},
        **_tell_run(run),
        **await _tell_decisions(edition_id, round_id),
    }


_ENTRIES = """SELECT entry.category AS category, entry_owner.institution AS institution FROM entry
    LEFT JOIN entry_owner ON entry_owner.entry = entry.id WHERE entry.edition = {} AND entry.state = 'admitted'"""
_COUNTS = """SELECT
    (SELECT count(*) FROM judge WHERE judge.edition = {} AND judge.is_active) AS judges,
    (SELECT count(*) FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
      WHERE assignment.round = {} AND score_sheet.state = 'sealed') AS evaluations,
    (SELECT count(*) FROM conflict JOIN judge ON judge.id = conflict.judge
      WHERE judge.edition = {} AND conflict.state = 'confirmed') AS conflicts"""


def _tell_run(run: RunView | None) -> dict[str, Any]:
    """Say how the ranking was computed, and how much adjusting changed."""
    lines = [line for each in (run.output["categories"].values() if run else ()) for line in each]
    counts = [int(each["reviews"]) for each in (run.output["judges"] if run else ())]
    changes = [abs(line["score"] - line["raw"]) for line in lines if None not in {line["score"], line["raw"]}]
    return {
        "method": run.method if run else "",
        "choices": run.output["choices"] if run else [],
        "inputs_hash": run.inputs_hash if run else "",
        "output_hash": run.output_hash if run else "",
        "set_aside": run.output["set_aside"] if run else 0,
        "moved": sum(line["rank"] != line["raw_rank"] for line in lines),
        "largest_change": round(max(changes, default=0.0), 1),
        "reliability": _reliability(run),
        "reviews": _reviews(lines),
        "judged": [min(counts, default=0), max(counts, default=0)],
        "few": sum(line["reviews"] < FEW for line in lines),
        "too_close": sum(pair["is_on_line"] and pair["probability"] < 0.75 for pair in run.output["pairs"])  # noqa: PLR2004 - the rule of certainty
        if run
        else 0,
    }  # fmt: skip


def _reliability(run: RunView | None) -> dict[str, float] | None:
    """Give how far the same ranking would come out again, by the weakest of the parts that were ranked apart.

    ``single`` for one review, ``adjusted`` for the scores that ranked; both of 1. None where nothing could be measured.
    """
    known = [each["reliability"] for each in (run.output["choices"] if run else ()) if each.get("reliability")]
    known = [each for each in known if each["adjusted"] is not None and each["single"] is not None]
    if not known:
        return None
    return {name: round(min(each[name] for each in known), 2) for name in ("single", "adjusted")}


def _reviews(lines: list[dict[str, Any]]) -> list[int]:
    """Give the fewest and the most reviews that an entry had."""
    counts = [int(line["reviews"]) for line in lines]
    return [min(counts, default=0), max(counts, default=0)]


async def _tell_decisions(edition_id: UUID, round_id: UUID) -> dict[str, Any]:
    """Name the places that were withheld, and count those that the committee gave for a written reason."""
    places = {str(row["id"]): row["place"] for row in await list_places(edition_id)}
    decisions = await Decision.select(Decision.id, Decision.category, Decision.minutes).where(
        Decision.round == round_id
    )
    withheld = [
        [str(row["category"]), places[honour]]
        for row in decisions
        for honour in (from_json(row["minutes"]) or {}).get("withheld", {})
        if honour in places
    ]
    reasoned: int = await Outcome.count().where(
        among(Outcome.decision, [row["id"] for row in decisions])
        & Outcome.honour.is_not_null()
        & (Outcome.reason != "")
    )
    return {"withheld": sorted(withheld), "deliberated": reasoned + len(withheld)}
