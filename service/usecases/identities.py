"""Who must not be recognised in an entry: its people and institutions, searched for in files and in its own fields."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from judging.identity.identities import Identities, Institution, Person
from service.inspection import look_for_names
from storage.columns import from_json, to_json
from storage.engine import insert_many
from storage.inspect.report import Finding, Piece, Place, PlaceKind, Severity
from storage.tables.entrant import EntryOwner, Supervision, TeamMember
from storage.tables.entry import Entry
from storage.tables.file import IdentityFinding
from storage.tables.institution import Institution as InstitutionRow

__all__ = ["collect_identities", "keep_findings", "look_in_fields"]

_COLUMNS = (Entry.title_ar, Entry.title_en, Entry.abstract_ar, Entry.abstract_en, Entry.ai_text)
ASKS = frozenset({Severity.REFUSED, Severity.FIX, Severity.COMMITTEE})
"""What a team is told to look at; what the copy leaves out by itself is not asked about."""


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
                names=_given((row["name_ar"], row["name_en"], *(from_json(row["aliases"]) or ()))),
                domains=_given((row["mail_domain"],)),
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
    await IdentityFinding.delete().where((IdentityFinding.entry == entry_id) & IdentityFinding.file.is_null())
    await keep_findings(entry_id, None, found, now=now)


async def keep_findings(entry_id: UUID, file_id: UUID | None, findings: Iterable[Finding], *, now: datetime) -> None:
    """Keep the places where a name may stand that somebody should look at."""
    await insert_many(
        [
            IdentityFinding(
                id=uuid4(),
                file=file_id,
                entry=entry_id,
                code=finding.code,
                place=to_json(
                    {
                        "kind": finding.place.kind.value,
                        "number": finding.place.number,
                        "name": finding.place.name,
                        "who": str(finding.facts.get("who", "")),
                    }
                ),
                excerpt=str(finding.facts.get("excerpt", "")),
                state="open",
                found_at=now,
            )
            for finding in findings
            if finding.code.startswith("identity.") and finding.severity in ASKS
        ]
    )


def _person(row: dict[str, str], role: str) -> Person:
    return Person(names=_given((row["name_ar"], row["name_en"])), emails=_given((row["email"],)), role=role)


def _given(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(value for value in values if value)
