"""One call for a whole round: marks and rubric in; scores, ranks, intervals, judges and reasons out.

Entries that no chain of shared judges links are fitted apart and never ranked together.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from judging.marks import Floats, Ints, Marks
from judging.method_names import AUTO
from judging.ranking import TIE, Group, Ranking, rank_entries
from judging.rubric import Reviews, Rubric, review_scores
from judging.scoring.bridges import find_weak_bridge
from judging.scoring.design import Block, find_components, fingerprint_rows, fingerprint_table, make_block
from judging.scoring.explain import ReviewParts, ScoreParts, explain_entries, explain_reviews
from judging.scoring.fit import JudgeFit
from judging.scoring.judges import JudgeTable, judge_table
from judging.scoring.methods import Choice, fit_judges
from judging.scoring.threads import use_one_thread

VERSION = "tahkim-scoring/1"
PLACES = 3
FEW = 3  # equal scores in so few reviews are no habit


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a human should know: a code, and what it is about (-1 where it is not about one of these)."""

    code: str
    entry: int = -1
    judge: int = -1
    component: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class RoundScores:
    """Everything a run says. Arrays are (n_entries,) or (n_judges,), numbered as in the marks; NaN or 0 = unranked.

    component: which connected set an entry belongs to, -1 without reviews. score, se, raw_mean: rubric points.
    raw_rank: rank by plain mean within the same group. parts: (n_entries,) exact parts of each score.
    places: to be given in each category. fits, choices: one a component. digest: SHA-256 of marks, rubric and
    parameters; the seed comes from it unless given.
    """

    method: str
    version: str
    seed: int
    places: tuple[int, ...]
    digest: str
    rubric: Rubric
    reviews: Reviews
    component: Ints
    fits: tuple[JudgeFit, ...]
    choices: tuple[Choice, ...]
    score: Floats
    se: Floats
    raw_mean: Floats
    raw_rank: Ints
    n_reviews: Ints
    ranking: Ranking
    judges: JudgeTable
    parts: ScoreParts
    review_parts: ReviewParts
    flags: tuple[Flag, ...]

    @property
    def unranked(self) -> Ints:
        """List the entries without a review."""
        return np.flatnonzero(self.component < 0)

    @property
    def decided(self) -> dict[int, str]:
        """Give the method that decided in each category: of its component with most entries."""
        category = self.reviews.category
        found = {}
        for k in np.unique(category[self.component >= 0]):
            held = np.bincount(self.component[(category == k) & (self.component >= 0)])
            found[int(k)] = self.choices[int(held.argmax())].method
        return found


def score_round(
    marks: Marks,
    rubric: Rubric,
    *,
    categories: Ints | None = None,
    places: int | tuple[int, ...] = PLACES,
    method: str = AUTO,
    kept: Mapping[int, str] | None = None,
    seed: int | None = None,
    is_separate: bool = False,
) -> RoundScores:
    """Score and rank a round.

    categories: (n_entries,) category of each entry, in place of the marks' own. places: how many places are given,
    for all categories or for each. method: auto, model, blup, additive, zscore, raw or trimmed. kept: by category, what
    auto chose in the round's first run (``decided``); chosen once, it stays. is_separate: fit every category apart
    instead of letting shared judges link them. Pure: same data, same bytes, in any order of rows.
    """
    use_one_thread()
    if categories is not None:
        marks = replace(marks, category=np.asarray(categories, dtype=np.int64))
    reviews = review_scores(marks, rubric)
    digest = digest_of(reviews, places=places, method=method, is_separate=is_separate)
    seed = int(digest[:15], 16) if seed is None else seed
    component = _components(reviews, is_separate=is_separate)
    category = reviews.category
    fits, choices = [], []
    by_component = np.argsort(component[reviews.entry], kind="stable")
    starts = np.searchsorted(component[reviews.entry][by_component], np.arange(int(component.max()) + 2))
    for k in range(int(component.max()) + 1):
        block = make_block(reviews, np.sort(by_component[starts[k] : starts[k + 1]]))
        fit, choice = fit_judges(block, method=method, seed=seed, kept=_kept_of(block, category, kept or {}))
        fits.append(fit)
        choices.append(choice)
    return _gather(
        reviews, rubric, component, tuple(fits), tuple(choices), places=places, method=method, seed=seed, digest=digest
    )


