"""What a round's standing run says of an entry, of the judges, and of itself, as the committee's pages need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.reads.decisions import RunView, find_last_run

__all__ = [
    "EntryScore",
    "JudgeFigures",
    "Neighbour",
    "ReliabilityFigures",
    "ReviewLine",
    "RunFigures",
    "ScoreSteps",
    "find_entry_scores",
    "find_run_figures",
    "list_disputed",
    "list_judge_figures",
]

CLOSE = 0.75
"""Neighbours whose order has a probability under this cannot be separated."""


@dataclass(frozen=True, slots=True)
class ScoreSteps:
    """From the raw mean to the adjusted score, in points: raw + severity + scale + weight + pull = score."""

    raw: float
    severity: float
    scale: float
    weight: float
    pull: float


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One judge on one entry: the score given, what severity and scale added, what it then tells, and its weight.

    ``weight`` is the share in the entry's score before the pull; ``marks`` are points of a hundred by criterion.
    """

    judge_id: UUID
    score: float
    severity: float
    scale: float
    told: float
    weight: float
    residual: float
    expected_spread: float
    is_partial: bool
    marks: Mapping[UUID, float]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The entry one place above or below, and the probability of that order; close ones cannot be separated."""

    entry_id: UUID
    is_above: bool
    probability: float
    is_close: bool


@dataclass(frozen=True, slots=True)
class EntryScore:
    """An entry's score with its whole reason. ``rank_by_method`` holds the ranks that other methods give.

    ``rank_without_a_judge``: the best and the worst rank with one judge left out. ``apart``: points between what two
    reviews say, severity taken out; ``is_disputed`` from 25 on. ``criteria``: mean points of a hundred by criterion.
    """

    entry_id: UUID
    code_name: str
    category_id: UUID
    n_reviews: int
    rank: int
    rank_low: int
    rank_high: int
    raw_rank: int
    rank_by_method: Mapping[str, int]
    rank_without_a_judge: tuple[int, int] | None
    score: float
    se: float
    low: float
    high: float
    p_inside: float
    p_first: float
    p_threshold: float
    spread: float | None
    apart: float
    is_disputed: bool
    flags: tuple[str, ...]
    steps: ScoreSteps
    reviews: tuple[ReviewLine, ...]
    criteria: Mapping[UUID, float]
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class JudgeFigures:
    """A judge in figures, None where the marks cannot tell; severity in points, positive = harsher.

    ``scale`` about 1, ``noise`` in points; ``outfit`` and ``infit`` 1 where expected. A flag asks a question only.
    """

    judge_id: UUID
    n_reviews: int
    severity: float | None
    low: float | None
    high: float | None
    p_notable: float | None
    scale: float | None
    scale_low: float | None
    scale_high: float | None
    noise: float | None
    weight_share: float | None
    suspicion: float | None
    outfit: float | None
    infit: float | None
    agreement: float | None
    halo: float | None
    is_misfit: bool
    is_halo: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReliabilityFigures:
    """How far one connected set would come out again; ``with_reviews`` foretells raw means with n reviews an entry."""

    method: str
    reason: str
    single: float | None
    phi: float | None
    g: float | None
    adjusted: float | None
    separation: float | None
    strata: float | None
    with_reviews: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class RunFigures:
    """A run as a whole. ``further_reviews``: (entry, judge) where the first place is open and a review gains most;
    ``joining_reviews``: those that would join sets of entries which no shared judge links.
    """  # noqa: D205 -- one sentence a field

    run_id: UUID
    ordinal: int
    made_at: datetime
    method: str
    components: tuple[ReliabilityFigures, ...]
    alpha: Mapping[str, float | None]
    flags: tuple[str, ...]
    n_ties: int
    n_ties_open: int
    further_reviews: tuple[tuple[UUID, UUID], ...]
    joining_reviews: tuple[tuple[UUID, UUID], ...]
    n_set_aside: int


async def find_entry_scores(round_id: UUID, entry_ids: tuple[UUID, ...]) -> tuple[EntryScore, ...]:
    """Read some entries' scores from the standing run, in the order asked; entries without a rank are left out."""
    run = await find_last_run(round_id)
    if run is None:
        return ()
    lines = _lines(run)
    return tuple(_entry(run, *lines[str(each)]) for each in entry_ids if str(each) in lines)


async def list_disputed(round_id: UUID, category_id: UUID) -> tuple[EntryScore, ...]:
    """List the entries of a category whose judges differ beyond the limit, the furthest apart first."""
    run = await find_last_run(round_id)
    lines = run.output["categories"].get(str(category_id), ()) if run else ()
    found = [_entry(run, str(category_id), line) for line in lines if run and line["is_disputed"]]
    return tuple(sorted(found, key=lambda each: (-each.apart, each.rank, each.code_name)))


