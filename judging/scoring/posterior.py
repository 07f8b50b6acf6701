"""Draws from the judge model: several short chains of a blocked Gibbs sampler, run side by side.

``z = level[category] + a[j] * quality[e] + b[j] + noise``, noise ~ N(0, s[j]^2 / v), b ~ N(0, tb2),
quality ~ N(gamma * mean b of the entry's judges, t2), log a ~ N(0, ta^2), log s ~ N(m + rho * log a, ts^2).
A score on a scale of steps is a cell: z lies within half a step of it, or anywhere beyond at an end of the scale.
A judge may be erratic (prior 3 %): then most of the scores are means of marks drawn at random and weigh nothing.
gamma is the guard against assignment that sends good entries to lenient or to strict judges (Mundlak 1978).
"""

from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy.special import expit, ndtr, ndtri

from judging.marks import Floats
from judging.scoring.design import Block
from judging.scoring.henderson import Henderson, Normal, at
from judging.scoring.mixed import MixedFit
from judging.scoring.start import begin

ERRATIC = 0.03  # prior probability that a judge is
SHARE = 0.9  # of noise among an erratic judge's scores; an honest judge's hold none
SCALE_SPREAD, NOISE_SPREAD = 0.4, 0.6  # half-normal priors of ta and ts
LINK = (0.5, 0.5)  # prior mean and spread of rho: who spreads scores more is usually noisier
GUARD = 0.5  # prior probability that assignment went with leniency at all
HABIT_STEPS = 2  # a sweep; one alone lets scale and noise lag behind the rest
MOVES = ((0.0, 1.0), (1.0, 0.0), (1.0, 1.0))  # in log a and log s
QUIETEST = np.log(1e-4)  # of log s: where all agree, nothing in the scores would keep a judge's noise above nothing
TINY = 1e-300
SMALL = 250
MANY = 5000  # reviews from where judges' habits are known well enough for few sweeps
DRAWS = (600, 400)  # joint draws at least, up to that many reviews and beyond: intervals end at few of them
MOST_JUDGES, MOST_REVIEWS, MOST_PAIRS = 500, 100_000, 2_000_000  # beyond: expected values in place of draws


@dataclass(frozen=True, slots=True)
class Rung:
    """How much of the model is free: noise and scale by judge, the guard, the cells, the switch for erratic judges."""

    has_noise: bool = True
    has_scale: bool = True
    has_guard: bool = True
    has_switch: bool = True
    has_cells: bool = True


PLAIN = Rung(has_noise=False, has_scale=False, has_guard=False, has_switch=False, has_cells=False)


@dataclass(slots=True, eq=False)
class Kept:
    """What a run keeps, one array a kept sweep with a row for each of C chains, on the scale of ``block.y``.

    Habits are measured from judges' own average: a has geometric mean 1, b mean 0 (positive = marks higher), and
    quality and level take up the difference. level: (C, K); quality: (C, E); b, a, s: (C, J) leniency, scale, noise.
    share: (C, J) mean of w / (pull + sum w) over a judge's reviews; used: (C, J) share of reviews not taken for noise.
    guard_b: (C, J) what each judge's leniency foretells of quality. pull: (C,) precision of the prior of quality.
    hyper: (C, 3) variances of quality and of b, and gamma. erratic: (C, J) 1 where the judge is.
    """

    level: list[Floats] = field(default_factory=list)
    quality: list[Floats] = field(default_factory=list)
    b: list[Floats] = field(default_factory=list)
    a: list[Floats] = field(default_factory=list)
    s: list[Floats] = field(default_factory=list)
    share: list[Floats] = field(default_factory=list)
    used: list[Floats] = field(default_factory=list)
    guard_b: list[Floats] = field(default_factory=list)
    pull: list[Floats] = field(default_factory=list)
    hyper: list[Floats] = field(default_factory=list)
    erratic: list[Floats] = field(default_factory=list)


