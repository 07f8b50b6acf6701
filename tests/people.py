"""People as tests need them: an account with a role, and a judge who has practised."""

from uuid import UUID, uuid4

from service.actors import Actor, JudgeActor, Role
from service.usecases.judging.practice import mark_practice
from storage.reads.judge.practice import get_practice_sheet, list_practice
from storage.tables.person import Person, RoleGrant
from tests.cast import password_hash
from tests.small_plan import OPENS


async def add_person(name: str, role: Role, edition_id: UUID | None, *, name_ar: str = "", email: str = "") -> Actor:
    """Add somebody with an account, and the role."""
    person_id = uuid4()
    address = email or f"{name.lower().replace(' ', '.')}@people.example"
    await Person(
        id=person_id, email=address, name_ar=name_ar or f"{name} بالعربية", name_en=name,
        password_hash=await password_hash(), language="ar", digits="western", theme="auto", is_confirmed=True,
        created_at=OPENS,
    ).save()  # fmt: skip
    await RoleGrant(
        id=uuid4(), person=person_id, edition=edition_id, role=role.value, granted_at=OPENS, revoked_at=None
    ).save()
    return Actor(role=role, person_id=person_id, edition_id=edition_id, name=name, email=address)


async def practise(judge: JudgeActor, *, step: int = 5) -> None:
    """A judge gives every criterion of every practice work the same mark."""
    for card in await list_practice(judge.id, judge.edition_id):
        work = await get_practice_sheet(judge.id, judge.edition_id, card.position)
        assert work is not None
        await mark_practice(judge, work.id, {each.id: step for each in work.criteria}, steps=work.steps)
