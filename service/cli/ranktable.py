"""The ranking as the terminal shows it."""

import sys

from rich.console import Console
from rich.table import Table

from judging.ranking import SEPARABLE
from judging.scoring import RoundScores
from service.cli.rankfiles import RankInput
from service.cli.rankview import RankedList, advised_reviews, flag_lines, ranked_lists
from service.text import Words

__all__ = ["print_ranking"]

MOST_ROWS = 40
WIDTH = 110


def print_ranking(given: RankInput, scores: RoundScores, words: Words, *, by_category: bool) -> None:
    """Print the lists, then what a reader should know about them."""
    console = Console(file=sys.stdout, width=WIDTH, highlight=False, soft_wrap=True)
    lists = ranked_lists(given, scores)
    reasons = sorted({(choice.method, choice.reason) for choice in scores.choices})
    for method, reason in reasons:
        console.print(
            words.plain(
                "rank.table.method",
                method=words.plain(f"rank.method.{method}"),
                reason=words.plain(f"rank.reason.{reason.replace('_', '-')}"),
            )
        )
    if by_category or len(lists) == 1:
        for one in lists:
            _print_lists(console, (one,), words)
    else:
        _print_lists(console, lists, words)
    for line in flag_lines(given, scores):
        console.print(words.plain(f"rank.flag.{line.code.replace('_', '-')}", names=list(line.names)))
        if line.rest:
            console.print(words.plain("rank.table.more", n=line.rest))
    for why, judge, entry in advised_reviews(given, scores):
        console.print(words.plain(f"rank.advice.{why}", judge=judge, entry=entry))
    if scores.reviews.n_reviews and given.marks.n_abstained:
        console.print(words.plain("rank.table.abstained", n=given.marks.n_abstained))


def _print_lists(console: Console, lists: tuple[RankedList, ...], words: Words) -> None:
    many = len({one.category for one in lists}) > 1
    title = lists[0].category if not many else ""
    table = Table(title=title or None, box=None, pad_edge=False)
    if many:
        table.add_column(words.plain("rank.column.category"))
    for key in ("rank", "entry", "score", "range", "certainty", "raw_mean", "reviews"):
        table.add_column(
            words.plain(f"rank.column.{key}"), justify="left" if key in {"entry", "certainty"} else "right"
        )
    shown = 0
    for one in lists:
        for row in one.rows:
            shown += 1
            if shown > MOST_ROWS:
                break
            places = f"{row.rank_low}" if row.rank_low == row.rank_high else f"{row.rank_low}\u2013{row.rank_high}"
            cells = [
                str(row.rank), row.entry, words.number(row.score, 2), places, words.plain(f"com.{row.certainty}"),
                words.number(row.raw_mean, 2), str(row.reviews),
            ]  # fmt: skip
            table.add_row(*([one.category, *cells] if many else cells))
    console.print(table)
    total = sum(len(one.rows) for one in lists)
    if total > MOST_ROWS:
        console.print(words.plain("rank.table.more", n=total - MOST_ROWS))
    for one in lists:
        if one.open_place:
            console.print(words.plain("rank.undecided", place=one.open_place))
    if any(row.bracket >= 0 for one in lists for row in one.rows):
        console.print(words.plain("com.bracket", percent=words.percent(SEPARABLE)))
