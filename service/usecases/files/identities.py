"""Who must not be recognised in an entry: its people and institutions, searched for in files and in its own fields."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from judging.identity.identities import Identities, Institution, Person
from service.actors import Actor
from service.audit import Event, record
from service.errors import FieldError, Invalid, NotFound
from service.inspection import look_for_names
from service.permissions import Action, require
from storage.columns import to_json
from storage.engine import for_update, insert_many, transaction
from storage.inspect.report import Finding, Piece, Place, PlaceKind, Severity
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.entrant import EntryOwner, Supervision, TeamMember
from storage.tables.entry import Entry
from storage.tables.file import IdentityFinding
from storage.tables.institution import Institution as InstitutionRow
from storage.tables.institution import names_of

__all__ = ["FindingState", "collect_identities", "decide_finding", "keep_findings", "look_in_fields"]

_COLUMNS = (Entry.title_ar, Entry.title_en, Entry.abstract_ar, Entry.abstract_en, Entry.ai_text)
ASKS = frozenset({Severity.REFUSED, Severity.FIX, Severity.COMMITTEE})
"""What a team is told to look at; what the copy leaves out by itself is not asked about."""


class FindingState(StrEnum):
    """What the registrar made of a place where a name may stand."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


async def collect_identities(entry_id: UUID) -> Identities:
    """Collect the names and addresses of an entry's team, supervisor and institution."""
    members = await TeamMember.select(TeamMember.name_ar, TeamMember.name_en, TeamMember.email).where(
        TeamMember.entry == entry_id
    )
    supervisors = await Supervision.select(Supervision.name_ar, Supervision.name_en, Supervision.email).where(
        Supervision.entry == entry_id
    )
    owner = await EntryOwner.select(EntryOwner.institution).where(EntryOwner.entry == entry_id).first()
    institutions = (
        await InstitutionRow.select().where(InstitutionRow.id == owner["institution"])
        if owner and owner["institution"]
        else []
    )
    return Identities(
        people=(
            *(_person(row, "member") for row in members),
            *(_person(row, "supervisor") for row in supervisors),
        ),
        institutions=tuple(
            Institution(
                names=names_of(row),
                domains=tuple(row["mail_domain"].split()),
            )
            for row in institutions
        ),
    )


async def look_in_fields(entry_id: UUID, *, now: datetime) -> None:
    """Search the entry's own fields, which judges read, and keep what was found in place of the last search."""
    row = await Entry.select(*_COLUMNS).where(Entry.id == entry_id).first()
    if row is None:
        return
    pieces = [Piece(text, Place(PlaceKind.METADATA, name=name)) for name, text in row.items() if text]
    found = look_for_names(pieces, await collect_identities(entry_id))
    await keep_findings(entry_id, None, found, now=now)


async def keep_findings(entry_id: UUID, file_id: UUID | None, findings: Iterable[Finding], *, now: datetime) -> None:
    """Keep the places where a name may stand that somebody should look at, in place of the last search of this file.

    ``file_id`` is None for the entry's own fields. What was decided about the same words in the same place stands.
    """
    of_file = (IdentityFinding.entry == entry_id) & (
        IdentityFinding.file == file_id if file_id is not None else IdentityFinding.file.is_null()
    )
    rows = await IdentityFinding.select().where(of_file & (IdentityFinding.state != FindingState.OPEN.value))
    decided = {(row["code"], row["place"], row["excerpt"]): row for row in rows}
    await IdentityFinding.delete().where(of_file)
    await insert_many(
        [
            _row(entry_id, file_id, finding, decided, now=now)
            for finding in findings
            if finding.code.startswith("identity.") and finding.severity in ASKS
        ]
    )


def _row(
    entry_id: UUID,
    file_id: UUID | None,
    finding: Finding,
    decided: Mapping[tuple[str, str, str], Mapping[str, Any]],
    *,
    now: datetime,
) -> IdentityFinding:
    place = to_json(
        {
            "kind": finding.place.kind.value,
            "number": finding.place.number,
            "name": finding.place.name,
            "who": str(finding.facts.get("who", "")),
        }
    )
    excerpt = str(finding.facts.get("excerpt", ""))
    before = decided.get((finding.code, place, excerpt), {})
    return IdentityFinding(
        id=uuid4(), file=file_id, entry=entry_id, code=finding.code, place=place, excerpt=excerpt,
        state=before.get("state", FindingState.OPEN.value), reason=before.get("reason"),
        decided_at=before.get("decided_at"), found_at=now,
    )  # fmt: skip


async def decide_finding(
    actor: Actor, entry_id: UUID, finding_id: UUID, verdict: FindingState, *, reason: str = "", now: datetime
) -> None:
    """Confirm that a name stands there, or dismiss it with a reason. May be decided again while entries are checked."""
    if verdict is FindingState.OPEN:
        raise Invalid(FieldError("verdict", "err.choose_decision"))
    reason = reason.strip()
    if verdict is FindingState.DISMISSED and not reason:
        raise Invalid(FieldError(f"reason-{finding_id}", "err.finding_reason"))
    async with transaction():
        entry = await for_update(Entry.select(Entry.id, Entry.edition).where(Entry.id == entry_id)).first()
        if entry is None:
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == entry["edition"]))
        require(
            Action.CHECK_ELIGIBILITY, actor, stage=edition["state"], owns=actor.edition_id in {None, entry["edition"]}
        )
        changed = (
            await IdentityFinding.update(
                {
                    IdentityFinding.state: verdict.value,
                    IdentityFinding.reason: reason or None,
                    IdentityFinding.decided_at: now,
                }
            )
            .where((IdentityFinding.id == finding_id) & (IdentityFinding.entry == entry_id))
            .returning(IdentityFinding.id)
        )
        if not changed:
            raise NotFound
        await record(
            Event.FINDING_DECIDED, by=actor, about=("finding", finding_id), at=now, after=verdict.value, reason=reason
        )


def _person(row: dict[str, str], role: str) -> Person:
    return Person(names=_given((row["name_ar"], row["name_en"])), emails=_given((row["email"],)), role=role)


def _given(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(value for value in values if value)