async def list_judge_figures(round_id: UUID) -> tuple[JudgeFigures, ...]:
    """List the judges of the standing run, the harshest first; those without a severity come last."""
    run = await find_last_run(round_id)
    if run is None:
        return ()
    flags: dict[str, list[str]] = {}
    for flag in run.output["flags"]:
        if flag["judge"]:
            flags.setdefault(flag["judge"], []).append(flag["code"])
    names = [name for name in JudgeFigures.__slots__ if name not in {"judge_id", "n_reviews", "flags"}]
    judges = (
        JudgeFigures(
            judge_id=UUID(line["judge"]),
            n_reviews=line["reviews"],
            flags=tuple(flags.get(line["judge"], ())),
            **{name: line[name] for name in names},
        )
        for line in run.output["judges"]
    )
    return tuple(sorted(judges, key=lambda each: (each.severity is None, -(each.severity or 0.0), str(each.judge_id))))


async def find_run_figures(round_id: UUID) -> RunFigures | None:
    """Read what the standing run says of itself; None before the first run."""
    run = await find_last_run(round_id)
    if run is None:
        return None
    output = run.output
    return RunFigures(
        run_id=run.id,
        ordinal=run.ordinal,
        made_at=run.made_at,
        method=run.method,
        components=tuple(_reliability(choice) for choice in output["choices"]),
        alpha=output["agreement"],
        flags=tuple(dict.fromkeys(flag["code"] for flag in output["flags"] if not flag["judge"])),
        n_ties=len({tuple(step["entries"]) for step in output["ties"]}),
        n_ties_open=_count_shared(output),
        further_reviews=tuple((UUID(entry), UUID(judge)) for entry, judge, _ in output["further_reviews"]),
        joining_reviews=tuple((UUID(entry), UUID(judge)) for entry, judge in output["joining_reviews"]),
        n_set_aside=output["set_aside"],
    )


def _count_shared(output: dict[str, Any]) -> int:
    """Count ranks that several entries of one group share: ties that the ladder left."""
    held: dict[tuple[int, int], int] = {}
    for lines in output["categories"].values():
        for line in lines:
            held[line["group"], line["rank"]] = held.get((line["group"], line["rank"]), 0) + 1
    return sum(n > 1 for n in held.values())


def _lines(run: RunView) -> dict[str, tuple[str, dict[str, Any]]]:
    return {line["entry"]: (category, line) for category, lines in run.output["categories"].items() for line in lines}


def _entry(run: RunView, category: str, line: dict[str, Any]) -> EntryScore:
    without = line["rank_without_a_judge"]
    return EntryScore(
        entry_id=UUID(line["entry"]),
        category_id=UUID(category),
        n_reviews=line["reviews"],
        low=line["score_90"][0],
        high=line["score_90"][1],
        rank_without_a_judge=(without[0], without[1]) if without else None,
        flags=tuple(line["flags"]),
        steps=ScoreSteps(**line["parts"]),
        reviews=tuple(_review(each) for each in line["by_review"]),
        criteria=_by_id(line["criteria"]),
        neighbours=tuple(
            Neighbour(
                UUID(pair["upper"] if is_above else pair["lower"]), is_above, pair["probability"],
                pair["probability"] < CLOSE,
            )
            for is_above in (True, False)
            for pair in run.output["pairs"]
            if pair["lower" if is_above else "upper"] == line["entry"]
        ),
        **{
            name: line[name]
            for name in (
                "code_name", "rank", "rank_low", "rank_high", "raw_rank", "rank_by_method", "score", "se", "p_inside",
                "p_first", "p_threshold", "spread", "apart", "is_disputed",
            )
        },
    )  # fmt: skip


def _review(line: dict[str, Any]) -> ReviewLine:
    plain = {name: line[name] for name in ReviewLine.__slots__ if name not in {"judge_id", "marks"}}
    return ReviewLine(judge_id=UUID(line["judge"]), marks=_by_id(line["marks"]), **plain)


def _reliability(choice: dict[str, Any]) -> ReliabilityFigures:
    told = choice["reliability"]
    return ReliabilityFigures(
        method=choice["method"],
        reason=choice["reason"],
        with_reviews={int(n): value for n, value in told["with_reviews"].items()},
        **{name: told[name] for name in ("single", "phi", "g", "adjusted", "separation", "strata")},
    )


def _by_id(values: dict[str, float]) -> dict[UUID, float]:
    return {UUID(name): value for name, value in values.items()}
