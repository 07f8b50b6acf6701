"""How near to the truth rankings come, how honest their intervals are, and what they cost.

Rounds are drawn from twelve regimes with known quality; every method sees the marks alone.

    python -m benchmarks.scoring quality [--rounds 8] [--first 0] [--regimes severity,final] [--methods auto,blup]
    python -m benchmarks.scoring speed [--sizes 1e3,1e4,1e5,1e6]
    python -m benchmarks.scoring limits [--rounds 8]        # against those who know more than marks tell
    python -m benchmarks.scoring heldout [--splits 20]      # tests/data/ratings; 0: each review left out once

tau: Kendall's tau-a with the true quality. cover: share of entries whose true rank lies in the 90 % interval. iscore:
interval score (Gneiting & Raftery 2007) over the number of entries; lower is better. top3, top10: Brier scores of the
probabilities, over the number of places. choix is compared where it is installed; the plain mean, z-scores, additive
least squares and the mixed model (the fit of lme4) are our own.
"""

import argparse
import time
from collections import Counter
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.leftout import RATINGS, foretell, read, splits
from benchmarks.oracle import rank_with_judges_known, rank_with_spreads_known
from benchmarks.rounds import MATCHED, REGIMES, Drawn, Habits, judge_entries, one_score
from judging.ranking import Ranking
from judging.rubric import infer_rubric
from judging.scoring import score_round

Floats = NDArray[np.float64]
METHODS = ("raw", "zscore", "additive", "blup", "model", "auto")
KEYS = ("tau", "cover", "iscore")


def tau_a(x: Floats, y: Floats) -> float:
    """Give Kendall's tau-a: tied pairs count as nothing known."""
    sign = np.sign(x[:, None] - x[None, :]) * np.sign(y[:, None] - y[None, :])
    return float(sign.sum() / (x.size * (x.size - 1)))


def measure(quality: Floats, score: Floats, ranking: Ranking) -> dict[str, float]:
    """Hold one ranking against the truth."""
    rank = np.argsort(np.argsort(-quality)) + 1
    low, high = ranking.rank_low, ranking.rank_high
    misses = 20 * np.maximum(low - rank, 0) + 20 * np.maximum(rank - high, 0)
    told = {
        "tau": tau_a(score, quality),
        "cover": float(((low <= rank) & (rank <= high)).mean()),
        "iscore": float(((high - low) + misses).mean() / rank.size),
        "top3": float(((ranking.p_top3 - (rank <= 3)) ** 2).sum() / 3),
    }
    if rank.size > 10:
        told["top10"] = float(((ranking.p_top10 - (rank <= 10)) ** 2).sum() / 10)
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
            drawn = draw(name, seed)
            for method in methods:
                begun = time.process_time()
                run = score_round(drawn.marks, infer_rubric(drawn.marks), method=method)
                took = time.process_time() - begun
                table.setdefault((method, name), []).append(
                    {**measure(drawn.quality, run.score, run.ranking), "seconds": took}
                )
            if find_spec("choix"):
                table.setdefault(("choix", name), []).append({"tau": choix_tau(drawn)})
        print(name, *(f"{m} {mean_of(table, m, [name], 'tau'):.3f}" for m in methods), flush=True)
    some = [name for name in regimes if name not in MATCHED]
    print(f"\n{'method':10}{'tau':>8}{'but matched':>13}{'cover':>8}{'iscore':>8}{'top3':>8}{'top10':>8}{'seconds':>9}")
    for method in dict.fromkeys(m for m, _ in table):
        figures = [mean_of(table, method, regimes, key) for key in ("cover", "iscore", "top3", "top10", "seconds")]
        both = mean_of(table, method, regimes, "tau"), mean_of(table, method, some, "tau")
        print(f"{method:10}{both[0]:8.4f}{both[1]:13.4f}" + "".join(f"{x:8.3f}" for x in figures))


def draw(name: str, seed: int) -> Drawn:
    return REGIMES[name](np.random.default_rng([seed, list(REGIMES).index(name)]))


def limits(options: argparse.Namespace) -> None:
    """Set auto beside the two who know more; the difference to each, in pairs of rounds, with its standard error."""
    knows = {"spreads": rank_with_spreads_known, "judges": rank_with_judges_known}
    print(f"{'regime':12}" + "".join(f"{who:>10}" + "".join(f"{k:>7}" for k in KEYS) for who in ("auto", *knows)))
    for name in options.regimes.split(",") if options.regimes else REGIMES:
        found: dict[str, list[dict[str, float]]] = {"auto": []} | {k: [] for k in knows}
        for seed in range(options.first, options.first + options.rounds):
            drawn = draw(name, seed)
            run = score_round(drawn.marks, infer_rubric(drawn.marks))
            found["auto"].append(measure(drawn.quality, run.score, run.ranking))
            for who, rank in knows.items():
                found[who].append(measure(drawn.quality, *rank(drawn)))
        line = f"{name:12}"
        for rounds in found.values():
            gap = np.array([x["tau"] - y["tau"] for x, y in zip(rounds, found["auto"], strict=True)])
            error = f"({gap.std(ddof=1) / np.sqrt(gap.size):.4f})" if gap.any() else ""
            line += f"{error:>10}" + "".join(f"{np.mean([r[k] for r in rounds]):7.3f}" for k in KEYS)
        print(line, flush=True)


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
        marks = one_score(
            pairs, np.round(6 + 1.2 * judge_entries(rng, pairs, quality_, Habits(scale=0.2, unequal=0.3))[0], 2)
        )
        line = f"{marks.value.size:>9}"
        for method in options.methods.split(","):
            begun = time.process_time()
            score_round(marks, infer_rubric(marks), method=method)
            line += f"{time.process_time() - begun:10.2f}"
        print(line, flush=True)


def heldout(options: argparse.Namespace) -> None:
    """Leave reviews out, and foretell them from entry scores and judges' mean residuals."""
    for path in sorted(RATINGS.glob("*.csv")):
        marks = read(path)
        if marks.value.size > options.most or path.stem not in (options.sets or path.stem).split(","):
            continue
        errors: dict[str, list[float]] = {method: [] for method in options.methods.split(",")}
        chosen: Counter[str] = Counter()
        for kept, out in splits(marks, options.splits):
            for method, found in errors.items():
                run = score_round(kept, infer_rubric(kept), method=method)
                found.append(foretell(kept, out, run.score))
                chosen.update([run.choices[0].method] if method == "auto" else [])
        best = min(errors, key=lambda m: float(np.mean(np.square(errors[m]))))
        print(path.stem, *(f"{m} {rms(e):.4f}" for m, e in errors.items()), f"best {best}", *map(str, chosen.items()))
        for method, found in errors.items():
            gap = np.array(found) - np.array(errors[best])
            error = gap.std() / np.sqrt(gap.size)
            print(
                f"    {method:10}{100 * (rms(found) / rms(errors[best]) - 1):+7.2f} %{gap.mean():+9.4f} ({error:.4f})"
            )


def rms(errors: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("quality", "speed", "limits", "heldout"))
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--regimes", default="")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--sizes", default="1e3,1e4,1e5")
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--sets", default="", help="tables, all unless named")
    parser.add_argument("--most", type=int, default=10_000, help="marks of a table beyond which it is left out")
    options = parser.parse_args()
    {"quality": quality, "speed": speed, "limits": limits, "heldout": heldout}[options.what](options)


if __name__ == "__main__":
    main()
