"""An edition's own figures, frozen at publication: what the winners' and the method page tell."""

from typing import Any
from uuid import UUID

from storage.engine import run_sql
from storage.reads.decisions import Decided, RunView, find_last_run

__all__ = ["count_figures"]

FEW = 3
"""Reviews below which severity cannot be told from chance for a single entry."""


async def count_figures(edition_id: UUID, round_id: UUID, decided: Decided) -> dict[str, Any]:
    """Count entries, judges and evaluations; say how the ranking was computed, and what the committee decided on it.

    Two queries; the run is the one that stands.
    """
    run = await find_last_run(round_id)
    rows = await run_sql(_COUNTS, edition_id, round_id, edition_id, edition_id)
    entries = [row for row in rows if row["category"] is not None]
    entries_in: dict[str, int] = {}
    for row in entries:
        key = str(UUID(str(row["category"])))
        entries_in[key] = entries_in.get(key, 0) + 1
    return {
        "entries": len(entries),
        "entries_in": entries_in,
        "institutions": len({str(row["institution"]) for row in entries if row["institution"]}),
        **{name: int(rows[0][name]) for name in ("judges", "evaluations", "conflicts")},
        **_tell_run(run),
        "withheld": sorted([str(category), place] for category, place in decided.withheld),
        "deliberated": decided.n_deliberated,
    }


_COUNTS = """SELECT entry.category AS category, entry_owner.institution AS institution,
    (SELECT count(*) FROM judge WHERE judge.edition = {} AND judge.is_active) AS judges,
    (SELECT count(*) FROM score_sheet JOIN assignment ON assignment.id = score_sheet.assignment
      WHERE assignment.round = {} AND score_sheet.state = 'sealed') AS evaluations,
    (SELECT count(*) FROM conflict JOIN judge ON judge.id = conflict.judge
      WHERE judge.edition = {} AND conflict.state = 'confirmed') AS conflicts
    FROM edition LEFT JOIN entry ON entry.edition = edition.id AND entry.state = 'admitted'
    LEFT JOIN entry_owner ON entry_owner.entry = entry.id WHERE edition.id = {}"""
"""A row an admitted entry, and one without where there is none; the counts stand in each."""


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
        "ties": sum(bool(step["is_resolved"]) for step in run.output["ties"]) if run else 0,
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
