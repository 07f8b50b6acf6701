"""The ranking as the terminal shows it."""

import unicodedata

from judging.ranking import SEPARABLE
from judging.scoring import RoundScores
from service.cli.rankfiles import RankInput
from service.cli.rankview import RankedList, advised_reviews, flag_lines, ranked_lists
from service.text import Words

__all__ = ["print_ranking"]

MOST_ROWS = 40
GAP = "  "
AT_START = {"category", "entry", "certainty"}


def print_ranking(given: RankInput, scores: RoundScores, words: Words, *, by_category: bool) -> None:
    """Print the lists, then what a reader should know about them."""
    lists = ranked_lists(given, scores, most=MOST_ROWS)
    for method, reason in sorted({(choice.method, choice.reason) for choice in scores.choices}):
        print(
            words.plain(
                "rank.table.method",
                method=words.plain(f"rank.method.{method}"),
                reason=words.plain(f"rank.reason.{reason.replace('_', '-')}"),
            )
        )
    if by_category:
        for one in lists:
            print(f"\n{one.category}".rstrip())
            _print_lists((one,), words)
    else:
        print()
        _print_lists(lists, words)
    for line in flag_lines(given, scores):
        print(words.plain(f"rank.flag.{line.code.replace('_', '-')}", names=list(line.names)))
        if line.rest:
            print(words.plain("rank.table.more", n=line.rest))
    for why, judge, entry in advised_reviews(given, scores):
        print(words.plain(f"rank.advice.{why}", judge=judge, entry=entry))
    if given.marks.n_abstained:
        print(words.plain("rank.table.abstained", n=given.marks.n_abstained))


def _print_lists(lists: tuple[RankedList, ...], words: Words) -> None:
    keys = ["rank", "entry", "score", "range", "certainty", "raw_mean", "reviews"]
    if len({one.category for one in lists}) > 1:
        keys.insert(0, "category")
    rows = [[words.plain(f"rank.column.{key}") for key in keys]]
    for one in lists:
        for row in one.rows[: max(0, MOST_ROWS + 1 - len(rows))]:
            places = f"{row.rank_low}" if row.rank_low == row.rank_high else f"{row.rank_low}\u2013{row.rank_high}"
            cells = {
                "category": one.category,
                "rank": str(row.rank),
                "entry": row.entry,
                "score": words.number(row.score, 2),
                "range": places,
                "certainty": words.plain(f"com.{row.certainty}"),
                "raw_mean": words.number(row.raw_mean, 2),
                "reviews": str(row.reviews),
            }
            rows.append([cells[key] for key in keys])
    _print_rows(rows, keys)
    total = sum(one.size for one in lists)
    if total > len(rows) - 1:
        print(words.plain("rank.table.more", n=total - len(rows) + 1))
    for one in lists:
        if one.open_place:
            print(words.plain("rank.undecided", place=one.open_place))
    if any(row.bracket >= 0 for one in lists for row in one.rows):
        print(words.plain("com.bracket", percent=words.percent(SEPARABLE)))


def _print_rows(rows: list[list[str]], keys: list[str]) -> None:
    widths = [max(_width(row[column]) for row in rows) for column in range(len(keys))]
    for row in rows:
        cells = []
        for text, width, key in zip(row, widths, keys, strict=True):
            blank = " " * (width - _width(text))
            cells.append(text + blank if key in AT_START else blank + text)
        print(GAP.join(cells).rstrip())


def _width(text: str) -> int:
    """Count the places that a text takes: vowel marks and invisible signs take none, wide letters two."""
    shown = (c for c in text if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in shown)
