"""The permanent cast of every test: who they are and what they may act as, in one invented edition."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from service.actors import Actor, JudgeActor, Role
from service.usecases.people.passwords import hash_password
from storage.tables.edition import Category, Edition, TimelineDate
from storage.tables.panel import Judge
from storage.tables.person import Person, RoleGrant

CAST = {
    "warda": Role.SECRETARY,
    "jamal": Role.CHAIR,
    "salma": Role.MEMBER,
    "khadija": Role.REGISTRAR,
    "nawal": Role.ASSIGNER,
    "lubna": Role.ADMINISTRATOR,
    "munir": Role.OBSERVER,
    "basil": Role.JUDGE,
    "dina": Role.JUDGE,
    "farah": Role.ENTRANT,
    "ghaith": Role.ENTRANT,
    "iman": Role.SUPERVISOR,
    "hadi": Role.ENTRANT,
}
"""Dina has a conflict, Ghaith a team; Hadi is a stranger to every entry."""

ARABIC = {
    "warda": "وردة المقبالية", "jamal": "جمال البادي", "salma": "سلمى الحوسنية", "khadija": "خديجة العامرية",
    "nawal": "نوال الشيذانية", "lubna": "لبنى الكلبانية", "munir": "منير الغافري", "basil": "باسل الوهيبي",
    "dina": "دينا السيابية", "farah": "فرح الناعبية", "ghaith": "غيث المعولي", "iman": "إيمان الرقيشية",
    "hadi": "هادي الجهوري",
}  # fmt: skip
PASSWORD = "three words of Muscat"
NOW = datetime(2027, 2, 1, 8, 0, tzinfo=UTC)
_PASSWORD_HASH: list[str] = []


async def password_hash() -> str:
    """The hash of ``PASSWORD``, made once a run."""
    if not _PASSWORD_HASH:
        _PASSWORD_HASH.append(await hash_password(PASSWORD))
    return _PASSWORD_HASH[0]


async def add_edition(*, state: str = "open", slug: str = "edition-2027") -> UUID:
    """Add an edition with its great dates and two categories."""
    edition_id = uuid4()
    await Edition(
        id=edition_id, slug=slug, state=state, name_ar="مسابقة المشاريع – دورة 2027",
        name_en="Project Competition – Edition 2027", short_ar="دورة 2027", short_en="Edition 2027",
        theme_ar="إعلام يقرّب المعرفة", theme_en="Media that brings knowledge closer", notice_ar=None, notice_en=None,
        limits_notice_ar=None, limits_notice_en=None, time_zone="Asia/Muscat", contact_email="help@tahkim.example",
        max_members=6, max_entries_per_student=2, abstract_min_words=120, abstract_max_words=250, steps=8,
        judges_per_entry=3, max_entries_per_judge=8, honour_threshold=700, comment_levels="[1,4]",
        upload_grace_minutes=120, appeals_days=7, minutes_per_entry=35, break_after_entries=4, fingerprint=None,
        publish_at=None, published_at=None, created_at=NOW - timedelta(days=30),
    ).save()  # fmt: skip
    dates = {"open": -15, "questions": 40, "deadline": 56, "judging": 73, "publish": 132}
    for position, (name, days) in enumerate(dates.items()):
        at = NOW + timedelta(days=days)
        await TimelineDate(
            id=uuid4(), edition=edition_id, slug=name, position=position, at=at,
            until=at + timedelta(days=21) if name == "judging" else None,
            name_ar=f"موعد {name}", name_en=f"Date {name}",
        ).save()  # fmt: skip
    for position, (name, prefix) in enumerate({"documentary": "DOC", "podcast": "POD"}.items()):
        await Category(
            id=uuid4(), edition=edition_id, slug=name, prefix=prefix, position=position, name_ar=f"فئة {name}",
            name_en=f"Category {name}", about_ar="عن الفئة", about_en="About the category",
        ).save()  # fmt: skip
    return edition_id


async def add_cast(edition_id: UUID) -> dict[str, Actor]:
    """Add everybody, with their role (entrants and the administrator in all editions), and return them as actors."""
    actors = {}
    kept = await password_hash()
    for name, role in CAST.items():
        person_id, grant_id = uuid4(), uuid4()
        in_edition = None if role in {Role.ENTRANT, Role.ADMINISTRATOR} else edition_id
        await Person(
            id=person_id, email=f"{name}@tahkim.example", name_ar=ARABIC[name], name_en=name.title(),
            password_hash=kept, language="ar", digits="western", theme="auto", is_confirmed=True, created_at=NOW,
        ).save()  # fmt: skip
        await RoleGrant(
            id=grant_id, person=person_id, edition=in_edition, role=role.value, granted_at=NOW, revoked_at=None
        ).save()
        if role is Role.JUDGE:
            await Judge(
                id=uuid4(), edition=edition_id, person=person_id, kind="academic", institution=None, title_ar="د.",
                title_en="Dr", employer_ar="", employer_en="", languages='["ar","en"]', expertise="[]", past="[]",
                max_entries=8, order_seed="seed", is_active=True, guide_read_at=None,
            ).save()  # fmt: skip
        actors[name] = Actor(
            role=role, person_id=person_id, edition_id=edition_id, name=ARABIC[name], email=f"{name}@tahkim.example"
        )
    return actors


async def judge_actor(actor: Actor) -> JudgeActor:
    """The judge behind a member of the cast."""
    row = await Judge.select(Judge.id, Judge.edition).where(Judge.person == actor.person_id).first()
    assert row is not None
    return JudgeActor(id=row["id"], edition_id=row["edition"], actor=actor)
