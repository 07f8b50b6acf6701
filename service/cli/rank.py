"""``tahkim rank``: a fair ranking from any competition's table of marks, with no database."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judging.errors import JudgingError
from judging.scoring import AUTO, METHODS, RoundScores, score_round
from service.cli.rankfiles import RankInput, read_marks, write_ranking
from service.cli.ranktable import print_ranking
from service.cli.records import TableError
from service.cli.words import command_words
from service.text import LANGUAGES, Ltr, Words

__all__ = ["main", "run"]

FAULT = 1
USAGE_FAULT = 2
METHOD_NAMES = (AUTO, *reversed(METHODS))


@dataclass(frozen=True, slots=True)
class Ranked:
    """What was read and what came of it."""

    given: RankInput
    scores: RoundScores


def run(argv: Sequence[str]) -> int:
    """Rank a file and write what was asked; 0 when done, 1 when the file allows no ranking, 2 on a wrong call."""
    options = _parser(_spoken(argv)).parse_args(argv)
    words = Words(options.lang)
    scores_file = options.scores or options.file
    if scores_file is None or (options.scores and options.file):
        print(
            words.plain("rank.fault.no-file-named", example=Ltr("tahkim rank marks.csv --out ranking.csv")),
            file=sys.stderr,
        )
        return USAGE_FAULT
    taken = _same_file(options, scores_file)
    if taken is not None:
        return _refuse(words, "rank.fault.same-file", {"path": str(taken)})
    try:
        ranked = rank_file(
            scores_file,
            rubric=options.rubric,
            judges=options.judges,
            method=options.method,
            places=options.places,
            seed=options.seed,
            is_separate=options.separate,
        )
        _write(options, ranked, words)
    except TableError as error:
        return _refuse(words, f"sheet.{error.code}", error.facts)
    except JudgingError as error:
        return _refuse(words, f"rank.fault.{error.code}", error.facts)
    except OSError as error:
        return _refuse(words, "rank.fault.not-written", {"path": str(error.filename)})
    print_ranking(ranked.given, ranked.scores, words, by_category=options.by == "category")
    return 0


def rank_file(
    path: Path,
    *,
    rubric: Path | None = None,
    judges: Path | None = None,
    method: str = AUTO,
    places: int = 3,
    seed: int | None = None,
    is_separate: bool = False,
) -> Ranked:
    """Read a table of marks and score it. Raises TableError or JudgingError, naming what is at fault."""
    given = read_marks(path, rubric=rubric, judges=judges)
    scores = score_round(given.marks, given.rubric, places=places, method=method, seed=seed, is_separate=is_separate)
    return Ranked(given, scores)


def _same_file(options: argparse.Namespace, scores_file: Path) -> Path | None:
    """Find a file to be written that is read too, or written twice: nothing given may be lost."""
    held = {each.resolve() for each in (scores_file, options.rubric, options.judges) if each is not None}
    for path in (options.out, options.report, options.json):
        if path is not None:
            if path.resolve() in held:
                return Path(path)
            held.add(path.resolve())
    return None


def _write(options: argparse.Namespace, ranked: Ranked, words: Words) -> None:
    if options.out:
        write_ranking(options.out, ranked.given, ranked.scores)
    if options.json:
        from service.cli.rankjson import as_json  # noqa: PLC0415  (only where asked)

        text = json.dumps(as_json(ranked.given, ranked.scores), ensure_ascii=False, indent=1, sort_keys=True)
        options.json.write_text(text + "\n", encoding="utf-8")
    if options.report:
        from service.cli.rankreport import render_report  # noqa: PLC0415  (templates take a while to load)

        options.report.write_text(render_report(ranked.given, ranked.scores, words), encoding="utf-8")


def _refuse(words: Words, key: str, facts: Mapping[str, str | float]) -> int:
    print(words.plain(key, **facts), file=sys.stderr)
    return FAULT


def _spoken(argv: Sequence[str]) -> Words:
    """Give the language of the help: the one asked for, else the terminal's."""
    for at, part in enumerate(argv):
        asked = (
            part.partition("=")[2]
            if part.startswith("--lang=")
            else argv[at + 1]
            if part == "--lang" and at + 1 < len(argv)
            else ""
        )
        if asked in LANGUAGES:
            return Words(asked)
    return command_words()


def _parser(words: Words) -> argparse.ArgumentParser:
    say: Callable[[str], str] = lambda key: words.plain(f"rank.help.{key}")  # noqa: E731
    parser = argparse.ArgumentParser(prog="tahkim rank", description=say("description"))
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help=say("file"))
    parser.add_argument("--scores", type=Path, metavar="FILE", help=say("file"))
    parser.add_argument("--rubric", type=Path, metavar="RUBRIC.toml", help=say("rubric"))
    parser.add_argument("--judges", type=Path, metavar="FILE", help=say("judges"))
    parser.add_argument("--method", choices=METHOD_NAMES, default=AUTO, help=say("method"))
    parser.add_argument("--places", type=_whole, default=3, metavar="N", help=say("places"))
    parser.add_argument("--by", choices=("category",), help=say("by"))
    parser.add_argument("--separate", action="store_true", help=say("separate"))
    parser.add_argument("--seed", type=_whole, metavar="N", help=say("seed"))
    parser.add_argument("--lang", choices=LANGUAGES, default=words.lang, help=say("lang"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=say("out"))
    parser.add_argument("--report", type=Path, metavar="FILE", help=say("report"))
    parser.add_argument("--json", type=Path, metavar="FILE", help=say("json"))
    return parser


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def main() -> int:
    """Run as ``python -m service.cli.rank``."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
