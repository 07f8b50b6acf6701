"""``tahkim invite``: gives the first administrator (and anybody else) a role, by a one-time link.

Whoever can run this command owns the machine; the link is printed, and mailed as any invitation is.
"""

import asyncio
import sys
from argparse import Namespace
from datetime import datetime
from typing import TYPE_CHECKING

from service.cli.words import command_words, data_parser, load_settings

if TYPE_CHECKING:
    from service.settings import Settings
    from service.text import Words

__all__ = ["run"]

ROLES = ("administrator", "chair", "secretary", "registrar", "assigner", "member", "observer")


def run(argv: list[str]) -> int:
    """Invite one address to one role; the exit status is 1 where that cannot be done."""
    words = command_words()
    parser = data_parser("invite", words)
    parser.add_argument("email", help=words.plain("command.invite_email"))
    parser.add_argument("--role", choices=ROLES, default=ROLES[0], help=words.plain("command.invite_role"))
    parser.add_argument("--edition", metavar="NAME", help=words.plain("command.invite_edition"))
    parser.add_argument("--name-ar", default="", help=words.plain("command.invite_name_ar"))
    parser.add_argument("--name-en", default="", help=words.plain("command.invite_name_en"))
    options = parser.parse_args(argv)
    if options.role != ROLES[0] and not options.edition:
        parser.error(words.plain("command.invite_edition_needed"))
    settings = load_settings(words, data=options.data)
    return asyncio.run(_invite(settings, options, words))


async def _invite(settings: "Settings", options: Namespace, words: "Words") -> int:
    from service.actors import Role  # noqa: PLC0415 (arguments first: a mistyped one is answered at once)
    from service.audit import SYSTEM  # noqa: PLC0415 (as above)
    from service.errors import Invalid  # noqa: PLC0415 (as above)
    from service.usecases.people.invitations import create_invitation  # noqa: PLC0415 (as above)
    from service.world import open_world  # noqa: PLC0415 (as above)
    from storage.reads.public.editions import find_edition_id  # noqa: PLC0415 (as above)

    async with open_world(settings):
        edition_id = await find_edition_id(options.edition) if options.edition else None
        if options.edition and edition_id is None:
            print(words.plain("command.invite_no_edition", name=options.edition), file=sys.stderr)
            return 1
        try:
            invited = await create_invitation(
                options.email, role=Role(options.role), edition_id=edition_id, by=SYSTEM,
                now=datetime.now().astimezone(), name_ar=options.name_ar, name_en=options.name_en,
            )  # fmt: skip
        except Invalid as invalid:
            print("\n".join(words.plain(error.key, **error.facts) for error in invalid.errors), file=sys.stderr)
            return 1
    print(words.plain("command.invited"))
    print(f"{settings.base_url}/{words.lang}/invitations/{invited.secret}")  # bare, to be copied
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