class Chains:
    """The state of C chains over one block, and one sweep through all that is unknown.

    Names are those of the model above. z, honest, told: (C, N), the latent score, 1 where it is not taken for noise,
    and the precision of what it tells of its entry; t2, tb2, ta, ts, rho, m, gamma: (C,); the rest as in ``Kept``.
    """

    def __init__(self, block: Block, start: MixedFit, rung: Rung, *, n_chains: int, rng: np.random.Generator) -> None:
        self.block, self.rung, self.rng = block, rung, rng
        self.equations = Henderson(block, n_chains)
        begun = begin(block, start, has_guard=rung.has_guard, has_noise=rung.has_noise)
        one = np.ones(n_chains)
        self.b, self.quality, self.mean, self.log_s, self.z = (
            np.tile(x, (n_chains, 1)) for x in (begun.b, begun.quality, begun.mean, begun.log_s, block.y)
        )
        self.log_s = np.maximum(self.log_s, QUIETEST)
        self.log_a = np.zeros_like(self.b)
        self.honest = np.ones_like(self.z)
        self.erratic = np.zeros(self.b.shape, dtype=np.bool_)
        self.t2, self.tb2, self.m, self.gamma = (x * one for x in (begun.t2, begun.tb2, begun.m, begun.gamma))
        self.ta, self.ts, self.rho = 0.15 * one, begun.ts * one, LINK[0] * one
        self.normal: Normal | None = None
        self.told = np.ones_like(self.z)  # precision of what each review says of its entry
        self._share = 1.0 / block.reads[block.e]
        self._cat = block.cat[block.e]
        self._precision, self._widen = block.v[None], 1.0 / np.sqrt(block.v)[None]

    def sweep(self) -> None:
        """Draw everything once."""
        self._draw_latent()
        w = at(np.exp(-2 * self.log_s), self.block.j) * self._precision
        if self.rung.has_switch:
            w *= self.honest
        a = at(np.exp(self.log_a), self.block.j)
        gamma = self.gamma if self.rung.has_guard else None
        self.normal = normal = self.equations.build(self.z, w, a, t2=self.t2, tb2=self.tb2, gamma=gamma)
        self.told = w * a * a * at(np.where(self.erratic, 0.0, 1.0), self.block.j)
        self.quality, self.b, self.mean = self.equations.solve(normal, self.rng)
        self._draw_habits()
        self._draw_spreads(self._draw_guard())

    def _draw_latent(self) -> None:
        block, rng = self.block, self.rng
        has_cells = block.half > 0 and self.rung.has_cells
        if not has_cells and not self.rung.has_switch:
            return
        expected = at(self.mean, self._cat) + at(self.b, block.j)
        expected += at(np.exp(self.log_a), block.j) * at(self.quality, block.e)
        spread = at(np.exp(self.log_s), block.j) * self._widen
        x = (block.y - expected) / spread
        if has_cells:
            side = np.where(x > 0, -1.0, 1.0)  # in the lower tail, where the distribution function is exact
            reach = block.half / spread
            low, high = side * x - reach, side * x + reach
            is_low, is_high = (
                (block.floor & (side > 0)) | (block.ceil & (side < 0)),
                (block.ceil & (side > 0)) | (block.floor & (side < 0)),
            )
            p_low = np.where(is_low, 0.0, ndtr(low))
            p = np.where(is_high, 1.0, ndtr(high)) - p_low
            inner = ndtri(np.maximum(p_low + rng.random(x.shape) * p, TINY))
            inner = np.clip(inner, np.where(is_low, -np.inf, low), np.where(is_high, np.inf, high))
            self.z = expected + side * inner * spread
        if self.rung.has_switch:
            self._draw_switch(p if has_cells else np.exp(-0.5 * x * x) / (np.sqrt(2 * np.pi) * spread))

    def _draw_switch(self, chance: Floats) -> None:
        """Draw who is erratic, and which of their scores are noise; chance: (C, N) what an honest judge gives each."""
        rng, noise = self.rng, self.block.by_chance
        chance = np.maximum(chance, TINY)
        either = SHARE * noise + (1 - SHARE) * chance
        odds = np.log(ERRATIC / (1 - ERRATIC)) + self.equations.by_judge(np.log(either / chance))
        self.erratic = rng.random(odds.shape) < expit(odds)
        self.honest = np.ones_like(chance)
        if self.erratic.any():
            doubted = self.erratic.take(self.block.j, axis=1)
            self.honest -= doubted & (rng.random(chance.shape) < SHARE * noise / either)

    def _draw_habits(self) -> None:
        """Draw scale and noise of each judge, given what the judge's scores and their entries' qualities sum to."""
        block = self.block
        v = self.z - at(self.mean, self._cat) - at(self.b, block.j)
        theta = at(self.quality, block.e)
        use = self.honest * block.v
        square, cross, length, n = (
            self.equations.by_judge(q) for q in (use * v * v, use * v * theta, use * theta * theta, self.honest)
        )
        if self.rung.has_noise:
            self._step_habits(square, cross, length, n)
            return
        a = np.exp(self.log_a)
        rest = (square - 2 * a * cross + a * a * length).sum(axis=1)
        s2 = (0.02 + rest) / (2 * self.rng.standard_gamma(0.5 * (1 + n.sum(axis=1))))
        self.log_s[:] = 0.5 * np.log(s2)[:, None]

    def _step_habits(self, square: Floats, cross: Floats, length: Floats, n: Floats) -> None:
        """Take random steps in log s, in log a, and along both, several times: they cost little beside a joint draw.

        All (C, J): sums over a judge's n scores of (z - mean - b)^2, of its product with quality, of quality^2.
        """
        m, rho, ta2, ts2 = (q[:, None] for q in (self.m, self.rho, self.ta**2, self.ts**2))

        two_cross, per_ta2, per_ts2 = 2 * cross, 1 / ta2, 1 / ts2

        def log_density(log_a: Floats, log_s: Floats) -> Floats:
            a = np.exp(log_a)
            rest = square + a * (a * length - two_cross)
            off = log_s - m - rho * log_a
            away = rest * np.exp(-2 * log_s) + log_a * log_a * per_ta2 + off * off * per_ts2
            return -0.5 * away - n * log_s

        noise_step = 2.4 / np.sqrt(2 * n + per_ts2)
        scale_step = 2.4 / np.sqrt(length * np.exp(2 * self.log_a.mean() - 2 * m) + per_ta2)
        moves = MOVES if self.rung.has_scale else MOVES[:1]
        shape = (HABIT_STEPS, len(moves), *n.shape)
        jumps, chances = self.rng.standard_normal(shape), -self.rng.standard_exponential(shape)
        now = log_density(self.log_a, self.log_s)
        for again, (kind, (along_a, along_s)) in product(range(HABIT_STEPS), enumerate(moves)):
            jump = (noise_step if along_s else scale_step) * jumps[again, kind]
            log_a, log_s = self.log_a + along_a * jump, self.log_s + along_s * jump
            then = log_density(log_a, log_s)
            taken = (chances[again, kind] < then - now) & (log_s > QUIETEST)
            self.log_a, self.log_s = np.where(taken, log_a, self.log_a), np.where(taken, log_s, self.log_s)
            now = np.where(taken, then, now)

    def _draw_guard(self) -> Floats:
        """Draw gamma; give what leniency met does not foretell of quality (C, E)."""
        rng = self.rng
        if not self.rung.has_guard:
            return self.quality
        met = self.equations.by_entry(self._share * at(self.b, self.block.j))
        precision = (met * met).sum(axis=1) / self.t2 + 1.0
        centre = (self.quality * met).sum(axis=1) / self.t2 / precision
        self.gamma = centre + rng.standard_normal(centre.shape) / np.sqrt(precision)
        odds = np.log(GUARD / (1 - GUARD)) + 0.5 * (centre**2 * precision - np.log(precision))
        self.gamma *= rng.random(centre.shape) < expit(odds)
        return self.quality - self.gamma[:, None] * met

    def _draw_spreads(self, off: Floats) -> None:
        """Draw variances and the link of noise to scale; off: (C, E) quality about its mean."""
        rng, rung = self.rng, self.rung
        n_entries, n_judges = self.block.n_entries, self.block.n_judges
        self.t2 = (0.1 + 0.5 * (off**2).sum(axis=1)) / rng.standard_gamma(0.5 * (1 + n_entries), self.t2.shape)
        self.tb2 = (0.05 + 0.5 * (self.b**2).sum(axis=1)) / rng.standard_gamma(0.5 * (1 + n_judges), self.t2.shape)
        if not rung.has_noise:
            return
        if rung.has_scale:
            precision = (self.log_a**2).sum(axis=1) / self.ts**2 + LINK[1] ** -2
            away = self.log_s - self.m[:, None]
            centre = ((self.log_a * away).sum(axis=1) / self.ts**2 + LINK[0] / LINK[1] ** 2) / precision
            self.rho = centre + rng.standard_normal(centre.shape) / np.sqrt(precision)
            self.ta = self._step_spread(self.ta, (self.log_a**2).sum(axis=1), SCALE_SPREAD)
        away = self.log_s - self.rho[:, None] * self.log_a
        self.m = away.sum(axis=1) / n_judges + rng.standard_normal(self.m.shape) * self.ts / np.sqrt(n_judges)
        self.ts = self._step_spread(self.ts, ((away - self.m[:, None]) ** 2).sum(axis=1), NOISE_SPREAD)

    def _step_spread(self, spread: Floats, squares: Floats, prior: float) -> Floats:
        n_judges = self.block.n_judges

        def log_density(x: Floats) -> Floats:
            square = x * x
            return (1 - n_judges) * np.log(x) - 0.5 * (squares / square + square / prior**2)

        jumps = np.exp(self.rng.standard_normal((2, spread.size)) * (0.3 + 1.5 / np.sqrt(n_judges)))
        chances = -self.rng.standard_exponential((2, spread.size))
        now = log_density(spread)
        for jump, chance in zip(jumps, chances, strict=True):
            further = np.maximum(spread * jump, 1e-3)
            then = log_density(further)
            taken = chance < then - now
            spread, now = np.where(taken, further, spread), np.where(taken, then, now)
        return spread

    def keep(self, kept: Kept, *, repeat: int = 1) -> None:
        """Record the state, scale and leniency measured from the judges' own average.

        repeat: joint draws of quality and severity taken at the same habits, which cost little.
        """
        unit = np.exp(self.log_a.sum(axis=1, keepdims=True) / self.block.n_judges)
        a = np.exp(self.log_a)
        quality, b, mean = self.quality, self.b, self.mean
        for again in range(repeat):
            if again and self.normal is not None:
                quality, b, mean = self.equations.solve(self.normal, self.rng)
            middle = b.sum(axis=1, keepdims=True) / self.block.n_judges
            kept.level.append(mean + middle)
            kept.quality.append(quality * unit)
            kept.b.append(b - middle)
        kept.a.append(a / unit)
        kept.s.append(np.exp(self.log_s))
        n = self.block.loads
        known = 1 / self.t2[:, None] + self.equations.by_entry(self.told)
        kept.share.append(self.equations.by_judge(self.told / at(known, self.block.e)) / n)
        kept.used.append(self.equations.by_judge(self.honest) / n)
        kept.guard_b.append(self.gamma[:, None] * unit * self.b)
        kept.pull.append(1.0 / (self.t2 * unit[:, 0] ** 2))
        kept.hyper.append(np.array([self.t2 * unit[:, 0] ** 2, self.tb2, self.gamma]).T)
        kept.erratic.append(self.erratic.astype(np.float64))


