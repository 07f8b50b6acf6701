"""``tahkim assign``: tables in, an assignment with its reasons out; or the plain statement of why there is none.

Exit status: 0 written, 2 a fault in a table or option, 3 no assignment keeps every rule (nothing is written).
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: a second thread doubled the processor time

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path

from judging.assignment import BadOption, BadProblem, Infeasible, Undecided, assign_judges, order_for_judges
from service.cli.assign_files import Encoded, encode
from service.cli.assign_refusals import say_infeasible, say_table_fault
from service.cli.assign_report import write_report
from service.cli.assign_tables import InputFault
from service.cli.assign_words import say_result, say_skipped, write_assignment
from service.cli.records import TableError
from service.cli.words import command_words
from service.text import Words
from service.typed_text import western_digits

__all__ = ["run"]

FAULT, IMPOSSIBLE = 2, 3


def run(argv: list[str]) -> int:
    """Assign judges, or propose follow-up reviews, as the options say."""
    words = command_words()
    parser = _parser(words)
    options = parser.parse_args(argv)
    if options.follow_up and (options.marks is None or options.extra is None):
        parser.error(words.plain("assign.needs_marks"))
    try:
        encoded = encode(options)
        try:
            _answer(encoded, options, words)
        finally:
            print("".join(f"{line}\n" for line in say_skipped(encoded, words)), end="", file=sys.stderr)
    except InputFault as fault:
        print(words.plain(f"assign.fault_{fault.code}", **fault.facts), file=sys.stderr)
        return FAULT
    except TableError as fault:
        print(say_table_fault(fault, words), file=sys.stderr)
        return FAULT
    except (BadOption, BadProblem) as fault:
        key = f"bad_option_{fault.option}" if isinstance(fault, BadOption) else "bad_problem"
        print(words.plain(f"assign.{key}", **fault.facts), file=sys.stderr)
        return FAULT
    except Undecided:
        print(words.plain("assign.undecided"), file=sys.stderr)
        return IMPOSSIBLE
    except Infeasible as impossible:
        print("\n".join(say_infeasible(impossible, encoded, words)), file=sys.stderr)
        return IMPOSSIBLE
    return 0


def _answer(encoded: Encoded, options: Namespace, words: Words) -> None:
    if options.follow_up:
        from service.cli.assign_followup import follow_up  # noqa: PLC0415 (another command in all but name)

        follow_up(encoded, options, words)
    else:
        _assign(encoded, options, words)


def _assign(encoded: Encoded, options: Namespace, words: Words) -> None:
    found = assign_judges(
        encoded.problem, seed=options.seed, calibration_budget=options.calibration_budget, randomise=options.randomise
    )
    order = order_for_judges(found.pairs, seed=options.seed)
    write_assignment(options.out, found, order, encoded, words)
    if options.report:
        write_report(options.report, found, order, encoded, words)
    print("\n".join(say_result(found, encoded, words)), file=sys.stderr)


def _parser(words: Words) -> ArgumentParser:
    parser = ArgumentParser(prog="tahkim assign", description=words.plain("command.assign"))

    def option(name: str, **how: object) -> None:
        key = name.removeprefix("--").replace("-", "_")
        parser.add_argument(name, help=words.plain(f"assign.help_{key}"), **how)  # type: ignore[arg-type]

    for name in ("--entries", "--judges", "--out"):
        option(name, type=Path, required=True, metavar="FILE")
    for name in ("--affinity", "--conflicts", "--previous", "--locks", "--report", "--marks"):
        option(name, type=Path, metavar="FILE")
    option("--per-entry", type=_at_least(1), required=True, metavar="K")
    option("--max-load", type=_at_least(0), required=True, metavar="L")
    option("--calibration-budget", type=float, default=0.03, metavar="SHARE")
    option("--randomise", type=float, metavar="SHARE")
    option("--seed", type=_at_least(0), default=1, metavar="N")
    option("--follow-up", action="store_true")
    option("--extra", type=_at_least(0), metavar="N")
    option("--prizes", type=_at_least(1), default=1, metavar="N")
    return parser


def _at_least(lowest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(western_digits(text))
        if value < lowest:
            raise ValueError(text)
        return value

    read.__name__ = f">={lowest}"
    return read


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
