"""The queue of letters: what failed is seen without its text, and tried again once."""

from storage.tables.message import Message
from tests.conftest import World, post

PAGE = "/en/admin/messages"


async def test_a_failed_letter_is_seen_and_tried_again_once(world: World, lubna):
    await Message.insert(
        Message(
            name="letter", email="somebody@people.example", template="sign-in", language="en",
            facts='{"path":"/sign-in/secret-of-the-link"}', state="failed", due_at=world.clock.now, attempts=8,
            error="550 no such box", made_at=world.clock.now,
        )
    )  # fmt: skip
    row = await Message.select(Message.id).first()
    assert row

    shown = (await lubna.get(PAGE)).text
    first = await post(lubna, f"{PAGE}/{row['id']}/retry", page=PAGE)
    second = await post(lubna, f"{PAGE}/{row['id']}/retry", page="/en/account")

    assert "550 no such box" in shown
    assert "secret-of-the-link" not in shown
    assert (first.status_code, second.status_code) == (303, 404)
    assert await Message.select(Message.state, Message.attempts) == [{"state": "waiting", "attempts": 0}]
