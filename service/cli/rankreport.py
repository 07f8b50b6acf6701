"""The report: one page that holds everything it needs, for a competition that has no Tahkim of its own."""

import base64
import math
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from judging.scoring import RoundScores
from judging.scoring.diagnostics import Diagnostics, OwnGroup, diagnose_judges, own_group_effect
from judging.scoring.reliability import Reliability, krippendorff_alpha, measure_reliability
from service.cli.rankfiles import RankInput
from service.cli.rankview import (
    MOST_NAMES,
    FlagLine,
    JudgeRow,
    RankedList,
    advised_reviews,
    flag_lines,
    judge_rows,
    ranked_lists,
)
from service.text import Ltr, Words

__all__ = ["render_report"]

WIDTH = 400.0  # of a chart, in its own units
MARGIN = 10.0
ERRATIC = 0.5  # probability from which a judge's marks are named erratic
MORE_READS = (3, 4, 5, 6)
GUARD = 0.5  # of leniency passed on to quality, from where the reader is told


@dataclass(frozen=True, slots=True)
class Axis:
    """Turns points into places along a chart."""

    low: float
    high: float

    def __call__(self, points: float) -> str:
        """Give the place of a figure, held inside the chart."""
        share = (points - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return f"{MARGIN + (WIDTH - 2 * MARGIN) * min(max(share, 0.0), 1.0):.1f}"


@dataclass(frozen=True, slots=True)
class ReportPage:
    """All that the page shows."""

    lists: tuple[tuple[RankedList, Axis], ...]
    judges: tuple[JudgeRow, ...]
    judge_axis: Axis
    flags: tuple[FlagLine, ...]
    advice: tuple[tuple[str, str, str], ...]
    methods: tuple[tuple[str, str], ...]
    reliability: tuple[Reliability, ...]
    alpha: float
    own: OwnGroup | None
    is_guarded: bool
    n_entries: int
    n_judges: int
    n_reviews: int
    engine: str
    seed: str
    digest: str
    has_categories: bool


def render_report(given: RankInput, scores: RoundScores, words: Words) -> str:
    """Render the page in the language of ``words``; the same run gives the same bytes."""
    folder = files("templates")
    sheet = (folder / "reports" / "ranking.css").read_bytes()
    environment = Environment(
        loader=FileSystemLoader(str(folder)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("reports/ranking.html")
    return template.render(
        t=words,
        page=_page(given, scores),
        stylesheet="data:text/css;base64," + base64.b64encode(sheet).decode(),
        shown=math.isfinite,
        code=Ltr,
    )


def _page(given: RankInput, scores: RoundScores) -> ReportPage:
    lists = ranked_lists(given, scores)
    diagnostics = diagnose_judges(scores)
    judges = judge_rows(given, scores, diagnostics)
    reach = max((max(abs(row.low), abs(row.high)) for row in judges if math.isfinite(row.low)), default=1.0)
    own = None
    if given.judge_group is not None and given.entry_group is not None:
        own = own_group_effect(scores, judge_group=given.judge_group, entry_group=given.entry_group)
    return ReportPage(
        lists=tuple((one, _axis(one)) for one in lists),
        judges=judges,
        judge_axis=Axis(-reach, reach),
        flags=(*flag_lines(given, scores), *_judge_flags(given, scores, diagnostics)),
        advice=advised_reviews(given, scores),
        methods=tuple(sorted({(choice.method, choice.reason) for choice in scores.choices})),
        reliability=tuple(measure_reliability(fit) for fit in scores.fits),
        alpha=krippendorff_alpha(scores.reviews),
        own=own if own is not None and math.isfinite(own.effect) else None,
        is_guarded=any(abs(fit.guard) > GUARD for fit in scores.fits),
        n_entries=len(given.entries),
        n_judges=len(given.judges),
        n_reviews=scores.reviews.n_reviews,
        engine=scores.version,
        seed=str(scores.seed),
        digest=scores.digest,
        has_categories=len(given.categories) > 1,
    )


def _axis(one: RankedList) -> Axis:
    return Axis(
        min(min(row.low, row.raw_mean, row.score) for row in one.rows),
        max(max(row.high, row.raw_mean, row.score) for row in one.rows),
    )


def _judge_flags(given: RankInput, scores: RoundScores, diagnostics: Diagnostics) -> tuple[FlagLine, ...]:
    """Name the judges whom a human should look at; none of these removes anybody."""
    raised = {
        "erratic": scores.judges.suspicion > ERRATIC,
        "misfit": diagnostics.is_misfit,
        "halo": diagnostics.is_halo,
        "drift": diagnostics.is_drift,
    }
    lines = []
    for code, whom in raised.items():
        names = [given.judges[j] for j in whom.nonzero()[0]]
        if names:
            lines.append(FlagLine(code, tuple(names[:MOST_NAMES]), max(0, len(names) - MOST_NAMES)))
    return tuple(lines)
