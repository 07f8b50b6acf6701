"""The one place where a method's name becomes a fit, and where data too small for it are answered honestly."""

from dataclasses import dataclass, replace

import numpy as np

from judging.errors import UnknownMethodError
from judging.marks import Floats
from judging.method_names import AUTO, METHODS, ONLY_COMPARED
from judging.scoring.baselines import count_draws, fit_additive, fit_raw, fit_trimmed, fit_zscore
from judging.scoring.blup import fit_blup
from judging.scoring.design import Block
from judging.scoring.fit import JudgeFit
from judging.scoring.henderson import Henderson
from judging.scoring.ladder import can_leave_one_out, compare, leave_one_out
from judging.scoring.mixed import fit_mixed
from judging.scoring.model import can_guard, fit_model
from judging.scoring.posterior import Rung

LEAST_SPARE = 2  # scores beyond what entries and severities take, from where the two can be told apart at all
SPARE = 4  # scores a judge beyond what entries and severities take, from where scale and noise may be told
CLEARLY = 1.0  # standard error by which a richer model must foretell worse to be given up (Breiman et al. 1984)
NO_SIGNAL = 0.05  # spread of entries against noise below which they cannot be told apart
PRIOR_NOISE = 0.5  # share of variance that is noise where one judge alone leaves it unknown; single-judge
#                    reliability of trained essay graders is .49 (essay5, ICC1)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which method decided in a component, and why: asked, kept from the round's first run, chosen by the ladder, or
    what the design forced (too_few, few_spare, no_signal, single_judge, one_entry, no_variation).

    gains: for each rung compared, (name, gain in leave-one-review-out log score, its standard error).
    """  # noqa: D205 -- the cases belong in one sentence

    asked: str
    method: str
    reason: str
    gains: tuple[tuple[str, float, float], ...] = ()


def fit_judges(block: Block, *, method: str, seed: int, kept: str | None = None) -> tuple[JudgeFit, Choice]:
    """Fit one connected block by the named method, ``auto`` letting the data choose.

    kept: the method that ``auto`` chose when the round closed, and that later runs of the round keep.

    Designs that no judge model can be read from (one judge, one entry, equal scores) get the plain mean and a reason.
    Raises UnknownMethodError, or UnconvergedError when a fit does not settle.
    """
    for name, known in ((method, (*METHODS, *ONLY_COMPARED)), (kept or AUTO, METHODS)):
        if name != AUTO and name not in known:
            raise UnknownMethodError(method=name)
    rng = np.random.default_rng(seed)
    if block.is_flat:
        return _fit_flat(block, rng), Choice(method, "raw", "no_variation")
    if block.n_entries == 1:
        return _fit_one_entry(block, rng), Choice(method, "raw", "one_entry")
    if block.n_judges == 1:
        return _fit_one_judge(block, rng), Choice(method, "raw", "single_judge")
    if method == AUTO and kept:
        return _fit_named(block, kept, rng), Choice(AUTO, kept, "kept")
    if method == AUTO:
        return _climb(block, seed)
    return _fit_named(block, method, rng), Choice(method, method, "asked")


def _fit_named(block: Block, method: str, rng: np.random.Generator) -> JudgeFit:
    if method == "model":
        return fit_model(block, rng, Rung(has_guard=can_guard(block)))
    fits = {"raw": fit_raw, "trimmed": fit_trimmed, "zscore": fit_zscore, "additive": fit_additive, "blup": fit_blup}
    return fits[method](block, rng)


def _climb(block: Block, seed: int) -> tuple[JudgeFit, Choice]:
    """Choose by rule ``auto/1``: plain mean, mixed model or judge model, as the design and the scores can bear.

    The judge model shrinks towards the mixed one, so it is kept unless it foretells left-out reviews worse by one
    standard error; with few spare scores a judge it is not tried.
    """

    def rng() -> np.random.Generator:
        """Begin anew for each fit, so that a method's draws do not depend on what else was tried."""
        return np.random.default_rng(seed)

    spare = block.y.size - block.n_entries - block.n_judges + block.n_categories
    if spare < LEAST_SPARE:
        return fit_raw(block, rng()), Choice(AUTO, "raw", "too_few")
    mixed = fit_mixed(block)
    if mixed.entry_var < NO_SIGNAL**2 * mixed.noise_var:
        return fit_raw(block, rng()), Choice(AUTO, "raw", "no_signal")
    if spare < SPARE * block.n_judges:
        return fit_blup(block, rng(), mixed=mixed), Choice(AUTO, "blup", "few_spare")
    model = fit_model(block, rng(), Rung(has_guard=can_guard(block)), mixed=mixed)
    if not can_leave_one_out(block):
        return model, Choice(AUTO, "model", "ladder")
    equations = Henderson(block)
    simple = fit_blup(block, None, mixed=mixed)
    gain, error = compare(leave_one_out(model, equations), leave_one_out(simple, equations))
    gains = (("model", gain, error),)
    if gain < -CLEARLY * error:
        return fit_blup(block, rng(), mixed=mixed), Choice(AUTO, "blup", "ladder", gains)
    return model, Choice(AUTO, "model", "ladder", gains)


def _redraw(fit: JudgeFit, se: Floats, rng: np.random.Generator) -> JudgeFit:
    level = fit.level[fit.block.cat] + fit.quality
    noise = rng.standard_normal((count_draws(fit.block.n_entries), fit.block.n_entries))
    return replace(fit, draws=level + se * noise)


def _fit_flat(block: Block, rng: np.random.Generator) -> JudgeFit:
    """Give every entry the one score there is; what rounding hides is all that is unknown."""
    fit = fit_raw(block, rng)
    size, most = block.n_entries, count_draws(block.n_entries)
    noise = rng.standard_normal((max(most // size, 1), size))
    turns = range(min(size, most))  # each draw in each turn of its places: equal entries get equal intervals
    noise = np.concatenate([np.roll(noise, turn, axis=1) for turn in turns])
    se = 2 * block.half / np.sqrt(12.0 * block.reads)
    return replace(fit, draws=fit.level[block.cat] + fit.quality + se * noise)


def _fit_one_entry(block: Block, rng: np.random.Generator) -> JudgeFit:
    fit = fit_raw(block, rng)
    b = (1 - PRIOR_NOISE) * (block.by_judge(block.y) / block.loads - block.y.mean())
    return replace(fit, b=b - b.mean())


def _fit_one_judge(block: Block, rng: np.random.Generator) -> JudgeFit:
    fit = fit_raw(block, rng)
    noise = np.sqrt(PRIOR_NOISE)
    fit = replace(fit, noise=np.full(1, noise), noise_var=noise**2, entry_var=1 - noise**2)
    return _redraw(fit, np.full(block.n_entries, noise), rng)
