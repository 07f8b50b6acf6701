"""What stands before publication: decisions, honoured entries by code name, and when entrants were told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.columns import from_json
from storage.reads.committee.appeals import count_open_appeals
from storage.tables.audit import AuditEvent
from storage.tables.entry import Entry
from storage.tables.result import Decision, Outcome, RankingRun

__all__ = ["HonouredLine", "Prepared", "get_prepared"]


@dataclass(frozen=True, slots=True)
class HonouredLine:
    """An honoured entry as the public will see it, by code name; a withheld place has none."""

    category_id: UUID
    place: int
    honour_ar: str
    honour_en: str
    code_name: str
    is_shared: bool
    citation_ar: str
    citation_en: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """How far an edition is from being published. ``judged`` are the categories that the ranking holds."""

    approved: frozenset[UUID]
    judged: frozenset[str]
    honoured: tuple[HonouredLine, ...]
    n_entries: int
    n_open_appeals: int
    told_at: datetime | None
    output_hash: str | None


async def get_prepared(edition_id: UUID, round_id: UUID) -> Prepared:
    """Read what stands before publication in six queries."""
    decisions = {
        row["id"]: row
        for row in await Decision.select(Decision.id, Decision.category, Decision.state).where(
            Decision.round == round_id
        )
    }
    rows = [] if not decisions else await Outcome.select(
        Outcome.decision, Outcome.is_shared, Outcome.citation_ar, Outcome.citation_en, Outcome.computed_rank,
        Outcome.entry.code_name.as_alias("code"), Outcome.honour.place.as_alias("place"),
        Outcome.honour.name_ar.as_alias("honour_ar"), Outcome.honour.name_en.as_alias("honour_en"),
    ).where(Outcome.decision.is_in(list(decisions)) & Outcome.honour.is_not_null())  # fmt: skip
    run = (
        await RankingRun.select(RankingRun.output, RankingRun.output_hash)
        .where(RankingRun.round == round_id)
        .order_by(RankingRun.ordinal, ascending=False)
        .first()
    )
    told = (
        await AuditEvent.select(AuditEvent.at)
        .where((AuditEvent.event == "edition-moved") & (AuditEvent.subject_id == str(edition_id)))
        .order_by(AuditEvent.sequence, ascending=False)
        .first()
    )
    output = from_json(run["output"]) if run else {"categories": {}}
    return Prepared(
        approved=frozenset(row["category"] for row in decisions.values() if row["state"] == "approved"),
        judged=frozenset(each for each, lines in output["categories"].items() if lines),
        honoured=tuple(
            HonouredLine(
                decisions[row["decision"]]["category"], row["place"] or 0, row["honour_ar"], row["honour_en"],
                row["code"], row["is_shared"], row["citation_ar"], row["citation_en"],
            )
            for row in sorted(rows, key=lambda row: (row["place"] or 0, row["computed_rank"]))
        ),
        n_entries=await Entry.count().where((Entry.edition == edition_id) & (Entry.state == "admitted")),
        n_open_appeals=await count_open_appeals(edition_id),
        told_at=told["at"] if told else None,
        output_hash=run["output_hash"] if run else None,
    )  # fmt: skip
