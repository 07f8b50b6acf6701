"""``tahkim``: finds the command's module and hands it the rest of the line. Nothing heavy is imported before that."""

import sys
from importlib import import_module

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
    "receipt": "service.cli.receipt",
    "playback": "service.cli.playback",
    "migrate": "service.cli.migrate",
    "objects": "service.cli.objects",
    "doctor": "service.cli.doctor",
    "backup": "service.cli.backup",
    "restore": "service.cli.restore",
}
"""Each module has ``run(argv) -> int``."""

USAGE_FAULT = 2


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments and arguments[0] in COMMANDS:
        status: int = import_module(COMMANDS[arguments[0]]).run(arguments[1:])
        return status
    from service.cli.words import command_words  # noqa: PLC0415 (the catalogues are read only when something is said)

    words = command_words()
    is_asked = arguments in (["--help"], ["-h"], [])
    lines = [words.plain("command.usage"), "", *(f"  {name:9}{words.plain(f'command.{name}')}" for name in COMMANDS)]
    if not is_asked:
        lines.insert(0, words.plain("command.unknown", name=arguments[0]))
    print("\n".join(lines), file=sys.stdout if is_asked else sys.stderr)
    return 0 if is_asked and arguments else USAGE_FAULT


if __name__ == "__main__":
    sys.exit(main())
