"""The demonstration's people: each signs up, opens the mailed link and acts in own name, as anybody would."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actors import Actor, Role
from service.audit import SYSTEM
from service.demo.edition import DemoEdition
from service.usecases.people.accounts import confirm_address, fold_email, sign_up
from service.usecases.people.invitations import accept_invitation, create_invitation
from storage.columns import from_json
from storage.engine import transaction
from storage.reads.accounts import find_account_by_email, list_grants
from storage.tables.message import Message
from storage.tables.person import Person

__all__ = [
    "COMMITTEE",
    "NEXT_COMMITTEE",
    "PASSWORD",
    "Member",
    "enrol",
    "find_letter_path",
    "find_person_id",
    "find_written_path",
    "is_anybody_real",
    "seat_committee",
    "serve_as",
]

PASSWORD = "three falaj words 2027"  # noqa: S105 - of invented people, on loopback, printed at the end


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the invented committee."""

    role: Role
    email: str
    name_ar: str
    name_en: str


COMMITTEE = (
    Member(Role.ADMINISTRATOR, "lubna@tahkim.example", "لبنى الرصد", "Lubna Al-Rasd"),
    Member(Role.CHAIR, "jamal@tahkim.example", "جمال المنارة", "Jamal Al-Manara"),
    Member(Role.SECRETARY, "warda@tahkim.example", "وردة السبلة", "Warda Al-Sabla"),
    Member(Role.REGISTRAR, "khadija@tahkim.example", "خديجة الدفتر", "Khadija Al-Daftar"),
    Member(Role.ASSIGNER, "nawal@tahkim.example", "نوال الميزان", "Nawal Al-Mizan"),
    Member(Role.MEMBER, "saif@tahkim.example", "سيف البوصلة", "Saif Al-Bosala"),
    Member(Role.MEMBER, "rahma@tahkim.example", "رحمة القلم", "Rahma Al-Qalam"),
    Member(Role.MEMBER, "yusuf@tahkim.example", "يوسف المرسى", "Yusuf Al-Marsa"),
    Member(Role.OBSERVER, "munir@tahkim.example", "منير الشاهد", "Munir Al-Shahid"),
)

NEXT_COMMITTEE = (
    COMMITTEE[0],
    Member(Role.CHAIR, "asila@tahkim.example", "أصيلة النورس", "Asila Al-Nawras"),
    Member(Role.ASSIGNER, "hamad@tahkim.example", "حمد الشراع", "Hamad Al-Shira"),
)
"""Who runs the edition after this one."""


async def find_person_id(email: str) -> UUID | None:
    """Find who has this address."""
    account = await find_account_by_email(fold_email(email))
    return account.id if account else None


async def is_anybody_real() -> bool:
    """Whether the database holds somebody who is not invented: the names of invented hosts end in ``.example``."""
    return bool(await Person.exists().where(Person.email.not_like("%.example")))


async def find_written_path(email: str, template: str, writing: Awaitable[object]) -> str | None:
    """Do what writes a letter, and read the address in it before a worker can send it: what is sent is forgotten."""
    async with transaction():
        await writing
        return await find_letter_path(email, template)


async def find_letter_path(email: str, template: str) -> str | None:
    """Read the address in the last letter of a kind that this person got, as its reader would."""
    rows = (
        await Message.select(Message.facts)
        .where((Message.email == fold_email(email)) & (Message.template == template))
        .order_by(Message.made_at, ascending=False)
    )
    paths = (from_json(row["facts"]).get("path") for row in rows)
    return next((str(path) for path in paths if path), None)


async def serve_as(member: Member, edition_id: UUID | None, *, edition_slug: str, now: datetime) -> Actor:
    """Invite somebody to a committee duty, accept in their name, and give the actor; once is enough."""
    person_id = await find_person_id(member.email)
    grants = await list_grants(person_id) if person_id else ()
    if not any(grant.role == member.role.value and grant.edition_id == edition_id for grant in grants):
        invited = await create_invitation(
            member.email, role=member.role, edition_id=edition_id, by=SYSTEM, now=now, name_ar=member.name_ar,
            name_en=member.name_en,
        )  # fmt: skip
        await accept_invitation(invited.secret, password=PASSWORD, device=f"demo-{edition_slug}", now=now)
        person_id = invited.person_id
    return Actor(role=member.role, person_id=person_id, edition_id=edition_id, name=member.name_en, email=member.email)


async def enrol(email: str, *, name_ar: str, name_en: str, edition_id: UUID, now: datetime) -> Actor:
    """Sign a student up, confirm the address by the mailed link, and give the actor."""
    account = await find_account_by_email(fold_email(email))
    if account is None or not account.is_confirmed:
        signing_up = sign_up(email, name_ar=name_ar, name_en=name_en, language="ar", address=f"demo:{email}", now=now)
        path = await find_written_path(email, "confirm", signing_up)
        if path is None:
            raise LookupError(email)
        signed_in = await confirm_address(path.rsplit("/", 1)[1], password=PASSWORD, device="demo", now=now)
        person_id: UUID | None = signed_in.person_id
    else:
        person_id = account.id
    return Actor(role=Role.ENTRANT, person_id=person_id, edition_id=edition_id, name=name_en, email=fold_email(email))


async def seat_committee(
    committee: Sequence[Member], edition: DemoEdition, edition_id: UUID, *, now: datetime
) -> dict[str, Actor]:
    """Seat everybody; members are ``member1`` to ``member3``."""
    actors: dict[str, Actor] = {}
    members = 0
    for member in committee:
        if member.role is Role.ADMINISTRATOR:
            actors["admin"] = await serve_as(member, None, edition_slug="", now=now)
            continue
        name = member.role.value
        if member.role is Role.MEMBER:
            members += 1
            name = f"member{members}"
        actors[name] = await serve_as(member, edition_id, edition_slug=edition.id, now=now)
    return actors
