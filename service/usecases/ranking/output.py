"""A run written down as plain data: ids in place of row numbers, figures to the sixth decimal, nothing left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from judging.scoring import RoundScores
    from judging.scoring.diagnostics import Diagnostics
    from service.usecases.ranking.arrays import Encoded

__all__ = ["COMPARED", "tell_run"]

COMPARED = ("raw", "zscore", "additive", "blup", "model")
"""Methods whose ranks stand beside the one that counts."""
PLANNED = (2, 3, 4, 5, 6, 8)
"""Reviews an entry for which reliability is foretold."""
Json = dict[str, Any]


def tell_run(encoded: Encoded, scores: RoundScores, *, set_aside: int) -> Json:
    """Write down a run for good: scores with their reasons, judges, reliability, comparison, ties, flags."""
    from judging.scoring.bridges import join_components  # noqa: PLC0415 - kept out of start-up
    from judging.scoring.diagnostics import diagnose_judges  # noqa: PLC0415 - as above
    from judging.whatif import suggest_reviews  # noqa: PLC0415 - as above

    joins = join_components(tuple(fit.block for fit in scores.fits))
    return {
        "categories": _entries(encoded, scores),
        "pairs": [
            {
                "upper": str(encoded.entries[pair.upper].id),
                "lower": str(encoded.entries[pair.lower].id),
                "probability": _six(pair.probability),
                "is_on_line": pair.is_on_line,
            }
            for pair in scores.ranking.pairs
        ],
        "judges": _judges(encoded, scores, diagnose_judges(scores)),
        "choices": [
            {
                "asked": choice.asked,
                "method": choice.method,
                "reason": choice.reason,
                "gains": [[name, _six(gain), _six(error)] for name, gain, error in choice.gains],
                "reliability": _reliability(scores, at),
            }
            for at, choice in enumerate(scores.choices)
        ],
        "decided": {str(encoded.categories[k]): method for k, method in scores.decided.items()},
        "agreement": _agreement(scores),
        "ties": [
            {
                "entries": [str(encoded.entries[entry].id) for entry in step.entries],
                "criterion": str(encoded.criteria[step.criterion].id),
                "values": [_six(value) for value in step.values],
                "is_resolved": step.is_resolved,
            }
            for step in scores.ranking.steps
        ],
        "flags": [
            {
                "code": flag.code,
                "component": int(flag.component),
                "judge": str(encoded.judges[flag.judge]) if flag.judge >= 0 else None,
            }
            for flag in scores.flags
            if flag.entry < 0
        ],
        "further_reviews": [
            [str(encoded.entries[entry].id), str(encoded.judges[judge]), _six(gain)]
            for entry, judge, gain in suggest_reviews(scores)
        ],
        "joining_reviews": [[str(encoded.entries[entry].id), str(encoded.judges[judge])] for entry, judge in joins],
        "components": int(scores.component.max()) + 1,
        "unranked": [encoded.entries[int(at)].code_name for at in scores.unranked],
        "set_aside": set_aside,
    }


def _entries(encoded: Encoded, scores: RoundScores) -> dict[str, list[Json]]:
    """Tell each category's entries in rank order."""
    from judging.whatif import by_method, ranks_without_each_judge  # noqa: PLC0415 - kept out of start-up

    ranking = scores.ranking
    lines: dict[str, list[Json]] = {str(category): [] for category in encoded.categories}
    others = {
        name: by_method(encoded.marks, encoded.rubric, scores, method=name).scores.ranking.rank for name in COMPARED
    }
    without = ranks_without_each_judge(scores)
    flags: dict[int, list[str]] = {}
    for flag in scores.flags:
        if flag.entry >= 0:
            flags.setdefault(int(flag.entry), []).append(flag.code)
    over = _chance_over(scores, encoded.threshold)
    reviews = _reviews(encoded, scores)
    for number in ranking.order:
        at = int(number)
        held = without[:, at][without[:, at] > 0]
        mine = reviews[at]
        told = [each["told"] for each in mine]
        apart = max(told) - min(told)
        lines[str(encoded.entries[at].category_id)].append(
            {
                "entry": str(encoded.entries[at].id),
                "code_name": encoded.entries[at].code_name,
                "rank": int(ranking.rank[at]),
                "rank_low": int(ranking.rank_low[at]),
                "rank_high": int(ranking.rank_high[at]),
                "rank_without_a_judge": [int(held.min()), int(held.max())] if held.size else None,
                "rank_by_method": {name: int(rank[at]) for name, rank in others.items()},
                "score": _six(scores.score[at]),
                "se": _six(scores.se[at]),
                "score_50": [_six(each) for each in ranking.score_50[at]],
                "score_90": [_six(each) for each in ranking.score_90[at]],
                "p_inside": _six(ranking.p_inside[at]),
                "p_first": _six(ranking.p_top1[at]),
                "p_threshold": _six(over[at]),
                "bracket": int(ranking.bracket[at]),
                "raw": _six(scores.raw_mean[at]),
                "raw_rank": int(scores.raw_rank[at]),
                "spread": _six(_spread([each["score"] for each in mine])),
                "apart": _six(apart),
                "is_disputed": apart >= encoded.differ,
                "reviews": int(scores.n_reviews[at]),
                "group": int(ranking.group[at]),
                "flags": flags.get(at, []),
                "parts": {
                    name: _six(getattr(scores.parts, name)[at])
                    for name in ("raw", "severity", "scale", "weight", "pull")
                },
                "criteria": _criteria(encoded, mine),
                "by_review": mine,
            }
        )
    return lines


