"""What a team learns of its outcome: levels by criterion, the summed steps of its score, and the chosen comments.

No line of a single judge and no rank is read from here. The run's own list of reviews is opened for one purpose: to
count them, since with one review alone the steps would be that judge's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.lifecycle import DecisionState
from storage.tables.appeal import ChosenComment
from storage.tables.edition import Edition, ScaleLevel
from storage.tables.entry import EligibilityCheck, EntryVersion
from storage.tables.further_round import ShortlistEntry
from storage.tables.result import Decision, Outcome, RankingRun
from storage.tables.rubric import Criterion

__all__ = ["CriterionLevel", "ExclusionView", "OutcomeView", "ScoreView", "find_exclusion", "find_outcome"]

TOP = 100.0
"""The points of a criterion in a run; a step is a share of them."""

FEWEST_FOR_STEPS = 2
"""Reviews from which the steps of an adjustment are sums, not one judge's figures."""


@dataclass(frozen=True, slots=True)
class CriterionLevel:
    """The level that the work reached in a criterion, by the mean of its marks."""

    name_ar: str
    name_en: str
    weight: int
    level: int
    level_ar: str
    level_en: str
    anchor_ar: str
    anchor_en: str


@dataclass(frozen=True, slots=True)
class ScoreView:
    """How the adjusted score came about, in points of a hundred: raw + severity + scale + weight + pull = score.

    The four steps are sums over all reviews; they are None where there are too few of these.
    """

    reviews: int
    raw: float
    severity: float | None
    scale: float | None
    weight: float | None
    pull: float | None
    score: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """An entry's outcome. ``is_open``: an appeal has reopened its category, and nothing of it stands until decided."""

    is_open: bool
    honour_ar: str
    honour_en: str
    is_shared: bool
    citation_ar: str
    citation_en: str
    levels: tuple[CriterionLevel, ...]
    score: ScoreView | None
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExclusionView:
    """Why and when an entry was excluded. The rule is the one that was broken."""

    rule_ar: str
    rule_en: str
    reason: str
    decided_at: datetime


async def find_outcome(entry_id: UUID, edition_id: UUID) -> OutcomeView | None:
    """Find what was decided about an admitted entry in the last round that judged it; None before any decision."""
    version = (
        await EntryVersion.select(EntryVersion.category)
        .where((EntryVersion.entry == entry_id) & EntryVersion.is_current.eq(True))
        .first()
    )
    if version is None:
        return None
    decisions = (
        await Decision.select(Decision.id, Decision.state, Decision.run)
        .where((Decision.category == version["category"]) & (Decision.round.edition == edition_id))
        .order_by(Decision.round.ordinal, ascending=False)
    )
    for decision in decisions:
        run = await RankingRun.select(RankingRun.output).where(RankingRun.id == decision["run"]).first()
        line = _find_line(from_json(run["output"]) if run else {}, version["category"], entry_id)
        if line is not None:
            return await _outcome(entry_id, edition_id, version["category"], decision, line)
    return await _left_out(entry_id, edition_id, version["category"], is_decided=bool(decisions))


async def _left_out(entry_id: UUID, edition_id: UUID, category_id: UUID, *, is_decided: bool) -> OutcomeView | None:
    """Tell an entry that did not go on into the decided round, from the run that the shortlist was made from."""
    row = (
        await ShortlistEntry.select(ShortlistEntry.run.output.as_alias("output"))
        .where((ShortlistEntry.entry == entry_id) & ShortlistEntry.is_in.eq(False))
        .first()
    )
    line = _find_line(from_json(row["output"]), category_id, entry_id) if row and is_decided else None
    if line is None:
        return None
    return await _outcome(entry_id, edition_id, category_id, {"id": None, "state": DecisionState.APPROVED.value}, line)


