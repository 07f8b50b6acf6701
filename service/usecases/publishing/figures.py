"""An edition's own figures, frozen at publication: what the winners' and the method page tell."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.engine import run_sql
from storage.reads.decisions import Decided, RunView, find_last_run, find_run, list_decided_on

__all__ = ["count_figures"]

FEW = 3
"""Reviews below which severity cannot be told from chance for a single entry."""


async def count_figures(edition_id: UUID, round_id: UUID, decided: Decided) -> dict[str, Any]:
    """Count entries, judges and evaluations; say how the ranking was computed, and what the committee decided on it.

    Each category is told by the run that its decision rests on, which may be an earlier one than the last.
    """
    rested = await _find_rested(round_id)
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
        **_tell_runs(rested),
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


@dataclass(frozen=True, slots=True)
class _Rested:
    """A run, and the categories whose decisions rest on it: what is told of a category is told by its own run."""

    run: RunView
    categories: tuple[UUID, ...]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [line for each in self.categories for line in self.run.output["categories"].get(str(each), ())]


async def _find_rested(round_id: UUID) -> tuple[_Rested, ...]:
    """Find the runs that the decisions rest on, the oldest first. What nobody has decided yet rests on the last run."""
    last = await find_last_run(round_id)
    if last is None:
        return ()
    decided_on = await list_decided_on(round_id)
    found: dict[UUID, list[UUID]] = {}
    for category in map(UUID, last.output["categories"]):
        found.setdefault(decided_on.get(category, last.id), []).append(category)
    runs = [(last if run_id == last.id else await find_run(run_id), mine) for run_id, mine in found.items()]
    rested = [_Rested(run, tuple(mine)) for run, mine in runs if run is not None]
    return tuple(sorted((each for each in rested if each.lines), key=lambda each: each.run.ordinal))


def _tell_runs(rested: Sequence[_Rested]) -> dict[str, Any]:
    """Say how the ranking was computed, and how much adjusting changed: each category by the run it was decided on."""
    lines = [line for each in rested for line in each.lines]
    own = [(each.run.output, {line["entry"] for line in each.lines}) for each in rested]
    counts = Counter(review["judge"] for line in lines for review in line["by_review"]).values()
    changes = [abs(line["score"] - line["raw"]) for line in lines if None not in {line["score"], line["raw"]}]
    last = rested[-1].run if rested else None
    return {
        "method": last.method if last else "",
        "choices": [choice for each in rested for choice in each.run.output["choices"]],
        "inputs_hash": last.inputs_hash if last else "",
        "output_hash": last.output_hash if last else "",
        "runs": [
            {
                "ordinal": each.run.ordinal, "inputs_hash": each.run.inputs_hash, "output_hash": each.run.output_hash,
                "categories": [str(category) for category in each.categories],
            }
            for each in rested
        ],
        "set_aside": last.output["set_aside"] if last else 0,
        "moved": sum(line["rank"] != line["raw_rank"] for line in lines),
        "largest_change": round(max(changes, default=0.0), 1),
        "reliability": _reliability(rested),
        "reviews": _reviews(lines),
        "judged": [min(counts, default=0), max(counts, default=0)],
        "ties": sum(
            bool(step["is_resolved"]) for out, mine in own for step in out["ties"] if mine.intersection(step["entries"])
        ),
        "few": sum(line["reviews"] < FEW for line in lines),
        "too_close": sum(
            pair["is_on_line"] and pair["probability"] < 0.75  # noqa: PLR2004 - the rule of certainty
            for out, mine in own
            for pair in out["pairs"]
            if pair["upper"] in mine
        ),
    }  # fmt: skip


def _reliability(rested: Sequence[_Rested]) -> dict[str, float] | None:
    """Give how far the same ranking would come out again, by the weakest of the parts that were ranked apart.

    ``single`` for one review, ``adjusted`` for the scores that ranked; both of 1. None where nothing could be measured.
    """
    told = [choice.get("reliability") for each in rested for choice in each.run.output["choices"]]
    known = [each for each in told if each and each["adjusted"] is not None and each["single"] is not None]
    if not known:
        return None
    return {name: round(min(each[name] for each in known), 2) for name in ("single", "adjusted")}


def _reviews(lines: list[dict[str, Any]]) -> list[int]:
    """Give the fewest and the most reviews that an entry had."""
    counts = [int(line["reviews"]) for line in lines]
    return [min(counts, default=0), max(counts, default=0)]