def _reviews(encoded: Encoded, scores: RoundScores) -> list[list[Json]]:
    """Tell each entry's reviews: given score, what severity and scale made of it, its weight, its marks."""
    reviews, parts = scores.reviews, scores.review_parts
    found: list[list[Json]] = [[] for _ in encoded.entries]
    table = reviews.by_criterion if reviews.by_criterion is not None else reviews.score[:, None]
    partial = reviews.is_partial
    for row in range(reviews.n_reviews):
        given = table[row]
        found[int(reviews.entry[row])].append(
            {
                "judge": str(encoded.judges[int(reviews.judge[row])]),
                "score": _six(parts.score[row]),
                "severity": _six(parts.severity[row]),
                "scale": _six(parts.scale[row]),
                "told": _six(parts.score[row] + parts.severity[row] + parts.scale[row]),
                "weight": _six(parts.weight[row]),
                "residual": _six(parts.residual[row]),
                "expected_spread": _six(parts.expected_spread[row]),
                "is_partial": bool(partial[row]),
                "marks": {
                    str(encoded.criteria[c].id): _six(given[c]) for c in range(given.size) if given[c] == given[c]
                },
            }
        )
    return found


def _criteria(encoded: Encoded, mine: list[Json]) -> dict[str, float]:
    """Give the plain mean of each criterion's marks."""
    values: dict[str, list[float]] = {}
    for review in mine:
        for criterion, value in review["marks"].items():
            values.setdefault(criterion, []).append(value)
    order = [str(each.id) for each in encoded.criteria]
    return {each: round(sum(values[each]) / len(values[each]), 6) for each in order if each in values}


def _judges(encoded: Encoded, scores: RoundScores, found: Diagnostics) -> list[Json]:
    """Tell each judge. Drift and the effect of one's own institution are not here: they are the chair's to ask for."""
    table = scores.judges
    return [
        {
            "judge": str(judge),
            "reviews": int(table.n_reviews[at]),
            "severity": _six(table.severity[at]),
            "low": _six(table.severity_low[at]),
            "high": _six(table.severity_high[at]),
            "p_notable": _six(table.p_notable[at]),
            "scale": _six(table.scale[at]),
            "scale_low": _six(table.scale_low[at]),
            "scale_high": _six(table.scale_high[at]),
            "noise": _six(table.noise[at]),
            "noise_low": _six(table.noise_low[at]),
            "noise_high": _six(table.noise_high[at]),
            "weight_share": _six(table.weight_share[at]),
            "suspicion": _six(table.suspicion[at]),
            "outfit": _six(found.outfit[at]),
            "outfit_z": _six(found.outfit_z[at]),
            "infit": _six(found.infit[at]),
            "infit_z": _six(found.infit_z[at]),
            "agreement": _six(found.agreement[at]),
            "halo": _six(found.halo[at]),
            "halo_p": _six(found.halo_p[at]),
            "is_misfit": bool(found.is_misfit[at]),
            "is_halo": bool(found.is_halo[at]),
        }
        for at, judge in enumerate(encoded.judges)
    ]


def _reliability(scores: RoundScores, component: int) -> Json:
    from judging.scoring.reliability import measure_reliability  # noqa: PLC0415 - kept out of start-up

    found = measure_reliability(scores.fits[component])
    names = ("single", "phi", "g", "adjusted", "separation", "strata", "reads", "entry_var", "judge_var", "noise_var")
    return {name: _six(getattr(found, name)) for name in names} | {
        "with_reviews": {str(n): _six(found.with_reads(n)) for n in PLANNED},
        "icc": None
        if found.icc is None
        else {name: [_six(each) for each in getattr(found.icc, name)] for name in ("one", "two", "three")},
    }


def _agreement(scores: RoundScores) -> Json:
    from judging.scoring.reliability import krippendorff_alpha  # noqa: PLC0415 - kept out of start-up

    return {
        level: _six(krippendorff_alpha(scores.reviews, level=level)) for level in ("nominal", "ordinal", "interval")
    }


def _chance_over(scores: RoundScores, threshold: float) -> list[float]:
    """Give the probability that each entry's true score is at or over the threshold of honours."""
    chance = [float("nan")] * scores.score.size
    for fit in scores.fits:
        for at, p in zip(fit.block.entries, (fit.score_draws >= threshold).mean(axis=0), strict=True):
            chance[int(at)] = float(p)
    return chance


def _spread(values: list[float]) -> float:
    if len(values) < 2:  # noqa: PLR2004 - one value has no spread
        return float("nan")
    mean = sum(values) / len(values)
    return float((sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5)


def _six(value: Any) -> float | None:
    number = float(value)
    return round(number, 6) + 0.0 if abs(number) < float("inf") else None
