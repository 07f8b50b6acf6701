"""A judge's private summary: own use of the scale at once, own strictness and agreement once the round is over."""

from dataclasses import dataclass

from litestar import Controller, get

from service.actors import JudgeActor
from service.permissions import Action
from service.text import Words
from service.web.pages import Page, page
from storage.reads.judge.summary import MySummary, OwnFigures, get_my_summary

__all__ = ["SummaryController"]

FEWEST_REVIEWS = 3
"""Fewer sealed sheets than this say nothing of a judge, and could say something of a project."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """How often one step was given. ``share`` is of the most frequent one."""

    step: int
    n: int
    share: float


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """The summary. ``rows`` are what the severity figure takes, ``limit`` its half width in points.

    ``told``: what else the run estimated for this judge alone.
    """

    n_sealed: int
    n_abstained: int
    n_open: int
    steps: tuple[StepLine, ...]
    average: float | None
    is_round_over: bool
    is_too_few: bool
    figures: OwnFigures | None
    rows: tuple[dict[str, object], ...]
    limit: float
    leaning: str
    told: tuple[tuple[str, float], ...]


class SummaryController(Controller):
    """``/judging/summary``."""

    path = "/judging/summary"

    @get("/", opt={"action": Action.LIST_SHEETS})
    async def show(self, judge: JudgeActor, words: Words) -> Page:
        return page("judge/summary", _page(await get_my_summary(judge.id), judge, words))


def _page(summary: MySummary, judge: JudgeActor, words: Words) -> SummaryPage:
    total, most = sum(summary.counts), max(summary.counts, default=0)
    weighted = sum(step * n for step, n in enumerate(summary.counts, start=1))
    is_too_few = summary.n_sealed < FEWEST_REVIEWS
    figures = None if is_too_few else summary.figures
    rows: tuple[dict[str, object], ...] = ()
    told: tuple[tuple[str, float], ...] = ()
    limit = 1.0
    if figures is not None:
        limit = max(1.0, 1.15 * max(abs(figures.severity_low), abs(figures.severity_high)))
        rows = (
            {
                "name": judge.actor.name or words.plain("summary.you"), "n": figures.n_reviews,
                "value": figures.severity, "low": figures.severity_low, "high": figures.severity_high,
            },
        )  # fmt: skip
        kinds = (("scale_use", figures.scale), ("spread", figures.spread))
        told = tuple((kind, value) for kind, value in kinds if value is not None)
    return SummaryPage(
        n_sealed=summary.n_sealed,
        n_abstained=summary.n_abstained,
        n_open=summary.n_open,
        steps=tuple(StepLine(step, n, n / most if most else 0.0) for step, n in enumerate(summary.counts, start=1)),
        average=weighted / total if total else None,
        is_round_over=summary.is_round_over,
        is_too_few=is_too_few,
        figures=figures,
        rows=rows,
        limit=limit,
        leaning=_lean(figures),
        told=told,
    )


def _lean(figures: OwnFigures | None) -> str:
    """Say in a word which way the interval lies: only an interval that leaves zero out leans."""
    if figures is None or figures.severity_low <= 0 <= figures.severity_high:
        return "even"
    return "stricter" if figures.severity > 0 else "milder"
