"""The judge model: severity, use of the scale, noise and erratic judges, with a guard against unlucky assignment.

Judges' habits are posterior means over the draws of ``posterior``; scores then follow from them by one formula without
any chance in it, so entries with equal marks from the same judges get equal scores and every part can be shown.
"""

import numpy as np
from scipy.special import ndtr

from judging.marks import Floats
from judging.scoring.design import Block, sums
from judging.scoring.fit import JudgeFit, combine
from judging.scoring.largemodel import fit_large_model
from judging.scoring.mixed import MixedFit, estimate_by_moments, fit_mixed
from judging.scoring.posterior import Kept, Rung, is_too_large, run_chains

SETTLED = 1e-10
ROUNDS = 200
BALANCED, BALANCE_ROUNDS = 1e-7, 300  # of a weight; far below what draws leave open
TINY = 1e-9
KNOWN = 1.0  # information on gamma that a design must hold: as much as its prior, N(0, 1), does


def fit_model(block: Block, rng: np.random.Generator, rung: Rung, *, mixed: MixedFit | None = None) -> JudgeFit:
    """Fit the judge model by Gibbs draws and give scores at the posterior means of the judges' habits.

    Rounds too large for that are fitted by expected values (``largemodel``).
    """
    if is_too_large(block):
        return fit_large_model(block, rng, has_guard=rung.has_guard)
    return _summarise(block, run_chains(block, mixed or fit_mixed(block), rung, rng))


def can_guard(block: Block) -> bool:
    """Tell whether the design can identify the guard; on less it does harm.

    It is read from contrasts within entries, so there must be some to spare, and panels must differ from entry to
    entry in how lenient they are: where all judges see all entries, no assignment can have gone with leniency.
    """
    return (
        block.n_judges >= 5  # noqa: PLR2004
        and block.y.size - block.n_entries >= 2 * block.n_judges
        and guard_information(block) >= KNOWN
    )


def guard_information(block: Block) -> float:
    """Give the information the design holds on the guard's gamma: the inverse of its variance, were judges known.

    Variances are those of Henderson's third method: the judges' then comes from contrasts within entries alone, which
    no assignment can bias.
    """
    entry_var, judge_var, noise_var = estimate_by_moments(block)
    size = block.n_categories * block.n_judges
    at, share = block.cat[block.e] * block.n_judges + block.j, 1.0 / block.reads
    usual = sums(at, share[block.e], size).reshape(block.n_categories, -1) / np.bincount(block.cat)[:, None]
    away = share - 2 * share * block.by_entry(usual.ravel()[at]) + (usual**2).sum(axis=1)[block.cat]
    return float(judge_var * (away / (entry_var + noise_var * share)).sum())


def _summarise(block: Block, kept: Kept) -> JudgeFit:
    level_draws, b_draws, a_draws, s_draws = (np.concatenate(x) for x in (kept.level, kept.b, kept.a, kept.s))
    level, b = level_draws.mean(axis=0), b_draws.mean(axis=0)
    a, noise = np.exp(np.log(a_draws).mean(axis=0)), np.exp(np.log(s_draws).mean(axis=0))
    pull = float(np.concatenate(kept.pull).mean())
    weight = balance(block, np.concatenate(kept.share).mean(axis=0), pull)[block.j] * block.v
    met = np.concatenate(kept.guard_b).mean(axis=0)
    pull_to = block.by_entry(met[block.j]) / block.reads
    latent, quality = settle(block, level, b, a, noise=noise, weight=weight, pull=pull, pull_to=pull_to)
    entry_var, judge_var, guard = np.concatenate(kept.hyper).mean(axis=0)
    return JudgeFit(
        method="model",
        block=block,
        level=level,
        b=b,
        a=a,
        noise=noise,
        latent=latent,
        weight=weight,
        pull=pull,
        pull_to=pull_to,
        quality=quality,
        draws=np.concatenate(kept.quality) + level_draws[:, block.cat],
        b_draws=b_draws,
        a_draws=a_draws,
        noise_draws=s_draws,
        entry_var=float(entry_var),
        judge_var=float(judge_var),
        noise_var=float(np.exp(2 * np.log(noise).mean())),
        guard=float(guard),
        suspicion=np.concatenate(kept.erratic).mean(axis=0),
        honest=np.concatenate(kept.used).mean(axis=0),
    )


def balance(block: Block, share: Floats, pull: float) -> Floats:
    """Give weights by judge (J,) at which each judge's mean share in its entries is the one given (J,).

    What an entry's score owes a judge is a share, w / (pull + sum of w). Draws in which a judge's noise is hardly known
    make w itself as large as one likes, its share never; so shares are averaged, and weights found that give them.
    The equations are Luce's choice model; solved by minorisation (Hunter 2004), with one solution.
    """
    wins = np.maximum(share, TINY) * block.loads
    weight = np.full(block.n_judges, pull)
    for _ in range(BALANCE_ROUNDS):
        total = pull + block.by_entry(block.v * weight[block.j])
        new = wins / block.by_judge(block.v / total[block.e])
        change = float(np.abs(np.log(new / weight)).max())
        weight = new
        if change < BALANCED:
            break
    return weight


def settle(
    block: Block,
    level: Floats,
    b: Floats,
    a: Floats,
    *,
    noise: Floats,
    weight: Floats,
    pull: float,
    pull_to: Floats,
) -> tuple[Floats, Floats]:
    """Give latent scores (N,) and quality (E,) that agree: each cell's expectation, given the entry it is about.

    A contraction with one fixed point, rising in every score; exact scores need one step.
    """
    base = level[block.cat[block.e]] + b[block.j]
    spread = noise[block.j] / np.sqrt(block.v)
    latent = block.y
    quality = np.zeros(block.n_entries)
    for _ in range(ROUNDS if block.half > 0 else 1):
        told = (latent - base) / a[block.j]
        new = combine(block, told, weight, pull=pull, pull_to=pull_to)
        is_settled = float(np.abs(new - quality).max()) < SETTLED
        quality = new
        if is_settled or block.half == 0:
            break
        latent = _cell_mean(block, base + a[block.j] * quality[block.e], spread)
    return latent, combine(block, (latent - base) / a[block.j], weight, pull=pull, pull_to=pull_to)


def _cell_mean(block: Block, expected: Floats, spread: Floats) -> Floats:
    """Give the mean of a normal cut to each score's cell."""
    low = np.where(block.floor, -np.inf, (block.y - block.half - expected) / spread)
    high = np.where(block.ceil, np.inf, (block.y + block.half - expected) / spread)
    side = np.where(low + high > 0, -1.0, 1.0)
    near, far = np.where(side > 0, low, -high), np.where(side > 0, high, -low)
    mass = np.maximum(ndtr(far) - ndtr(near), 1e-290)
    inner = (np.exp(-0.5 * near * near) - np.exp(-0.5 * far * far)) / (np.sqrt(2 * np.pi) * mass)
    cell: Floats = expected + spread * side * np.clip(inner, near, far)
    return cell