def digest_of(reviews: Reviews, *, places: int | tuple[int, ...], method: str, is_separate: bool) -> str:
    """Give the SHA-256 of everything a run depends on, whatever order the rows came in or numbers judges had."""
    told = hashlib.sha256(f"{VERSION} {method} {places} {is_separate} {reviews.low} {reviews.high}".encode())
    told.update(f"{reviews.half_cell} {int(reviews.at_floor.sum())} {int(reviews.at_ceiling.sum())}".encode())
    entry = np.unique(reviews.entry, return_inverse=True)[1]
    judge = np.unique(reviews.judge, return_inverse=True)[1]
    category = reviews.category[np.unique(reviews.entry)]
    score = np.round(reviews.score, 9) + 1e6 * np.round(reviews.precision, 9)
    told.update(fingerprint_rows(entry, judge, score, category=category).tobytes())
    if reviews.by_criterion is not None:
        weight = reviews.weight[reviews.category[reviews.entry]]
        table = np.nan_to_num(np.round(reviews.by_criterion, 9), nan=-1e9) + 1e3 * np.round(weight, 9)
        told.update(np.sort(fingerprint_table(table)).tobytes())
    return told.hexdigest()


def _kept_of(block: Block, category: Ints, kept: Mapping[int, str]) -> str | None:
    """Find the method kept for most of a component's entries; none unless all of its categories kept one."""
    of, count = np.unique(category[block.entries], return_counts=True)
    if any(int(k) not in kept for k in of):
        return None
    return kept[int(of[count.argmax()])]


def _components(reviews: Reviews, *, is_separate: bool) -> Ints:
    if not is_separate:
        return find_components(reviews.entry, reviews.judge, reviews.n_entries, reviews.n_judges)
    n_categories = int(reviews.category.max()) + 1
    apart = reviews.judge * n_categories + reviews.category[reviews.entry]
    return find_components(reviews.entry, apart, reviews.n_entries, reviews.n_judges * n_categories)


def _gather(
    reviews: Reviews,
    rubric: Rubric,
    component: Ints,
    fits: tuple[JudgeFit, ...],
    choices: tuple[Choice, ...],
    *,
    places: int | tuple[int, ...],
    method: str,
    seed: int,
    digest: str,
) -> RoundScores:
    n_entries = reviews.n_entries
    score, se = np.full(n_entries, np.nan), np.full(n_entries, np.nan)
    parts = ScoreParts(*(np.full(n_entries, np.nan) for _ in range(5)))
    for fit in fits:
        at = fit.block.entries
        score[at], se[at] = fit.score, fit.se
        mine = explain_entries(fit)
        for name in ("raw", "severity", "scale", "weight", "pull"):
            getattr(parts, name)[at] = getattr(mine, name)
    groups, raw_rank = _groups(reviews, fits, places=places, raw=parts.raw)
    ranking = rank_entries(groups, n_entries)
    return RoundScores(
        method=method,
        version=VERSION,
        seed=seed,
        places=(places,) * (int(reviews.category.max()) + 1) if isinstance(places, int) else places,
        digest=digest,
        rubric=rubric,
        reviews=reviews,
        component=component,
        fits=fits,
        choices=choices,
        score=score,
        se=se,
        raw_mean=parts.raw,
        raw_rank=raw_rank,
        n_reviews=np.bincount(reviews.entry, minlength=n_entries).astype(np.int64),
        ranking=ranking,
        judges=judge_table(reviews, fits),
        parts=parts,
        review_parts=_review_parts(reviews, fits),
        flags=_flags(reviews, component, fits, choices),
    )


