"""``tahkim``: finds the command's module and hands it the rest of the line. Nothing heavy is imported before that."""

import os
import select
import sys
from importlib import import_module

from storage.errors import (
    NewerSchema,
    ObjectStoreAway,
    SchemaMismatch,
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageUnavailable,
)

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "demo": "service.cli.demo",
    "serve": "service.cli.serve",
    "worker": "service.cli.worker",
    "rank": "service.cli.rank",
    "assign": "service.cli.assign",
    "inspect": "service.cli.inspect",
    "audit": "service.cli.audit",
    "verify": "service.cli.verify",
    "invite": "service.cli.invite",
    "sweep": "service.cli.sweep",
    "retention": "service.cli.retention",
    "receipt": "service.cli.receipt",
    "playback": "service.cli.playback",
    "migrate": "service.cli.migrate",
    "objects": "service.cli.objects",
    "doctor": "service.cli.doctor",
    "status-page": "service.cli.status",
    "backup": "service.cli.backup",
    "restore": "service.cli.restore",
}
"""Each module has ``run(argv) -> int``."""

USAGE_FAULT = 2
TROUBLE = 1
KNOWN_TROUBLE: dict[type[StorageError], str] = {
    NewerSchema: "newer-schema",
    SchemaMismatch: "other-schema",
    StorageBusy: "busy",
    StorageFull: "full",
    StorageUnavailable: "database-away",
    StorageDamaged: "damaged",
    ObjectStoreAway: "store-away",
}
"""What can be wrong outside the program: ``command.trouble.<code>`` says what to do. All else is a fault of ours."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments and arguments[0] in COMMANDS:
        return _run(arguments[0], arguments[1:])
    from service.cli.words import command_words  # noqa: PLC0415 (the catalogues are read only when something is said)

    words = command_words()
    is_asked = arguments in (["--help"], ["-h"], [])
    lines = [words.plain("command.usage"), "", *(f"  {name:10} {words.plain(f'command.{name}')}" for name in COMMANDS)]
    if not is_asked:
        lines.insert(0, words.plain("command.unknown", name=arguments[0]))
    print("\n".join(lines), file=sys.stdout if is_asked else sys.stderr)
    return 0 if is_asked and arguments else USAGE_FAULT


def _run(name: str, rest: list[str]) -> int:
    """Run a command; say in a sentence what is wrong outside the program, instead of where it was noticed."""
    try:
        status: int = import_module(COMMANDS[name]).run(rest)
        sys.stdout.flush()
    except BrokenPipeError:
        if _has_reader():
            raise
        return TROUBLE
    except (StorageError, OSError, ExceptionGroup) as error:
        inner: BaseException = error
        while isinstance(inner, ExceptionGroup) and len(inner.exceptions) == 1:
            inner = inner.exceptions[0]
        if isinstance(inner, StorageError):
            return _tell(inner)
        if isinstance(inner, OSError) and inner.filename is not None:
            return _say("file", f"{inner.filename}: {inner.strerror}")
        raise
    return status


def _has_reader() -> bool:
    """Tell whether somebody still reads what is printed; who has seen enough, as in ``... | head``, is told no more."""
    heard = select.poll()
    heard.register(sys.stdout, 0)
    if not heard.poll(0):
        return True
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return False


def _tell(error: StorageError) -> int:
    code = next((code for kind, code in KNOWN_TROUBLE.items() if isinstance(error, kind)), None)
    if code is None:
        raise error
    return _say(code, str(error))


def _say(code: str, facts: str) -> int:
    from service.cli.words import command_words  # noqa: PLC0415 (as above)

    words = command_words()
    print(words.plain(f"command.trouble.{code}"), file=sys.stderr)
    if facts:
        print(f"  {facts}", file=sys.stderr)
    return TROUBLE


if __name__ == "__main__":
    sys.exit(main())
