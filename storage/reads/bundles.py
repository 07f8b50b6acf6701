"""What a results bundle is made from, and the bundles that were made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import among, from_json
from storage.engine import run_sql
from storage.tables.bundle import ResultsBundle
from storage.tables.edition import Category, Edition, Honour
from storage.tables.result import Decision, Outcome
from storage.tables.rubric import Criterion

__all__ = ["BundleLine", "BundleSource", "StandingRun", "find_bundle", "list_bundles", "read_bundle_source"]


@dataclass(frozen=True, slots=True)
class StandingRun:
    """A run of a round, as stored."""

    ordinal: int
    number: int
    method: str
    inputs: str
    parameters: str
    seed: str
    output: str
    output_hash: str


@dataclass(frozen=True, slots=True)
class BundleSource:
    """Runs by round, decisions with their outcomes, and the public names of categories and criteria."""

    edition: dict[str, Any]
    runs: tuple[StandingRun, ...]
    decisions: tuple[dict[str, Any], ...]
    categories: dict[UUID, dict[str, Any]]
    criteria: dict[UUID, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class BundleLine:
    """A bundle that was made."""

    sha256: str
    subject: str
    made_at: datetime


async def read_bundle_source(edition_id: UUID) -> BundleSource | None:
    """Read what stands of an edition: each round's last run, and earlier ones that a decision rests on.

    None where a round has no run yet.
    """
    edition = (
        await Edition.select(Edition.slug, Edition.name_ar, Edition.name_en).where(Edition.id == edition_id).first()
    )
    rows = await run_sql(
        """SELECT round.ordinal AS ordinal, ranking_run.ordinal AS number, ranking_run.method AS method,
        ranking_run.inputs AS inputs, ranking_run.parameters AS parameters, ranking_run.seed AS seed,
        ranking_run.output AS output, ranking_run.output_hash AS output_hash
        FROM ranking_run JOIN round ON round.id = ranking_run.round
        WHERE round.edition = {} AND (ranking_run.ordinal =
          (SELECT max(later.ordinal) FROM ranking_run AS later WHERE later.round = round.id)
          OR ranking_run.id IN (SELECT decision.run FROM decision))
        ORDER BY round.ordinal, ranking_run.ordinal DESC""",
        edition_id,
    )
    if edition is None or not rows:
        return None
    decisions = await Decision.select(
        Decision.id,
        Decision.category,
        Decision.state,
        Decision.minutes,
        Decision.round.ordinal.as_alias("ordinal"),
        Decision.run.ordinal.as_alias("run"),
    ).where(Decision.round.edition == edition_id)
    outcomes: dict[UUID, list[dict[str, Any]]] = {}
    for each in await Outcome.select(
        Outcome.decision, Outcome.entry, Outcome.kind, Outcome.honour, Outcome.is_shared, Outcome.computed_rank,
        Outcome.reason,
    ).where(among(Outcome.decision, [row["id"] for row in decisions])):  # fmt: skip
        outcomes.setdefault(each["decision"], []).append(each)
    places = {
        row["id"]: row["place"]
        for row in await Honour.select(Honour.id, Honour.place).where(Honour.edition == edition_id)
    }
    return BundleSource(
        edition=edition,
        runs=tuple(StandingRun(**row) for row in rows),
        decisions=tuple(_decision(row, outcomes.get(row["id"], []), places) for row in decisions),
        categories={
            row["id"]: row
            for row in await Category.select(
                Category.id, Category.slug, Category.name_ar, Category.name_en
            ).where(Category.edition == edition_id)
        },
        criteria={
            row["id"]: row
            for row in await Criterion.select(
                Criterion.id, Criterion.slug, Criterion.name_ar, Criterion.name_en
            ).where(Criterion.category.edition == edition_id)
        },
    )  # fmt: skip


def _decision(row: dict[str, Any], outcomes: list[dict[str, Any]], places: dict[UUID, int | None]) -> dict[str, Any]:
    """Tell a decision by its places; words stay in the minutes, for they may name somebody."""
    withheld = (from_json(row["minutes"]) or {}).get("withheld", {})
    return {
        "round": row["ordinal"],
        "run": row["run"],
        "category": row["category"],
        "is_approved": row["state"] == "approved",
        "withheld": sorted(place for honour in withheld if (place := places.get(UUID(honour))) is not None),
        "outcomes": [
            {
                "entry": each["entry"],
                "kind": each["kind"],
                "place": places.get(each["honour"]),
                "is_shared": each["is_shared"],
                "computed_rank": each["computed_rank"],
                "has_reason": each["reason"] != "",
            }
            for each in outcomes
        ],
    }


async def list_bundles(edition_id: UUID) -> tuple[BundleLine, ...]:
    """List the bundles that were made, the newest first."""
    rows = (
        await ResultsBundle.select(ResultsBundle.sha256, ResultsBundle.subject, ResultsBundle.made_at)
        .where(ResultsBundle.edition == edition_id)
        .order_by(ResultsBundle.made_at, ascending=False)
    )
    return tuple(BundleLine(**row) for row in rows)


async def find_bundle(edition_id: UUID, sha256: str) -> str | None:
    """Find a bundle by its fingerprint."""
    row = (
        await ResultsBundle.select(ResultsBundle.content)
        .where((ResultsBundle.edition == edition_id) & (ResultsBundle.sha256 == sha256))
        .first()
    )
    return str(row["content"]) if row else None
