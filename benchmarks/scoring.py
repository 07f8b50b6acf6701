"""How near to the truth rankings come, how honest their intervals are, and what they cost.

Rounds are drawn from twelve regimes with known quality; every method sees the marks alone.

    python -m benchmarks.scoring quality [--rounds 8] [--first 0] [--regimes severity,final] [--methods auto,blup]
    python -m benchmarks.scoring speed [--sizes 1e3,1e4,1e5,1e6]
    python -m benchmarks.scoring heldout [--splits 20]      # published tables in tests/data/ratings

tau: Kendall's tau-a with the true quality. cover: share of entries whose true rank lies in the 90 % interval. iscore:
interval score (Gneiting & Raftery 2007) over the number of entries; lower is better. top3, top10: Brier scores of the
probabilities, over the number of places. choix is compared where it is installed; the plain mean, z-scores, additive
least squares and the mixed model (the fit of lme4) are our own.
"""

import argparse
import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from judging.marks import Marks, gather_marks
from judging.rubric import infer_rubric
from judging.scoring import RoundScores, score_round

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RATINGS = Path(__file__).parents[1] / "tests" / "data" / "ratings"
METHODS = ("raw", "zscore", "additive", "blup", "model", "auto")
HALF_ENTRIES = 0.5


@dataclass(frozen=True)
class Habits:
    """How a regime's judges differ: spreads of leniency, log scale and log noise, and the noise itself."""

    severity: float = 0.8
    scale: float = 0.0
    unequal: float = 0.0
    noise: float = 0.75


@dataclass(frozen=True)
class Drawn:
    """A round with its truth."""

    marks: Marks
    quality: Floats


Regime = Callable[[np.random.Generator], Drawn]


def deal(rng: np.random.Generator, n_entries: int, n_judges: int, reads: int, pull: Floats | None = None) -> Ints:
    """Deal judges out evenly; pull (n_entries, n_judges) makes some pairs dearer. Gives pairs (N, 2)."""
    load = np.zeros(n_judges)
    pairs = []
    for e in rng.permutation(n_entries):
        wish = load + (1.5 if pull is None else 3.0) * rng.random(n_judges)
        chosen = np.argsort(wish if pull is None else wish + pull[e])[:reads]
        load[chosen] += 1
        pairs += [(e, j) for j in chosen]
    return np.array(sorted(pairs))


def mark(rng: np.random.Generator, pairs: Ints, quality: Floats, habits: Habits, b: Floats | None = None) -> Floats:
    """Draw what judges think of entries, before any scale of marks."""
    n_judges = int(pairs[:, 1].max()) + 1
    b = rng.normal(0, habits.severity, n_judges) if b is None else b
    a = np.exp(rng.normal(0, habits.scale, n_judges))
    s = habits.noise * np.exp(rng.normal(0, habits.unequal, n_judges) - habits.unequal**2 / 2)
    e, j = pairs.T
    return a[j] * quality[e] + b[j] + s[j] * rng.standard_normal(e.size)


def on_scale(x: Floats, low: float, high: float, step: float) -> Floats:
    return np.clip(np.round((x - low) / step) * step + low, low, high)


def one_score(pairs: Ints, value: Floats) -> Marks:
    return gather_marks(pairs[:, 0], pairs[:, 1], np.zeros(len(pairs), dtype=np.int64), value)


def plain(habits: Habits, *, reads: int = 4, scale: tuple[float, float, float, float, float] | None = None) -> Regime:
    """Make a regime of 100 entries and 20 judges dealt at random; scale is mean, unit, low, high and step of marks."""

    def draw(rng: np.random.Generator) -> Drawn:
        quality = rng.normal(size=100)
        pairs = deal(rng, 100, 20, reads)
        x = mark(rng, pairs, quality, habits)
        if scale is None:
            return Drawn(one_score(pairs, np.round(6 + 1.2 * x, 3)), quality)
        mean, unit, low, high, step = scale
        return Drawn(one_score(pairs, on_scale(mean + unit * x, low, high, step)), quality)

    return draw


def panels(rng: np.random.Generator) -> Drawn:
    """Six panels of five judges and twenty entries, each linked to the next by three reviews."""
    quality = rng.normal(size=120) + np.repeat(rng.normal(0, 0.3, 6), 20)
    parts = []
    for panel in range(6):
        parts.append(deal(rng, 20, 5, 3) + np.array([20 * panel, 5 * panel]))
        guests = 20 * ((panel + 1) % 6) + rng.choice(20, 3, replace=False)
        parts.append(np.c_[guests, np.full(3, 5 * panel)])
    pairs = np.concatenate(parts)
    x = mark(rng, pairs, quality, Habits(scale=0.15, unequal=0.2))
    return Drawn(one_score(pairs, on_scale(6 + 1.2 * x, 1, 10, 0.5)), quality)


