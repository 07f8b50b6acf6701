"""Handing letters over: to the mail server of the settings, or into a folder where none is set."""

import asyncio
import os
from pathlib import Path
from typing import Protocol

from service.mail.letters import Letter
from service.mail_server import MailServer
from service.settings import Settings

__all__ = ["FolderPostman", "Postman", "RefusedForGood", "ServerPostman", "make_postman"]

SECONDS = 20
_PERMANENT = 500


class RefusedForGood(Exception):
    """The server will never take this letter: the address does not exist, or it refuses the content."""


class Postman(Protocol):
    """Takes letters away."""

    async def deliver(self, letter: Letter) -> None:
        """Hand one over; when this returns it is out of our hands. A letter given twice arrives once."""
        ...


def make_postman(settings: Settings) -> Postman:
    """Choose by the settings."""
    if settings.mail_server is None:
        return FolderPostman(settings.mail_folder)
    return ServerPostman(settings.mail_server)


class FolderPostman:
    """Puts each letter into a folder as a file, named by its id so that a second delivery replaces the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, letter: Letter) -> None:
        """Write the letter whole, then give it its name."""
        await asyncio.to_thread(self._write, letter)

    def _write(self, letter: Letter) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._folder / f"{letter.template}-{letter.id}.eml"
        draft = target.with_suffix(".part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(letter.message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)


class ServerPostman:
    """Speaks SMTP. The Message-ID stays the same over tries, by which receivers drop a second copy."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def deliver(self, letter: Letter) -> None:
        """Hand it to the server. Raises RefusedForGood, or aiosmtplib's own when a later try may succeed."""
        import aiosmtplib  # noqa: PLC0415 (only installations with a mail server need it)

        try:
            await aiosmtplib.send(
                letter.message,
                hostname=self._server.host,
                port=self._server.port,
                username=self._server.username,
                password=self._server.password,
                use_tls=self._server.security == "tls",
                start_tls=self._server.security == "starttls",
                timeout=SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(each.code >= _PERMANENT for each in error.recipients):
                raise RefusedForGood from error
            raise
        except aiosmtplib.SMTPDataError as error:
            if error.code >= _PERMANENT:
                raise RefusedForGood from error
            raise