def _groups(
    reviews: Reviews, fits: tuple[JudgeFit, ...], *, places: int | tuple[int, ...], raw: Floats
) -> tuple[list[Group], Ints]:
    groups, keys = [], []
    raw_rank = np.zeros(reviews.n_entries, dtype=np.int64)
    for number, fit in enumerate(fits):
        block = fit.block
        score, draws = fit.score, fit.score_draws
        for k in np.unique(reviews.category[block.entries]):
            mine = np.flatnonzero(reviews.category[block.entries] == k)
            at = block.entries[mine]
            sure = np.sort(raw[at])
            raw_rank[at] = 1 + at.size - np.searchsorted(sure, raw[at] + TIE, side="right")
            table, criteria = (
                _ladder_scores(reviews, fit, mine, category=int(k)) if _has_ties(score[mine]) else (None, ())
            )
            groups.append(
                Group(
                    entries=at,
                    score=score[mine],
                    draws=draws[:, mine],
                    places=places if isinstance(places, int) else places[int(k)],
                    by_criterion=table,
                    criteria=criteria,
                )
            )
            keys.append((int(k), number))
    return [groups[i] for i in sorted(range(len(keys)), key=keys.__getitem__)], raw_rank


def _has_ties(score: Floats) -> bool:
    return bool(score.size > 1 and np.diff(np.sort(score)).min() <= TIE)


def _ladder_scores(
    reviews: Reviews, fit: JudgeFit, entries: Ints, *, category: int
) -> tuple[Floats | None, tuple[int, ...]]:
    """Adjust each criterion's marks by the same judges' habits and weights: (G, n_criteria), heaviest first."""
    if reviews.by_criterion is None:
        return None, ()
    block = fit.block
    weight_of = reviews.weight[category]
    order = np.argsort(-weight_of, kind="stable")
    order = order[weight_of[order] > 0]
    table = reviews.by_criterion[block.rows][:, order]
    given = ~np.isnan(table)
    latent = np.where(given, (table - block.centre) / (block.spread or 1.0), 0.0)
    told = (latent - fit.level[block.cat[block.e]][:, None] - fit.b[block.j][:, None]) / fit.a[block.j][:, None]
    columns = []
    for c in range(order.size):
        weight = fit.weight * given[:, c]
        total = np.maximum(block.by_entry(weight), 1e-300)
        columns.append(fit.to_points(fit.level[block.cat] + block.by_entry(weight * told[:, c]) / total)[entries])
    return np.array(columns).T, tuple(int(c) for c in order)


def _review_parts(reviews: Reviews, fits: tuple[JudgeFit, ...]) -> ReviewParts:
    empty = [np.full(reviews.n_reviews, np.nan) for _ in range(5)]
    result = ReviewParts(reviews.entry, reviews.judge, reviews.score, *empty)
    for fit in fits:
        mine = explain_reviews(fit)
        for name in ("severity", "scale", "weight", "residual", "expected_spread"):
            getattr(result, name)[fit.block.rows] = getattr(mine, name)
    return result


def _flags(
    reviews: Reviews, component: Ints, fits: tuple[JudgeFit, ...], choices: tuple[Choice, ...]
) -> tuple[Flag, ...]:
    flags = [Flag("unreviewed", entry=int(e)) for e in np.flatnonzero(component < 0)]
    categories = reviews.category
    for k in np.unique(categories):
        held = np.unique(component[(categories == k) & (component >= 0)])
        if held.size > 1:
            flags += [Flag("disconnected", component=int(c)) for c in held]
    for number, (fit, choice) in enumerate(zip(fits, choices, strict=True)):
        if choice.reason not in {"asked", "ladder", "kept"}:
            flags.append(Flag(choice.reason, component=number))
        block = fit.block
        if find_weak_bridge(block) is not None:
            flags.append(Flag("weak_bridge", component=number))
        low = np.full(block.n_judges, np.inf)
        high = np.full(block.n_judges, -np.inf)
        np.minimum.at(low, block.j, block.y)
        np.maximum.at(high, block.j, block.y)
        loads = block.loads
        flags += [Flag("flat", judge=int(j)) for j in np.sort(block.judges[(loads >= FEW) & (high == low)])]
        flags += [Flag("thin", judge=int(j)) for j in np.sort(block.judges[loads == 1])]
        flags += [Flag("one_review", entry=int(e)) for e in np.sort(block.entries[block.reads == 1])]
    partial = np.unique(reviews.entry[reviews.is_partial])
    return (*flags, *(Flag("partial", entry=int(e)) for e in partial))
