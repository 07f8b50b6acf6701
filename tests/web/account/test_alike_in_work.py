"""An answer's time tells nobody who has an account: the work behind it is the same, and that is what is counted.

No clock is read. What takes long is counted with what it costs: a password's hash, by its parameters, and a statement.
"""

import pytest
from argon2 import PasswordHasher

from service.usecases.people.erasing import erase_person
from storage.engine import count_queries, transaction
from storage.tables.person import Person, RoleGrant
from tests.conftest import World, csrf_in

STRANGER = "nobody@tahkim.example"
NEW = {"name_ar": "ريم الحبسية", "name_en": "Reem Al Habsi"}
WRONG = "not the right one"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every hash that is worked, by what it costs; the work itself is done."""
    worked: list[str] = []
    verify, make = PasswordHasher.verify, PasswordHasher.hash

    def verify_counted(self: PasswordHasher, kept: str, password: str) -> bool:
        worked.append(_cost(kept))
        return verify(self, kept, password)

    def make_counted(self: PasswordHasher, password: str) -> str:
        kept = make(self, password)
        worked.append(_cost(kept))
        return kept

    monkeypatch.setattr(PasswordHasher, "verify", verify_counted)
    monkeypatch.setattr(PasswordHasher, "hash", make_counted)
    return worked


def _cost(kept: str) -> str:
    """The way a hash was worked, memory and passes, without its salt."""
    return kept.rsplit("$", 2)[0]


async def gather_people(world: World) -> dict[str, str]:
    """An address of every kind that somebody could ask about."""
    people = {name: world.actors[name] for name in ("farah", "ghaith", "hadi", "iman", "dina")}
    await Person.update({Person.password_hash: None}).where(Person.id == people["ghaith"].person_id)
    await Person.update({Person.password_hash: None, Person.is_confirmed: False}).where(
        Person.id == people["iman"].person_id
    )
    await RoleGrant.update({RoleGrant.revoked_at: world.clock.now}).where(RoleGrant.person == people["dina"].person_id)
    erased = people["hadi"].person_id
    assert erased is not None
    async with transaction():
        await erase_person(erased, "hadi@tahkim.example", now=world.clock.now)
    return {
        "unknown": STRANGER,
        "known": "farah@tahkim.example",
        "without a password": "ghaith@tahkim.example",
        "invited and never confirmed": "iman@tahkim.example",
        "erased": "hadi@tahkim.example",
        "without any duty": "dina@tahkim.example",
    }


async def cost(world: World, path: str, form: dict[str, str], hashes: list[str]) -> tuple[object, ...]:
    """What one answer cost: its status, the hashes by their parameters, and the statements."""
    browser = world.visitor()
    token = csrf_in((await browser.get(path)).text)
    hashes.clear()
    with count_queries() as counted:
        answer = await browser.post(path, data={**form, "csrf": token})
    return answer.status_code, tuple(hashes), counted.count


WAYS = {
    "signing in": ("/en/sign-in", {"password": WRONG}, (422, 1)),
    "a link that signs in": ("/en/sign-in", {"by": "link"}, (200, 0)),
    "a new password": ("/en/password-reset", {}, (200, 0)),
    "signing up": ("/en/sign-up", NEW, (200, 0)),
}
"""The page, what is typed beside the address, and the answer with the number of its hashes."""


@pytest.mark.parametrize("way", WAYS)
async def test_an_answer_costs_the_same_whoever_the_address_belongs_to(world: World, hashes: list[str], way: str):
    path, form, (status, n) = WAYS[way]

    costs = {
        kind: await cost(world, path, {**form, "email": email}, hashes)
        for kind, email in (await gather_people(world)).items()
    }

    assert len(set(costs.values())) == 1, costs
    shown, worked, _ = costs["known"]
    assert (shown, len(worked)) == (status, n)  # type: ignore[arg-type]


async def test_a_refusal_past_the_limit_works_no_hash_for_anybody(world: World, hashes: list[str]):
    for email in (STRANGER, "farah@tahkim.example"):
        costs = [await cost(world, "/en/sign-in", {"email": email, "password": WRONG}, hashes) for _ in range(11)]
        assert [len(worked) for _, worked, _ in costs] == [1] * 10 + [0]  # type: ignore[arg-type]


async def test_a_letter_goes_to_every_address_that_was_asked_about(world: World):
    people = await gather_people(world)
    for path in ("/en/password-reset", "/en/sign-up"):
        for email in people.values():
            browser = world.visitor()
            token = csrf_in((await browser.get(path)).text)
            await browser.post(path, data={**NEW, "email": email, "csrf": token})

    await world.work()

    assert sorted(letter["To"] for letter in world.letters()) == sorted([*people.values()] * 2)
