"""Each judge in a line: severity, use of the scale, noise and weight, with what is known of their certainty."""

from dataclasses import dataclass

import numpy as np

from judging.marks import Floats, Ints
from judging.rubric import Reviews
from judging.scoring.fit import JudgeFit

LOW, HIGH = 0.05, 0.95
NOTABLE = 0.5  # rubric points of severity that people would notice
NO_HABITS = ("raw", "trimmed")  # methods that tell no judge from another


@dataclass(frozen=True, slots=True, eq=False)
class JudgeTable:
    """Arrays (n_judges,), NaN where the marks cannot tell; severity in rubric points, positive = harsher.

    severity_low, severity_high: 90 % interval; p_notable: probability that |severity| exceeds half a point.
    scale: about 1; above, a judge spreads scores more widely than colleagues. noise: spread of a judge's scores round
    what is expected, in points. weight_share: the judge's part in all scores. suspicion: probability that the
    judge's scores are erratic.
    """

    n_reviews: Ints
    severity: Floats
    severity_low: Floats
    severity_high: Floats
    p_notable: Floats
    scale: Floats
    scale_low: Floats
    scale_high: Floats
    noise: Floats
    noise_low: Floats
    noise_high: Floats
    weight_share: Floats
    suspicion: Floats


def judge_table(reviews: Reviews, fits: tuple[JudgeFit, ...]) -> JudgeTable:
    """Gather the judges of all components; a judge of several (fitted apart) keeps the largest one's figures."""
    nan = {name: np.full(reviews.n_judges, np.nan) for name in JudgeTable.__dataclass_fields__ if name != "n_reviews"}
    for fit in reversed(fits):
        at, unit = fit.block.judges, fit.block.spread or 1.0
        weight = fit.block.by_judge(fit.weight)
        nan["weight_share"][at] = weight / weight.sum()
        if fit.block.n_judges == 1 or fit.block.is_flat or fit.method in NO_HABITS:
            continue
        nan["severity"][at] = fit.severity
        if fit.b_draws is not None:
            low, high = np.quantile(-unit * fit.b_draws, (LOW, HIGH), axis=0)
            nan["severity_low"][at], nan["severity_high"][at] = low, high
            nan["p_notable"][at] = (np.abs(unit * fit.b_draws) > NOTABLE).mean(axis=0)
        if fit.a_draws is not None:
            nan["scale"][at] = fit.a
            nan["scale_low"][at], nan["scale_high"][at] = np.quantile(fit.a_draws, (LOW, HIGH), axis=0)
        nan["noise"][at] = unit * fit.noise
        if fit.noise_draws is not None:
            nan["noise_low"][at], nan["noise_high"][at] = unit * np.quantile(fit.noise_draws, (LOW, HIGH), axis=0)
        if fit.suspicion is not None:
            nan["suspicion"][at] = fit.suspicion
    return JudgeTable(n_reviews=np.bincount(reviews.judge, minlength=reviews.n_judges).astype(np.int64), **nan)
