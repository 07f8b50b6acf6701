"""What the terminal's table and the report both show of a ranking, as plain values in the order of reading."""

from dataclasses import dataclass

import numpy as np

from judging.ranking import SEPARABLE, certainty
from judging.scoring import RoundScores
from judging.scoring.bridges import find_weak_bridge, join_components
from judging.scoring.diagnostics import Diagnostics
from judging.whatif import suggest_reviews
from service.cli.rankfiles import RankInput, entry_flags

MOST_NAMES = 12
SURE = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in its list. bracket: number of a run of neighbours not told apart, -1 alone; is_last: of its run."""

    rank: int
    entry: str
    score: float
    se: float
    low: float
    high: float
    low_50: float
    high_50: float
    rank_low: int
    rank_high: int
    p_inside: float
    certainty: str
    raw_mean: float
    raw_rank: int
    reviews: int
    bracket: int
    is_line: bool
    flags: tuple[str, ...]
    parts: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class RankedList:
    """Entries ranked with one another.

    open_place: the place that is too close to call at the decision line, or 0. size: all entries, of which rows may
    hold the first only.
    """

    category: str
    component: int
    places: int
    open_place: int
    size: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """One judge; NaN where the marks cannot tell. outfit: 1 where expected; agreement: correlation with the others."""

    judge: str
    reviews: int
    severity: float
    low: float
    high: float
    scale: float
    noise: float
    weight: float
    suspicion: float
    outfit: float
    agreement: float


@dataclass(frozen=True, slots=True)
class FlagLine:
    """One kind of flag and whom it concerns, at most twelve by name; rest: how many more."""

    code: str
    names: tuple[str, ...]
    rest: int


def ranked_lists(given: RankInput, scores: RoundScores, *, most: int | None = None) -> tuple[RankedList, ...]:
    """List every group with its rows in order of rank, at most so many a list."""
    ranking, parts, flags = scores.ranking, scores.parts, entry_flags(scores)
    lists = []
    for group in range(ranking.places.size):
        everyone = ranking.order[ranking.group[ranking.order] == group]
        on_line = everyone[ranking.is_on_line[everyone] & (ranking.p_above_next[everyone] < SEPARABLE)]
        members = [int(e) for e in everyone[:most]]
        places = int(ranking.places[group])
        rows = tuple(
            Row(
                rank=int(ranking.rank[e]),
                entry=given.entries[e],
                score=float(scores.score[e]),
                se=float(scores.se[e]),
                low=float(ranking.score_90[e, 0]),
                high=float(ranking.score_90[e, 1]),
                low_50=float(ranking.score_50[e, 0]),
                high_50=float(ranking.score_50[e, 1]),
                rank_low=int(ranking.rank_low[e]),
                rank_high=int(ranking.rank_high[e]),
                p_inside=float(ranking.p_inside[e]),
                certainty=certainty(float(ranking.p_inside[e])),
                raw_mean=float(scores.raw_mean[e]),
                raw_rank=int(scores.raw_rank[e]),
                reviews=int(scores.n_reviews[e]),
                bracket=int(ranking.bracket[e]),
                is_line=bool(ranking.is_on_line[e]),
                flags=flags.get(e, ()),
                parts=(
                    float(parts.severity[e]),
                    float(parts.scale[e]),
                    float(parts.weight[e]),
                    float(parts.pull[e]),
                ),
            )
            for e in members
        )
        first = members[0]
        lists.append(
            RankedList(
                category=given.categories[scores.reviews.category[first]],
                component=int(scores.component[first]) + 1,
                places=places,
                open_place=places if on_line.size else 0,
                size=int(everyone.size),
                rows=rows,
            )
        )
    return tuple(lists)


def judge_rows(given: RankInput, scores: RoundScores, found: Diagnostics) -> tuple[JudgeRow, ...]:
    """List judges from strictest to most lenient; those whose severity is unknown last."""
    table = scores.judges
    order = sorted(
        (j for j in range(len(given.judges)) if table.n_reviews[j]),
        key=lambda j: (np.isnan(table.severity[j]), -float(np.nan_to_num(table.severity[j])), given.judges[j]),
    )
    return tuple(
        JudgeRow(
            judge=given.judges[j],
            reviews=int(table.n_reviews[j]),
            severity=float(table.severity[j]),
            low=float(table.severity_low[j]),
            high=float(table.severity_high[j]),
            scale=float(table.scale[j]),
            noise=float(table.noise[j]),
            weight=float(table.weight_share[j]),
            suspicion=float(table.suspicion[j]),
            outfit=float(found.outfit[j]),
            agreement=float(found.agreement[j]),
        )
        for j in order
    )


def flag_lines(given: RankInput, scores: RoundScores) -> tuple[FlagLine, ...]:
    """Gather the flags by kind, in the order in which they should be read."""
    by_code: dict[str, list[str]] = {"odd_weights": list(given.odd_weights)} if given.odd_weights else {}
    for flag in scores.flags:
        name = (
            given.entries[flag.entry]
            if flag.entry >= 0
            else given.judges[flag.judge]
            if flag.judge >= 0
            else str(flag.component + 1)
        )
        by_code.setdefault(flag.code, []).append(name)
    return tuple(
        FlagLine(code, tuple(names[:MOST_NAMES]), max(0, len(names) - MOST_NAMES)) for code, names in by_code.items()
    )


def advised_reviews(given: RankInput, scores: RoundScores) -> tuple[tuple[str, str, str], ...]:
    """Name further reviews worth asking for: (why, judge, entry); why is join, bridge or first."""
    blocks = tuple(fit.block for fit in scores.fits)
    advice = [("join", given.judges[j], given.entries[e]) for e, j in join_components(blocks)]
    for block in blocks:
        bridge = find_weak_bridge(block)
        if bridge is not None:
            advice += [
                ("bridge", given.judges[scores.reviews.judge[row]], given.entries[scores.reviews.entry[row]])
                for row in bridge.rows
            ]
    advice += [("first", given.judges[j], given.entries[e]) for e, j, _ in suggest_reviews(scores)]
    return tuple(advice)