def erratic(rng: np.random.Generator) -> Drawn:
    """Of fifteen judges two mark at random, and one presses good entries down and favours a few."""
    quality = rng.normal(size=75)
    pairs = deal(rng, 75, 15, 5)
    x = 6 + 1.2 * mark(rng, pairs, quality, Habits(severity=0.6, scale=0.15, unequal=0.2))
    odd = rng.choice(15, 3, replace=False)
    at_random = np.isin(pairs[:, 1], odd[:2])
    x[at_random] = rng.uniform(1, 10, int(at_random.sum()))
    schemer = np.flatnonzero(pairs[:, 1] == odd[2])
    good = quality[pairs[schemer, 0]] > 0.3
    x[schemer] = np.where(rng.random(schemer.size) < 0.15, 10.0, x[schemer] - 2.0 * good)
    return Drawn(one_score(pairs, on_scale(x, 1, 10, 0.5)), quality)


def by_leniency(sign: float) -> Regime:
    """Send good entries to lenient (sign 1) or to strict judges (sign -1)."""

    def draw(rng: np.random.Generator) -> Drawn:
        quality, b = rng.normal(size=100), rng.normal(0, 0.8, 20)
        z = (b - b.mean()) / b.std()
        pairs = deal(rng, 100, 20, 4, pull=2.0 * np.abs(sign * z[None, :] - quality[:, None]))
        x = mark(rng, pairs, quality, Habits(scale=0.15, unequal=0.2), b=b)
        return Drawn(one_score(pairs, on_scale(6 + 1.2 * x, 1, 10, 0.5)), quality)

    return draw


def everything(rng: np.random.Generator) -> Drawn:
    """Three criteria with halo and gaps, all habits at once, and one judge at random."""
    return criteria(
        rng, (80, 16, 4, 3), Habits(scale=0.3, unequal=0.4), scale=(6.0, 1.3, 1, 10), gaps=0.05, is_odd=True
    )


def hackathon(rng: np.random.Generator) -> Drawn:
    """Forty teams, three reads, five criteria of one to five."""
    return criteria(rng, (40, 12, 3, 5), Habits(0.6, 0.2, 0.3), scale=(3.3, 0.8, 1, 5), gaps=0.0, is_odd=False)


def criteria(
    rng: np.random.Generator,
    shape: tuple[int, int, int, int],
    habits: Habits,
    *,
    scale: tuple[float, float, float, float],
    gaps: float,
    is_odd: bool,
) -> Drawn:
    n_entries, n_judges, reads, n_criteria = shape
    mean, unit, low, high = scale
    quality = rng.normal(size=n_entries)
    profile = 0.5 * rng.normal(size=(n_entries, n_criteria))
    profile -= profile.mean(axis=1, keepdims=True)
    pairs = deal(rng, n_entries, n_judges, reads)
    together = mark(rng, pairs, quality, habits)
    e, j = pairs.T
    x = together[:, None] + profile[e] + rng.normal(0, 0.2, (n_judges, n_criteria))[j]
    x = x + rng.normal(0, 0.3, n_criteria) + 0.5 * rng.standard_normal(x.shape)
    value = on_scale(mean + unit * x, low, high, 1.0)
    if is_odd:
        odd = j == rng.integers(n_judges)
        value[odd] = rng.integers(int(low), int(high) + 1, (int(odd.sum()), n_criteria))
    kept = rng.random(value.shape) >= gaps
    kept[:, 0] |= ~kept.any(axis=1)
    row, criterion = np.nonzero(kept)
    return Drawn(gather_marks(e[row], j[row], criterion, value[kept]), quality)


def final(rng: np.random.Generator) -> Drawn:
    """Eight entries that all of five judges see."""
    quality = rng.normal(size=8)
    pairs = np.array([(e, j) for e in range(8) for j in range(5)])
    x = mark(rng, pairs, quality, Habits(scale=0.2, unequal=0.4))
    return Drawn(one_score(pairs, on_scale(6 + 1.2 * x, 1, 10, 0.5)), quality)


