"""``tahkim status-page TO``: write a page for another host: how the platform is, and until when entries are taken."""

import asyncio
import json
import sys
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from service.cli.words import command_words, data_parser, load_settings

if TYPE_CHECKING:
    from datetime import datetime

    from service.cli.status_page import Known, KnownEdition
    from service.settings import Settings
    from storage.reads.public.editions import EditionFrame

__all__ = ["run"]

WORKS, FILES_AWAY, AWAY = "works", "files-away", "away"
SECONDS_AT_MOST = 10.0
"""Whoever opens a page waits no longer; neither does a page about it."""
USAGE_FAULT = 2


def run(argv: list[str]) -> int:
    """Write the page, whatever is away; say on the error stream what is. Return 0 once it is written."""
    words = command_words()
    parser = data_parser("status-page", words)
    parser.add_argument("to", type=Path, metavar="TO", help=words.plain("command.status_to_help"))
    for lang in ("ar", "en"):
        parser.add_argument(f"--notice-{lang}", metavar="TEXT", default="", help=words.plain("command.status_notice"))
    options = parser.parse_args(argv)
    if bool(options.notice_ar) != bool(options.notice_en):
        print(words.plain("command.status_both"), file=sys.stderr)
        return USAGE_FAULT
    settings = load_settings(words, data=options.data)

    from service.cli.assign_words import write_whole  # noqa: PLC0415 (arguments first)
    from service.cli.status_page import Status, find_known, write_status  # noqa: PLC0415 (as above)
    from service.clock import system_clock  # noqa: PLC0415 (as above)

    now = system_clock()
    state = ask_site(settings.base_url)
    known = asyncio.run(read_known(settings, now)) or find_known(options.to)
    notices = {"ar": options.notice_ar, "en": options.notice_en}
    write_whole(options.to, write_status(Status(state, settings.base_url, known, notices, now)))
    if state != WORKS:
        print(words.plain(f"status.{state}"), file=sys.stderr)
    return 0


def ask_site(base_url: str) -> str:
    """Ask as people do, by the public address: whether pages come, and whether files do."""
    asked = Request(f"{base_url}/readyz", headers={"user-agent": "tahkim status-page"})  # noqa: S310 (from settings, http or https)
    try:
        with urlopen(asked, timeout=SECONDS_AT_MOST):  # noqa: S310 (as above)
            return WORKS
    except HTTPError as refused:
        try:
            told = json.loads(refused.read()) if refused.code == HTTPStatus.SERVICE_UNAVAILABLE else {}
        except (OSError, ValueError):
            return AWAY
        has_pages = isinstance(told, dict) and told.get("database") == told.get("schema") == "ok"
        return FILES_AWAY if has_pages else AWAY
    except (OSError, ValueError):
        return AWAY


async def read_known(settings: "Settings", now: "datetime") -> "Known | None":
    """Read the dates of the editions that are open or have just closed; None when the database does not answer."""
    from service.cli.status_page import Known  # noqa: PLC0415 (arguments first)
    from storage.engine import bind, close_database, open_database  # noqa: PLC0415 (as above)
    from storage.errors import StorageError  # noqa: PLC0415 (as above)
    from storage.lifecycle import EditionState  # noqa: PLC0415 (as above)
    from storage.migrations.run import check_current  # noqa: PLC0415 (as above)
    from storage.piccolo_app import TABLES  # noqa: PLC0415 (as above)
    from storage.reads.public.editions import (  # noqa: PLC0415 (as above)
        find_edition_frame,
        find_edition_id,
        list_editions,
    )

    try:
        engine = await open_database(settings.database_url)
    except StorageError:
        return None
    try:
        bind(engine, TABLES)
        if not await check_current(engine):
            return None
        lines = [each for each in await list_editions() if each.state in {EditionState.OPEN, EditionState.CLOSED}]
        ids = [await find_edition_id(line.slug) for line in lines]
        frames = [await find_edition_frame(each) for each in ids if each is not None]
    except StorageError:
        return None
    finally:
        await close_database(engine)
    return Known(now, tuple(_know(frame, frame.deadline_at) for frame in frames if frame and frame.deadline_at))


def _know(frame: "EditionFrame", deadline_at: "datetime") -> "KnownEdition":
    from service.cli.status_page import KnownEdition  # noqa: PLC0415 (arguments first)

    moved = frame.extension
    return KnownEdition(
        name={"ar": frame.name_ar, "en": frame.name_en},
        notice={"ar": frame.notice_ar or "", "en": frame.notice_en or ""},
        contact=frame.contact_email,
        deadline_at=deadline_at,
        was_at=moved.from_at if moved else None,
        reason=moved.reason if moved else "",
    )