async def find_exclusion(entry_id: UUID) -> ExclusionView | None:
    """Find the rule and reason of an exclusion."""
    rule = EligibilityCheck.rule
    row = (
        await EligibilityCheck.select(
            EligibilityCheck.reason, EligibilityCheck.decided_at, rule.text_ar.as_alias("rule_ar"),
            rule.text_en.as_alias("rule_en"),
        )
        .where((EligibilityCheck.entry == entry_id) & (EligibilityCheck.decision == "exclude"))
        .order_by(EligibilityCheck.decided_at, ascending=False)
        .first()
    )  # fmt: skip
    if row is None:
        return None
    return ExclusionView(**row | {key: row[key] or "" for key in ("rule_ar", "rule_en")})


def _find_line(output: dict[str, Any], category_id: UUID, entry_id: UUID) -> dict[str, Any] | None:
    lines = output.get("categories", {}).get(str(category_id), ())
    return next((line for line in lines if line["entry"] == str(entry_id)), None)


async def _outcome(
    entry_id: UUID, edition_id: UUID, category_id: UUID, decision: dict[str, Any], line: dict[str, Any]
) -> OutcomeView:
    is_open = decision["state"] != DecisionState.APPROVED.value
    honour = Outcome.honour
    row = (
        await Outcome.select(
            honour.name_ar.as_alias("honour_ar"), honour.name_en.as_alias("honour_en"), Outcome.is_shared,
            Outcome.citation_ar, Outcome.citation_en,
        )
        .where((Outcome.decision == decision["id"]) & (Outcome.entry == entry_id))
        .first()
    )  # fmt: skip
    told = row if row is not None and not is_open else {}
    comments = (
        await ChosenComment.select(ChosenComment.content)
        .where(ChosenComment.entry == entry_id)
        .order_by(ChosenComment.position, ChosenComment.id)
    )
    return OutcomeView(
        is_open=is_open,
        honour_ar=told.get("honour_ar") or "",
        honour_en=told.get("honour_en") or "",
        is_shared=bool(told.get("is_shared")),
        citation_ar=told.get("citation_ar") or "",
        citation_en=told.get("citation_en") or "",
        levels=await _levels(edition_id, category_id, line["criteria"]),
        score=_score(line),
        comments=tuple(each["content"] for each in comments),
    )


async def _levels(edition_id: UUID, category_id: UUID, means: dict[str, float]) -> tuple[CriterionLevel, ...]:
    edition = await Edition.select(Edition.steps).where(Edition.id == edition_id).first()
    steps = edition["steps"] if edition else 1
    scale = await ScaleLevel.select().where(ScaleLevel.edition == edition_id).order_by(ScaleLevel.level)
    criteria = await Criterion.select().where(Criterion.category == category_id).order_by(Criterion.position)
    found = []
    for row in criteria:
        mean = means.get(str(row["id"]))
        if mean is None or not scale:
            continue
        # The level whose steps hold the mean; between two levels the nearer one, and the lower at the very middle.
        step = mean / TOP * steps
        level = next((each for each in scale if step <= each["last_step"] + 0.5), scale[-1])
        at = level["level"] - 1
        anchors = {lang: from_json(row[f"anchors_{lang}"]) or [] for lang in ("ar", "en")}
        found.append(
            CriterionLevel(
                row["name_ar"], row["name_en"], row["weight"], level["level"], level["name_ar"], level["name_en"],
                *(anchors[lang][at] if at < len(anchors[lang]) else "" for lang in ("ar", "en")),
            )
        )  # fmt: skip
    return tuple(found)


def _score(line: dict[str, Any]) -> ScoreView | None:
    parts, (low, high) = line["parts"], line["score_90"]
    if line["score"] is None or parts["raw"] is None or low is None or high is None:
        return None
    has_steps = line["reviews"] >= FEWEST_FOR_STEPS
    return ScoreView(
        reviews=line["reviews"],
        raw=parts["raw"],
        **{name: parts[name] if has_steps else None for name in ("severity", "scale", "weight", "pull")},
        score=line["score"],
        low=low,
        high=high,
    )
