"""The whole run as JSON: parameters, digests, entries, judges, reliability, and every choice that was made."""

import math

import numpy as np

from judging.scoring import RoundScores
from judging.scoring.diagnostics import diagnose_judges, own_group_effect
from judging.scoring.reliability import krippendorff_alpha, measure_reliability
from judging.whatif import ranks_without_each_judge
from service.cli.rankfiles import RankInput

__all__ = ["as_json"]

Json = dict[str, "Json"] | list["Json"] | str | float | int | bool | None
DIGITS = 6


def as_json(given: RankInput, scores: RoundScores) -> Json:
    """Give everything a run says in plain values; NaN becomes null, figures keep six decimals."""
    ranking, judges = scores.ranking, scores.judges
    diagnostics = diagnose_judges(scores)
    without = ranks_without_each_judge(scores)
    entries: list[Json] = [
        {
            "entry": given.entries[e],
            "category": given.categories[scores.reviews.category[e]],
            "component": int(scores.component[e]) + 1,
            **_figures(scores, e, "score", "se", "raw_mean", "raw_rank", "n_reviews"),
            **_figures(ranking, e, "rank", "rank_low", "rank_high", "p_top1", "p_top3", "p_top10", "p_inside"),
            **_figures(ranking, e, "bracket", "p_above_next"),
            "score_50": [_number(x) for x in ranking.score_50[e]],
            "score_90": [_number(x) for x in ranking.score_90[e]],
            "parts": _figures(scores.parts, e, "raw", "severity", "scale", "weight", "pull"),
            "rank_without_a_judge": _extent(without[:, e]),
        }
        for e in range(len(given.entries))
    ]
    per_judge: list[Json] = [
        {
            "judge": given.judges[j],
            **_figures(judges, j, *judges.__dataclass_fields__),
            **_figures(diagnostics, j, *diagnostics.__dataclass_fields__),
        }
        for j in range(len(given.judges))
    ]
    return {
        "engine": scores.version,
        "method": scores.method,
        "seed": scores.seed,
        "places": list(scores.places),
        "digest": scores.digest,
        "criteria": _criteria(given, scores),
        "components": [_component(scores, k) for k in range(len(scores.fits))],
        "agreement": {
            level: _number(krippendorff_alpha(scores.reviews, level=level))
            for level in ("nominal", "ordinal", "interval")
        },
        "own_institution": _own(given, scores),
        "entries": entries,
        "judges": per_judge,
        "ties": _ties(given, scores),
        "flags": [
            {
                "code": flag.code,
                "entry": given.entries[flag.entry] if flag.entry >= 0 else None,
                "judge": given.judges[flag.judge] if flag.judge >= 0 else None,
                "component": flag.component + 1 if flag.component >= 0 else None,
            }
            for flag in scores.flags
        ],
    }


def _criteria(given: RankInput, scores: RoundScores) -> Json:
    rubric, of = given.rubric, given.rubric.category
    return [
        {
            "name": given.criteria[c],
            "category": None if of is None or of[c] < 0 else given.categories[of[c]],
            "weight": _number(scores.reviews.weight[:, c].max()),
            "minimum": _number(rubric.minimum[c]),
            "maximum": _number(rubric.maximum[c]),
        }
        for c in range(len(given.criteria))
    ]


def _ties(given: RankInput, scores: RoundScores) -> Json:
    return [
        {
            "entries": [given.entries[e] for e in step.entries],
            "criterion": given.criteria[step.criterion],
            "values": [_number(x) for x in step.values],
            "resolved": step.is_resolved,
        }
        for step in scores.ranking.steps
    ]


def _component(scores: RoundScores, k: int) -> Json:
    fit, choice = scores.fits[k], scores.choices[k]
    reliability = measure_reliability(fit)
    icc = reliability.icc
    return {
        "entries": fit.block.n_entries,
        "judges": fit.block.n_judges,
        "reviews": fit.block.y.size,
        "method": choice.method,
        "reason": choice.reason,
        "gains": [{"rung": name, "gain": _number(gain), "error": _number(error)} for name, gain, error in choice.gains],
        "guard": _number(fit.guard),
        "reliability": {
            name: _number(getattr(reliability, name)) for name in reliability.__dataclass_fields__ if name != "icc"
        },
        "icc": None if icc is None else {"one": list(icc.one), "two": list(icc.two), "three": list(icc.three)},
        "with_reads": {str(n): _number(reliability.with_reads(n)) for n in (2, 3, 4, 5, 6, 8)},
    }


def _own(given: RankInput, scores: RoundScores) -> Json:
    if given.judge_group is None or given.entry_group is None:
        return None
    own = own_group_effect(scores, judge_group=given.judge_group, entry_group=given.entry_group)
    return {"effect": _number(own.effect), "error": _number(own.error), "p": _number(own.p), "reviews": own.n_own}


def _figures(table: object, at: int, *names: str) -> dict[str, Json]:
    return {name: _number(getattr(table, name)[at]) for name in names}


def _extent(ranks: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Json:
    held = ranks[ranks > 0]
    return [int(held.min()), int(held.max())] if held.size else None


def _number(value: object) -> float | int | bool | None:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    number = float(value)  # type: ignore[arg-type]
    return round(number, DIGITS) if math.isfinite(number) else None