def plan_chains(n_reviews: int) -> tuple[int, int, int]:
    """Say how many chains, and how many sweeps to drop and to keep: about a fifth of a second up to 1,000 scores.

    Chance between runs is far below what scores leave open; where chains begin is not, so fewer chains run longer.
    """
    if n_reviews <= SMALL:  # the fewer the scores, the longer hyperparameters take to settle; sweeps are cheap here
        return 24, 40, 60
    if n_reviews > MANY:
        return max(10_000 // n_reviews, 1), 15, 40
    chains = int(np.clip(6_400 // n_reviews, 2, 16))
    return chains, int(np.clip(18_000 // n_reviews, 15, 50)), int(np.clip(312 // chains, 45, 100))


def is_too_large(block: Block) -> bool:
    """Tell whether drawing would take too long: matrices of judges, or sums over pairs of reviews."""
    pairs = float((block.reads.astype(np.float64) ** 2).sum()) / 2
    return block.n_judges > MOST_JUDGES or block.y.size > MOST_REVIEWS or pairs > MOST_PAIRS


def run_chains(block: Block, start: MixedFit, rung: Rung, rng: np.random.Generator) -> Kept:
    """Run the chains a block of this size is worth, and keep what they say."""
    n_chains, n_drop, n_keep = plan_chains(block.y.size)
    chains = Chains(block, start, rung, n_chains=n_chains, rng=rng)
    kept = Kept()
    repeat = -(-DRAWS[block.y.size > MANY] // (n_chains * n_keep))
    for sweep in range(n_drop + n_keep):
        chains.sweep()
        if sweep >= n_drop:
            chains.keep(kept, repeat=repeat)
    return kept
