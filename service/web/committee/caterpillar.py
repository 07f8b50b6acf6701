"""The rows of a ranking as they are drawn, brackets and the line among them; and the pair that is too close to call."""

from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from service.text import Words
from service.usecases.ranking.runs import PLACES
from service.web.committee.certainty import bracket_ends, find_close_pair, word_of
from service.web.committee.standing import pick
from service.web.language import with_language
from storage.reads.committee.ranking import CategoryRanking

__all__ = ["Duel", "RankRow", "find_duel", "make_rows", "nearest_first", "title_in"]

NOTED = frozenset({"one_review", "partial"})
"""Flags of a row that a reader of the ranking should know."""


@dataclass(frozen=True, slots=True)
class RankRow:
    """A row of the caterpillar table. ``spread``: of the scores as given, in points; None with a single one.

    ``without``: the lowest and highest rank where any one judge is left out, where these are not all the rank itself.
    """

    rank: int
    rank_low: int
    rank_high: int
    without: tuple[int, int] | None
    title: str
    href: str
    code: str
    reviews: Markup
    spread: float | None
    gone: tuple[Markup, ...]
    score: float
    low90: float
    high90: float
    low50: float
    high50: float
    raw: float
    inside: float
    word: str
    bracket: str | None
    bracket_with: str | None
    cut: bool
    near: bool
    note: Markup | None


@dataclass(frozen=True, slots=True)
class Duel:
    """The pair across the decision line that scores cannot call."""

    place: int
    first: str
    second: str
    share: float
    difference: float


def nearest_first(rows: tuple[RankRow, ...]) -> tuple[RankRow, ...]:
    """Put those nearest to the decision line first; brackets and the line join neighbours by rank, so they go."""
    apart = [replace(row, bracket=None, bracket_with=None, cut=False) for row in rows]
    return tuple(sorted(apart, key=lambda row: (abs(row.inside - 0.5), row.rank)))


def make_rows(lines: tuple[dict[str, Any], ...], found: CategoryRanking, words: Words) -> tuple[RankRow, ...]:
    """Make the rows of a category in rank order."""
    ends = bracket_ends([int(line["bracket"]) for line in lines])
    titles = [title_in(found, line["entry"], words) for line in lines]
    pair = find_close_pair(found.pairs)
    base = with_language("/committee/entries", words.lang)
    reviews = {n: words.say("noun.evaluation", n=n) for n in {line["reviews"] for line in lines}}
    rows = []
    for at, line in enumerate(lines):
        other = titles[at + 1] if ends[at] == "s" else titles[at - 1] if ends[at] else None
        note = next((flag for flag in line["flags"] if flag in NOTED), None)
        rows.append(
            RankRow(
                rank=line["rank"],
                rank_low=line["rank_low"],
                rank_high=line["rank_high"],
                without=_moves(line),
                title=titles[at],
                href=f"{base}/{line['code_name']}",
                code=line["code_name"],
                reviews=reviews[line["reviews"]],
                spread=line["spread"],
                gone=_gone(*found.gone.get(line["entry"], (0, 0)), words),
                score=line["score"],
                low90=line["score_90"][0],
                high90=line["score_90"][1],
                low50=line["score_50"][0],
                high50=line["score_50"][1],
                raw=line["raw"],
                inside=line["p_inside"],
                word=word_of(line["p_inside"]),
                bracket=ends[at],
                bracket_with=other,
                cut=at == PLACES - 1 and len(lines) > PLACES,
                near=pair is not None and line["entry"] in {pair["upper"], pair["lower"]},
                note=words.say(f"flag.{note}") if note else None,
            )
        )
    return tuple(rows)


def _moves(line: dict[str, Any]) -> tuple[int, int] | None:
    low, high = line["rank_without_a_judge"] or (line["rank"], line["rank"])
    return None if low == high == line["rank"] else (low, high)


def _gone(n_abstained: int, n_set_aside: int, words: Words) -> tuple[Markup, ...]:
    """Say which of an entry's reviews are missing from its score, and why."""
    told = (("rank.n_abstained", n_abstained), ("rank.n_set_aside", n_set_aside))
    return tuple(words.say(key, n=n) for key, n in told if n)


def title_in(found: CategoryRanking, entry: str, words: Words) -> str:
    """Give a ranked project's title in the reader's language."""
    known = found.titles.get(entry)
    return pick(known, "title", words) if known else ""


def find_duel(found: CategoryRanking, rows: tuple[RankRow, ...], words: Words) -> Duel | None:
    """Find the pair across the decision line, where scores cannot call it."""
    pair = find_close_pair(found.pairs)
    if pair is None or len(rows) <= PLACES:
        return None
    return Duel(
        place=PLACES,
        first=title_in(found, pair["upper"], words),
        second=title_in(found, pair["lower"], words),
        share=pair["probability"],
        difference=rows[PLACES - 1].score - rows[PLACES].score,
    )