REGIMES: dict[str, Regime] = {
    "severity": plain(Habits()),
    "scale": plain(Habits(scale=0.45)),
    "noise": plain(Habits(unequal=0.8)),
    "stars": plain(Habits(0.5, 0.25, 0.3), reads=5, scale=(4.0, 0.9, 1, 5, 1)),
    "ten": plain(Habits(0.6, 0.25, 0.3), reads=5, scale=(8.0, 1.5, 1, 10, 1)),
    "panels": panels,
    "erratic": erratic,
    "lenient": by_leniency(1.0),
    "strict": by_leniency(-1.0),
    "everything": everything,
    "final": final,
    "hackathon": hackathon,
}
MATCHED = ("lenient", "strict")  # assignment went with leniency


def tau_a(x: Floats, y: Floats) -> float:
    """Give Kendall's tau-a: tied pairs count as nothing known."""
    sign = np.sign(x[:, None] - x[None, :]) * np.sign(y[:, None] - y[None, :])
    return float(sign.sum() / (x.size * (x.size - 1)))


def measure(quality: Floats, run: RoundScores) -> dict[str, float]:
    """Score one ranking against the truth."""
    rank = np.argsort(np.argsort(-quality)) + 1
    low, high = run.ranking.rank_low, run.ranking.rank_high
    misses = 20 * np.maximum(low - rank, 0) + 20 * np.maximum(rank - high, 0)
    told = {
        "tau": tau_a(run.score, quality),
        "cover": float(((low <= rank) & (rank <= high)).mean()),
        "iscore": float(((high - low) + misses).mean() / rank.size),
        "top3": float(((run.ranking.p_top3 - (rank <= 3)) ** 2).sum() / 3),
    }
    if rank.size > 10:
        told["top10"] = float(((run.ranking.p_top10 - (rank <= 10)) ** 2).sum() / 10)
    return told


def choix_tau(drawn: Drawn) -> float:
    """Fit a Bradley-Terry model to the orders inside each judge."""
    import choix  # noqa: PLC0415 -- a peer, compared where it is installed

    marks = drawn.marks
    total = np.zeros((marks.n_entries, marks.n_judges))
    seen = np.zeros_like(total)
    np.add.at(total, (marks.entry, marks.judge), marks.value)
    np.add.at(seen, (marks.entry, marks.judge), 1.0)
    wins = []
    for j in range(marks.n_judges):
        mine = np.flatnonzero(seen[:, j])
        mean = total[mine, j] / seen[mine, j]
        wins += [(int(mine[u]), int(mine[v])) for u, v in np.argwhere(mean[:, None] > mean[None, :])]
    return tau_a(choix.ilsr_pairwise(marks.n_entries, wins, alpha=0.05, max_iter=200), drawn.quality)


def quality(options: argparse.Namespace) -> None:
    regimes = options.regimes.split(",") if options.regimes else list(REGIMES)
    methods = options.methods.split(",")
    table: dict[tuple[str, str], list[dict[str, float]]] = {}
    for name in regimes:
        for seed in range(options.first, options.first + options.rounds):
            drawn = REGIMES[name](np.random.default_rng([seed, list(REGIMES).index(name)]))
            for method in methods:
                begun = time.process_time()
                run = score_round(drawn.marks, infer_rubric(drawn.marks), method=method)
                took = time.process_time() - begun
                table.setdefault((method, name), []).append({**measure(drawn.quality, run), "seconds": took})
            if find_spec("choix"):
                table.setdefault(("choix", name), []).append({"tau": choix_tau(drawn)})
        print(name, *(f"{m} {mean_of(table, m, [name], 'tau'):.3f}" for m in methods), flush=True)
    some = [name for name in regimes if name not in MATCHED]
    print(f"\n{'method':10}{'tau':>8}{'but matched':>13}{'cover':>8}{'iscore':>8}{'top3':>8}{'top10':>8}{'seconds':>9}")
    for method in dict.fromkeys(m for m, _ in table):
        figures = [mean_of(table, method, regimes, key) for key in ("cover", "iscore", "top3", "top10", "seconds")]
        both = mean_of(table, method, regimes, "tau"), mean_of(table, method, some, "tau")
        print(f"{method:10}{both[0]:8.4f}{both[1]:13.4f}" + "".join(f"{x:8.3f}" for x in figures))


def mean_of(table: dict[tuple[str, str], list[dict[str, float]]], method: str, regimes: list[str], key: str) -> float:
    means = [[r[key] for r in table[method, name] if key in r] for name in regimes]
    return float(np.mean([np.mean(part) for part in means if part])) if any(means) else float("nan")


