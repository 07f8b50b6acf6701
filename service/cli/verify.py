"""``tahkim verify BUNDLE``: compute a results bundle again, without any database, and say whether it holds."""

import json
import sys
from pathlib import Path

from service.cli.words import command_parser, command_words
from service.text import Ltr

__all__ = ["run"]

UNREADABLE = 2
BYTES_AT_MOST = 512 * 1024 * 1024


def run(argv: list[str]) -> int:
    """Return 0 when the bundle holds, 1 after naming the first difference, 2 when the file is no bundle."""
    words = command_words()
    parser = command_parser("verify", words)
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help=words.plain("command.verify_bundle"))
    parser.add_argument("--fingerprint", metavar="HASH", default="", help=words.plain("command.verify_fingerprint"))
    options = parser.parse_args(argv)
    try:
        content = options.bundle.read_bytes() if options.bundle.stat().st_size <= BYTES_AT_MOST else None
    except (OSError, ValueError):  # ValueError: a name with a NUL in it
        content = None
    if content is None:
        print(words.plain("command.verify_no_file", file=Ltr(options.bundle)), file=sys.stderr)
        return UNREADABLE
    from service.usecases.publishing.bundle_format import check_bundle  # noqa: PLC0415 (arguments first)

    try:
        found = check_bundle(content)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, json.JSONDecodeError):
        print(words.plain("command.verify_no_bundle", file=Ltr(options.bundle)), file=sys.stderr)
        return UNREADABLE
    if found.difference is not None:
        told = found.difference
        if told.code == "figure" and found.version != found.own_version:
            versions = words.plain("command.verify_version", theirs=Ltr(found.version), ours=Ltr(found.own_version))
            print(versions, words.plain("command.verify_apart"), file=sys.stderr)
        key = f"command.verify_{told.code}"
        print(words.plain(key, where=Ltr(told.where), says=Ltr(told.says), should=Ltr(told.should)), file=sys.stderr)
        return 1
    wanted = options.fingerprint.strip().lower()
    if wanted and wanted != found.sha256:
        print(words.plain("command.verify_other", says=Ltr(found.sha256), should=Ltr(wanted)), file=sys.stderr)
        return 1
    print(words.plain("command.verify_holds", edition=Ltr(found.edition), n=found.n_marks, entries=found.n_entries))
    if found.version != found.own_version:
        print(words.plain("command.verify_version", theirs=Ltr(found.version), ours=Ltr(found.own_version)))
    print(words.plain("command.verify_sha256", sha256=Ltr(found.sha256)))
    print(words.plain("command.verify_head", head=Ltr(found.audit_head)))
    if not wanted:
        print(words.plain("command.verify_compare"))
    return 0
