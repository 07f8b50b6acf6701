"""An edition's own figures, frozen at publication: what the winners' and the method page tell."""

from typing import Any
from uuid import UUID

from storage.columns import among, from_json
from storage.reads.decisions import RunView, find_last_run, list_places
from storage.tables.conflict import Conflict
from storage.tables.entrant import EntryOwner
from storage.tables.entry import Entry
from storage.tables.panel import Judge
from storage.tables.result import Decision, Outcome
from storage.tables.scoresheet import ScoreSheet

__all__ = ["count_figures"]


async def count_figures(edition_id: UUID, round_id: UUID) -> dict[str, Any]:
    """Count entries, judges and evaluations; say how the ranking was computed, and what the committee decided on it."""
    run = await find_last_run(round_id)
    entries = await Entry.select(Entry.id, Entry.category).where(
        (Entry.edition == edition_id) & (Entry.state == "admitted")
    )
    entries_in: dict[str, int] = {}
    for row in entries:
        entries_in[str(row["category"])] = entries_in.get(str(row["category"]), 0) + 1
    institutions = await EntryOwner.select(EntryOwner.institution).where(
        (EntryOwner.entry.edition == edition_id) & (EntryOwner.entry.state == "admitted")
    )
    return {
        "entries": len(entries),
        "entries_in": entries_in,
        "institutions": len({row["institution"] for row in institutions if row["institution"]}),
        "judges": await Judge.count().where((Judge.edition == edition_id) & Judge.is_active.eq(True)),
        "evaluations": await ScoreSheet.count().where(
            (ScoreSheet.assignment.round == round_id) & (ScoreSheet.state == "sealed")
        ),
        "conflicts": await Conflict.count().where(
            (Conflict.judge.edition == edition_id) & (Conflict.state == "confirmed")
        ),
        **_tell_run(run),
        **await _tell_decisions(edition_id, round_id),
    }


def _tell_run(run: RunView | None) -> dict[str, Any]:
    """Say how the ranking was computed, and how much adjusting changed."""
    lines = [line for each in (run.output["categories"].values() if run else ()) for line in each]
    changes = [abs(line["score"] - line["raw"]) for line in lines if None not in {line["score"], line["raw"]}]
    return {
        "method": run.method if run else "",
        "choices": run.output["choices"] if run else [],
        "inputs_hash": run.inputs_hash if run else "",
        "output_hash": run.output_hash if run else "",
        "set_aside": run.output["set_aside"] if run else 0,
        "moved": sum(line["rank"] != line["raw_rank"] for line in lines),
        "largest_change": round(max(changes, default=0.0), 1),
        "too_close": sum(pair["is_on_line"] and pair["probability"] < 0.75 for pair in run.output["pairs"])  # noqa: PLR2004 - the rule of certainty
        if run
        else 0,
    }  # fmt: skip


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