def speed(options: argparse.Namespace) -> None:
    print(f"{'scores':>9}" + "".join(f"{m:>10}" for m in options.methods.split(",")))
    for size in (int(float(text)) for text in options.sizes.split(",")):
        rng = np.random.default_rng(5)
        pairs = np.unique(
            np.c_[np.repeat(np.arange(size // 8), 8), rng.permutation(size // 8 * 8) % (size // 40)], axis=0
        )
        quality_ = rng.normal(size=size // 8)
        marks = one_score(pairs, np.round(6 + 1.2 * mark(rng, pairs, quality_, Habits(scale=0.2, unequal=0.3)), 2))
        line = f"{marks.value.size:>9}"
        for method in options.methods.split(","):
            begun = time.process_time()
            score_round(marks, infer_rubric(marks), method=method)
            line += f"{time.process_time() - begun:10.2f}"
        print(line, flush=True)


def heldout(options: argparse.Namespace) -> None:
    """Leave one review of half the entries out, and foretell it from entry scores and judges' mean residuals."""
    for path in sorted(RATINGS.glob("*.csv")):
        marks = read(path)
        if marks.value.size > options.most:
            continue
        errors: dict[str, list[float]] = {method: [] for method in options.methods.split(",")}
        for split in range(options.splits):
            out = left_out(marks, np.random.default_rng([split, marks.value.size]))
            kept = subset(marks, ~out)
            for method, found in errors.items():
                run = score_round(kept, infer_rubric(kept), method=method)
                found.append(foretell(kept, subset(marks, out), run.score))
        best = min(errors, key=lambda m: float(np.mean(errors[m])))
        print(path.stem, *(f"{m} {np.sqrt(np.mean(np.square(e))):.4f}" for m, e in errors.items()), f"best {best}")


def read(path: Path) -> Marks:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = [np.unique([row[key] for row in rows], return_inverse=True)[1] for key in ("entry", "judge", "criterion")]
    return gather_marks(*columns, np.array([float(row["score"]) for row in rows]))


def subset(marks: Marks, kept: NDArray[np.bool_]) -> Marks:
    return gather_marks(
        marks.entry[kept], marks.judge[kept], marks.criterion[kept], marks.value[kept], n_entries=marks.n_entries,
        n_judges=marks.n_judges, n_criteria=marks.n_criteria,
    )  # fmt: skip


def left_out(marks: Marks, rng: np.random.Generator) -> NDArray[np.bool_]:
    pairs = np.unique(np.c_[marks.entry, marks.judge], axis=0)
    order = rng.permutation(len(pairs))
    reads = np.bincount(pairs[:, 0])
    first = order[np.unique(pairs[order, 0], return_index=True)[1]]
    first = first[reads[pairs[first, 0]] > 1]
    chosen = pairs[first[rng.random(first.size) < HALF_ENTRIES]]
    return np.isin(marks.entry * marks.n_judges + marks.judge, chosen[:, 0] * marks.n_judges + chosen[:, 1])


def foretell(kept: Marks, out: Marks, score: Floats) -> float:
    """Give the root mean square error of one reading of the scores that is the same for all methods."""
    usual = np.bincount(kept.criterion, kept.value, kept.n_criteria) / np.bincount(
        kept.criterion, minlength=kept.n_criteria
    )
    x = (score - np.nanmean(score)) / (np.nanstd(score) or 1.0)
    x = np.nan_to_num(x)
    y = kept.value - usual[kept.criterion]
    n = np.bincount(kept.judge, minlength=kept.n_judges)
    b = np.zeros(kept.n_judges)
    slope, noise, between = 0.0, float(y.var()), float(y.var()) / 4
    for _ in range(30):
        rest = y - b[kept.judge]
        slope = float(x[kept.entry] @ rest / (x[kept.entry] @ x[kept.entry]))
        left = y - slope * x[kept.entry]
        b = np.bincount(kept.judge, left, kept.n_judges) / (n + noise / between)
        noise = float(((left - b[kept.judge]) ** 2).mean())
        between = max(float((b**2).mean() + (1 / (n / noise + 1 / between)).mean()), 1e-9)
    guess = usual[out.criterion] + slope * x[out.entry] + b[out.judge]
    return float(np.sqrt(((out.value - guess) ** 2).mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("quality", "speed", "heldout"))
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--regimes", default="")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--sizes", default="1e3,1e4,1e5")
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--most", type=int, default=10_000, help="marks of a table beyond which it is left out")
    options = parser.parse_args()
    {"quality": quality, "speed": speed, "heldout": heldout}[options.what](options)


if __name__ == "__main__":
    main()
