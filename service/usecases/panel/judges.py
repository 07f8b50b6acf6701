"""The judges of an edition: who they are, what they know, and in which categories they sit."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from service.actors import Actor, Role
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.usecases.panel.ties import find_ties
from service.usecases.people.invitations import create_invitation
from storage.columns import to_json
from storage.engine import insert_many, transaction
from storage.reads.ties import TiedJudge, read_earlier_ties, read_tie_rows
from storage.tables.edition import Category, Edition
from storage.tables.institution import Institution
from storage.tables.panel import Judge, PanelMember, Round
from storage.tables.person import Person, RoleGrant

__all__ = ["AddedJudge", "JudgeDetails", "PossibleTies", "add_judge", "check_possible_judge"]


class JudgeKnown(Conflicting):
    """This person is a judge of the edition already."""

    code = "judge-known"


class RegistrarCannotJudge(Conflicting):
    """Registrar and judge are never one person in a round."""

    code = "registrar-cannot-judge"


@dataclass(frozen=True, slots=True)
class JudgeDetails:
    """What the committee knows of a judge. Institutions, expertise and categories are named by slug."""

    email: str
    name_ar: str
    name_en: str
    kind: str
    title_ar: str
    title_en: str
    languages: Sequence[str]
    expertise: Sequence[str]
    categories: Sequence[str]
    institution: str = ""
    employer_ar: str = ""
    employer_en: str = ""
    department: str = ""
    past: Sequence[str] = ()
    max_entries: int = 0


@dataclass(frozen=True, slots=True)
class AddedJudge:
    """A judge and the secret of the invitation that was mailed (only its hash is kept)."""

    id: UUID
    person_id: UUID
    secret: str


async def add_judge(actor: Actor, edition_id: UUID, details: JudgeDetails, *, now: datetime) -> AddedJudge:
    """Add a judge to an edition and the panels of its latest round, and invite by letter."""
    async with transaction():
        edition = (
            await Edition.select(Edition.state, Edition.max_entries_per_judge).where(Edition.id == edition_id).first()
        )
        if edition is None:
            raise NotFound
        require(Action.INVITE_JUDGE, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
        categories = await _find_categories(edition_id, details)
        invited = await create_invitation(
            details.email, role=Role.JUDGE, edition_id=edition_id, by=actor, now=now, name_ar=details.name_ar,
            name_en=details.name_en,
        )  # fmt: skip
        await _check_person(edition_id, invited.person_id)
        institution = None
        if details.institution:
            found = await Institution.select(Institution.id).where(Institution.slug == details.institution).first()
            if found is None:
                raise Invalid(FieldError("institution", "err.institution_unknown"))
            institution = found["id"]
        judge = Judge(
            edition=edition_id,
            person=invited.person_id,
            kind=details.kind,
            institution=institution,
            title_ar=details.title_ar,
            title_en=details.title_en,
            employer_ar=details.employer_ar,
            employer_en=details.employer_en,
            department=details.department,
            languages=to_json(list(details.languages)),
            expertise=to_json(list(details.expertise)),
            past=to_json(list(details.past)),
            max_entries=details.max_entries or edition["max_entries_per_judge"],
            order_seed="",
        )
        await Judge.insert(judge)
        latest = (
            await Round.select(Round.id)
            .where(Round.edition == edition_id)
            .order_by(Round.ordinal, ascending=False)
            .first()
        )
        if latest is not None:
            await insert_many(
                [PanelMember(round=latest["id"], category=category, judge=judge.id) for category in categories]
            )
        await record(Event.JUDGE_ADDED, by=actor, about=("judge", judge.id), at=now, after=list(details.categories))
        return AddedJudge(judge.id, invited.person_id, invited.secret)


async def _find_categories(edition_id: UUID, details: JudgeDetails) -> list[UUID]:
    rows = await Category.select(Category.id, Category.slug).where(Category.edition == edition_id)
    known = {row["slug"]: row["id"] for row in rows}
    errors = []
    if not details.categories or not set(details.categories) <= known.keys():
        errors.append(FieldError("categories", "err.category_unknown"))
    if not details.languages:
        errors.append(FieldError("languages", "err.languages_needed"))
    if details.kind not in {"academic", "practitioner"}:
        errors.append(FieldError("kind", "err.kind_unknown"))
    if errors:
        raise Invalid(*errors)
    return [known[slug] for slug in details.categories]


async def _check_person(edition_id: UUID, person_id: UUID) -> None:
    if await Judge.exists().where((Judge.edition == edition_id) & (Judge.person == person_id)):
        raise JudgeKnown
    is_registrar = await RoleGrant.exists().where(
        (RoleGrant.person == person_id) & (RoleGrant.role == Role.REGISTRAR.value) & RoleGrant.revoked_at.is_null()
    )
    if is_registrar:
        raise RegistrarCannotJudge


@dataclass(frozen=True, slots=True)
class PossibleTies:
    """What the data show of somebody not invited yet: by category, standing entries and those with a tie; and by kind.

    Only counts: whoever assigns sees that a pair would be barred, never whose project it is.
    """

    by_category: dict[UUID, tuple[int, int]]
    by_source: dict[str, int]


async def check_possible_judge(actor: Actor, edition_id: UUID, details: JudgeDetails) -> PossibleTies:
    """Look for ties of a possible judge before inviting. Nothing is written, and nobody is told."""
    edition = await Edition.select(Edition.state).where(Edition.id == edition_id).first()
    if edition is None:
        raise NotFound
    require(Action.INVITE_JUDGE, actor, stage=edition["state"], owns=actor.edition_id in {None, edition_id})
    rows = await read_tie_rows(edition_id)
    slugs = {each.slug: each.id for each in rows.register}
    names = tuple(name for name in (details.name_ar, details.name_en) if name.strip())
    employers = tuple(text for text in (details.employer_ar, details.employer_en) if text.strip())
    possible = TiedJudge(
        None, None, names, details.email, slugs.get(details.institution), details.department, employers,
        tuple(details.past),
    )  # fmt: skip
    known = await Person.select(Person.id).where(Person.email == details.email).first()
    if known is not None:
        possible = replace(possible, person_id=known["id"])
    earlier = await read_earlier_ties([known["id"]]) if known is not None else ()
    found = await asyncio.to_thread(find_ties, replace(rows, judges=(possible,), earlier=earlier))
    tied = {tie.entry_id for tie in found}
    categories = {row["id"] for row in await Category.select(Category.id).where(Category.edition == edition_id)}
    counts = {
        category: (
            sum(entry.category_id == category for entry in rows.entries),
            sum(entry.category_id == category and entry.id in tied for entry in rows.entries),
        )
        for category in categories
    }
    return PossibleTies(counts, dict(Counter(tie.source for tie in found)))
