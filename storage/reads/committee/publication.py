"""What stands before publication: decisions, honoured entries by code name, and when entrants were told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.columns import among, from_json
from storage.engine import run_sql
from storage.reads.certificates import moment
from storage.reads.honoured import permits_showing
from storage.tables.entry import EntryVersion
from storage.tables.result import Decision, Outcome, RankingRun

__all__ = ["HonouredLine", "Prepared", "get_prepared"]


@dataclass(frozen=True, slots=True)
class HonouredLine:
    """An honoured entry as the public will see it, by code name; a withheld place has none."""

    category_id: UUID
    place: int | None
    honour_ar: str
    honour_en: str
    code_name: str
    is_shared: bool
    citation_ar: str
    citation_en: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """How far an edition is from being published. ``judged`` are the categories that the ranking holds.

    ``first_at``: when the honoured are announced before their places, where that was fixed; ``names``: where the
    request for names in the preview stands (none, waiting, agreed or declined), and ``names_asked_by`` who made it;
    ``promised_at``: what the edition's public dates say of publication.
    """

    approved: frozenset[UUID]
    judged: frozenset[str]
    honoured: tuple[HonouredLine, ...]
    n_entries: int
    n_open_appeals: int
    told_at: datetime | None
    output_hash: str | None
    last_run: int
    decided_on: dict[UUID, int]
    n_unpermitted: int
    first_at: datetime | None
    announced_at: datetime | None
    promised_at: datetime | None
    names: str
    names_asked_by: UUID | None
    names_request: UUID | None


async def get_prepared(edition_id: UUID, round_id: UUID) -> Prepared:
    """Read what stands before publication in five queries."""
    decisions = {
        row["id"]: row
        for row in await Decision.select(
            Decision.id, Decision.category, Decision.state, Decision.run.ordinal.as_alias("run")
        ).where(Decision.round == round_id)
    }
    rows = [] if not decisions else await Outcome.select(
        Outcome.decision, Outcome.is_shared, Outcome.citation_ar, Outcome.citation_en, Outcome.computed_rank,
        Outcome.entry, Outcome.entry.code_name.as_alias("code"), Outcome.honour.place.as_alias("place"),
        Outcome.honour.name_ar.as_alias("honour_ar"), Outcome.honour.name_en.as_alias("honour_en"),
    ).where(Outcome.decision.is_in(list(decisions)) & Outcome.honour.is_not_null())  # fmt: skip
    rights = await EntryVersion.select(EntryVersion.rights).where(
        among(EntryVersion.entry, [row["entry"] for row in rows]) & EntryVersion.is_current.eq(True)
    )
    run = (
        await RankingRun.select(RankingRun.output, RankingRun.output_hash, RankingRun.ordinal)
        .where(RankingRun.round == round_id)
        .order_by(RankingRun.ordinal, ascending=False)
        .first()
    )
    (told,) = await run_sql(_STANDING, edition_id, edition_id, str(edition_id), edition_id)
    output = from_json(run["output"]) if run else {"categories": {}}
    return Prepared(
        approved=frozenset(row["category"] for row in decisions.values() if row["state"] == "approved"),
        judged=frozenset(each for each, lines in output["categories"].items() if lines),
        honoured=tuple(
            HonouredLine(
                decisions[row["decision"]]["category"], row["place"], row["honour_ar"], row["honour_en"],
                row["code"], row["is_shared"], row["citation_ar"], row["citation_en"],
            )
            for row in sorted(rows, key=lambda row: (row["place"] is None, row["place"], row["computed_rank"]))
        ),
        n_entries=int(told["n_entries"]),
        n_open_appeals=int(told["n_appeals"]),
        told_at=moment(told["told_at"]) if told["told_at"] else None,
        output_hash=run["output_hash"] if run else None,
        last_run=run["ordinal"] if run else 0,
        decided_on={row["category"]: row["run"] for row in decisions.values() if row["state"] == "approved"},
        n_unpermitted=sum(not permits_showing(from_json(row["rights"]) or {}) for row in rights),
        first_at=moment(told["due_at"]) if told["due_at"] else None,
        announced_at=moment(told["announced_at"]) if told["announced_at"] else None,
        promised_at=moment(told["promised_at"]) if told["promised_at"] else None,
        names=told["names"] or "none",
        names_asked_by=UUID(str(told["asked_by"])) if told["asked_by"] else None,
        names_request=UUID(str(told["request"])) if told["request"] else None,
    )  # fmt: skip


_STANDING = """SELECT
    (SELECT count(*) FROM entry WHERE entry.edition = {} AND entry.state = 'admitted') AS n_entries,
    (SELECT count(*) FROM appeal JOIN entry ON entry.id = appeal.entry
      WHERE entry.edition = {} AND appeal.state <> 'answered') AS n_appeals,
    announcement.due_at AS due_at, announcement.announced_at AS announced_at,
    (SELECT promised.at FROM timeline_date AS promised
      WHERE promised.edition = edition.id AND promised.slug = 'publish') AS promised_at, joint_request.state AS names,
    joint_request.asked_by AS asked_by, joint_request.id AS request, moved.at AS told_at
    FROM edition LEFT JOIN announcement ON announcement.edition = edition.id
    LEFT JOIN joint_request ON joint_request.id = (SELECT asked.id FROM joint_request AS asked
      WHERE asked.edition = edition.id AND asked.matter = 'preview-names' ORDER BY asked.asked_at DESC LIMIT 1)
    LEFT JOIN audit_event AS moved ON moved.sequence = (SELECT max(last.sequence) FROM audit_event AS last
      WHERE last.event = 'edition-moved' AND last.subject_id = {})
    WHERE edition.id = {}"""
