import socket
import stat
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from service.mail.delivery import FolderPostman, RefusedForGood, ServerPostman
from service.mail.letters import Letter, write_letter
from service.mail.queue import queue_letter
from service.mail_server import MailServer
from service.settings import Settings
from service.world import make_worker
from storage.columns import to_json
from storage.engine import Row, transaction
from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner
from storage.tables.message import Message
from tests.conftest import SetClock

NOW = datetime(2027, 2, 1, 8, 0, tzinfo=UTC)


def row_of(template: str = "invitation", language: str = "both", **facts: object) -> Row:
    given = {"path": "/invitations/abc", "role": "judge", "edition_ar": "دورة 2027", "edition_en": "Edition 2027"}
    return {
        "id": uuid4(), "email": "reem@example.org", "template": template, "language": language,
        "facts": to_json(given | facts), "made_at": NOW,
    }  # fmt: skip


def text_of(letter: Letter, kind: str = "plain") -> str:
    body = letter.message.get_body((kind,))
    assert body is not None
    return body.get_content()


def test_where_the_language_is_not_known_the_letter_is_in_both(settings: Settings):
    letter = write_letter(row_of(), settings, now=NOW)

    text = text_of(letter)
    assert text.index("دورة 2027") < text.index("Edition 2027")
    assert "http://localhost:8000/ar/invitations/abc" in text
    assert "http://localhost:8000/en/invitations/abc" in text
    assert 'dir="rtl"' in text_of(letter, "html")


def test_a_letter_written_twice_is_the_same_letter(settings: Settings):
    row = row_of(language="en")

    one, other = write_letter(row, settings, now=NOW), write_letter(row, settings, now=NOW)

    assert one.message["Message-ID"] == other.message["Message-ID"]
    assert text_of(one) == text_of(other)


@pytest.mark.parametrize(
    "hostile", ["a\r\nBcc: all@example.org", "<b onmouseover=x>", "https://evil.example/", "{path}"]
)
def test_what_people_typed_makes_no_header_and_no_markup(settings: Settings, hostile: str):
    letter = write_letter(row_of(language="en", edition_en=hostile), settings, now=NOW)

    assert letter.message["Bcc"] is None
    assert "<b onmouseover" not in text_of(letter, "html")
    assert 'href="https://evil' not in text_of(letter, "html")


def test_a_template_that_no_catalogue_knows_is_an_error(settings: Settings):
    with pytest.raises(KeyError):
        write_letter(row_of("dance"), settings, now=NOW)


async def test_letters_in_the_folder_are_whole_and_private(tmp_path: Path, settings: Settings):
    letter = write_letter(row_of(), settings, now=NOW)
    postman = FolderPostman(tmp_path / "mail")

    await postman.deliver(letter)
    await postman.deliver(letter)

    (path,) = (tmp_path / "mail").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


class Inbox:
    """A mail server's other side: takes letters, and refuses one address for good."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 (as above)
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 OK"


async def test_letters_reach_a_mail_server_and_a_refused_address_is_given_up(settings: Settings):
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        postman = ServerPostman(MailServer("127.0.0.1", port, "none", None, None))
        await postman.deliver(write_letter(row_of(), settings, now=NOW))
        with pytest.raises(RefusedForGood):
            await postman.deliver(write_letter(row_of() | {"email": "nobody@example.org"}, settings, now=NOW))
    finally:
        controller.stop()

    assert len(inbox.taken) == 1
    assert b"Subject: =?utf-8?" in inbox.taken[0]


async def test_a_one_time_link_is_not_kept_beyond_its_letter(database: str, settings: Settings, clock: SetClock):
    async with transaction():
        await queue_letter(
            "sign-in", name="one", email="reem@example.org", language="en", at=clock.now, path="/sign-in/x"
        )
    worker = make_worker(settings, MemoryStore(LinkSigner(b"x" * 32)), clock=clock)

    await worker.work_until_idle()

    row = await Message.select(Message.state, Message.facts).first()
    assert row == {"state": "sent", "facts": "{}"}
    assert len(list(settings.mail_folder.iterdir())) == 1


async def test_while_the_mail_server_is_away_letters_wait(database: str, settings: Settings, clock: SetClock):
    async with transaction():
        await queue_letter("reset", name="one", email="reem@example.org", language="en", at=clock.now, path="/x")
    worker = make_worker(settings, MemoryStore(LinkSigner(b"x" * 32)), clock=clock)
    worker.postman = ServerPostman(MailServer("127.0.0.1", 9, "none", None, None))

    await worker.work_until_idle()

    row = await Message.select(Message.state, Message.attempts).first()
    assert row == {"state": "waiting", "attempts": 1}
