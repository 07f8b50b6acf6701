"""One project as the committee sees it: its sheets, the parts of its adjusted score, members' comments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Ltr, Words
from service.web.committee.certainty import Axis, axis_of, word_of
from service.web.committee.ranking import NO_RANKING
from service.web.committee.standing import pick, stand
from service.web.declared import say_ai
from service.web.pages import Page, page
from storage.reads.committee.entries import EntryPage, find_entry
from storage.reads.committee.ranking import find_last_run, list_judge_names
from storage.reads.committee.session import list_comments
from storage.reads.committee.standing import Standing

__all__ = ["show_entry"]

PARTS = ("severity", "scale", "weight", "pull")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A judge's sheet: marks by criterion, in the rubric's order."""

    judge: str
    state: str
    is_abstained: bool
    steps: tuple[int | None, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class ScorePage:
    """The adjusted score of a project, and how the raw mean became it.

    ``without``: its lowest and highest rank where any one judge is left out; ``methods``: its rank by each method.
    """

    rank: int
    rank_low: int
    rank_high: int
    raw: float
    adjusted: float
    low: float
    high: float
    parts: tuple[tuple[Any, float], ...]
    axis: Axis
    inside: float
    word: str
    n_reviews: int
    without: tuple[int, int] | None
    methods: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class OneEntryPage:
    """One project as the committee sees it."""

    comments: tuple[tuple[str, datetime, str], ...]
    may_comment: bool
    code: Ltr
    title: str
    category: str
    category_slug: str
    state: str
    abstract: str
    language: str
    ai_text: str
    criteria: tuple[tuple[str, int], ...]
    sheets: tuple[SheetRow, ...]
    score: ScorePage | None
    is_locked: bool
    closes_at: datetime | None


async def show_entry(actor: Actor, words: Words, code: str) -> Page:
    """Show one project by its code name."""
    standing = await stand(actor)
    found = await find_entry(standing.edition_id, code)
    if found is None or found.category_id not in {each.id for each in standing.categories}:
        raise NotFound
    return page("committee/entry", await _entry_page(actor, standing, found, words))


async def _entry_page(actor: Actor, standing: Standing, found: EntryPage, words: Words) -> OneEntryPage:
    in_round = standing.in_round
    is_locked = (
        in_round is None
        or in_round.state in NO_RANKING
        or not may(Action.READ_RANKING, actor, stage=standing.state)
    )  # fmt: skip
    run = await find_last_run(in_round.id) if in_round and not is_locked else None
    names = await list_judge_names(standing.edition_id)
    category = next(each for each in standing.categories if each.id == found.category_id)
    lines = run.output["categories"].get(str(category.id), ()) if run else ()
    line = next((each for each in lines if each["entry"] == str(found.id)), None)
    comments = () if is_locked else await list_comments(found.id)
    return OneEntryPage(
        comments=tuple((pick(each, "name", words), each.made_at, each.content) for each in comments),
        may_comment=not is_locked and may(Action.COMMENT_ON_ENTRY, actor, stage=standing.state),
        code=Ltr(found.code_name),
        title=pick(found, "title", words),
        category=pick(category, "name", words),
        category_slug=category.slug,
        state=found.state,
        abstract=pick(found, "abstract", words),
        language=found.work_language,
        ai_text=say_ai(found.ai_ready_ar, found.ai_ready_en, found.ai_text, words),
        criteria=tuple((pick(each, "name", words), each.weight) for each in found.criteria),
        sheets=tuple(
            SheetRow(
                judge=pick(names[str(each.judge_id)], "name", words) if str(each.judge_id) in names else "",
                state="set_aside" if each.state == "set-aside" else each.state,
                is_abstained=each.abstained is not None,
                steps=() if is_locked else tuple(each.marks.get(criterion.id) for criterion in found.criteria),
                comment="" if is_locked else each.comment_committee,
            )
            for each in found.sheets
        ),
        score=_score(line, words) if line else None,
        is_locked=is_locked,
        closes_at=in_round.closes_at if in_round else None,
    )


def _score(line: dict[str, Any], words: Words) -> ScorePage | None:
    if line["score"] is None or line["raw"] is None:
        return None
    parts = tuple((words.say(f"part.{name}"), float(line["parts"][name] or 0.0)) for name in PARTS)
    at, reached = float(line["raw"]), [float(line["raw"]), float(line["score"])]
    for _, points in parts:
        at += points
        reached.append(at)
    return ScorePage(
        rank=line["rank"],
        rank_low=line["rank_low"],
        rank_high=line["rank_high"],
        raw=line["raw"],
        adjusted=line["score"],
        low=line["score_90"][0],
        high=line["score_90"][1],
        parts=parts,
        axis=axis_of([min(reached) - 1, max(reached) + 1]),
        inside=line["p_inside"],
        word=word_of(line["p_inside"]),
        n_reviews=line["reviews"],
        without=(alone[0], alone[1]) if (alone := line["rank_without_a_judge"]) else None,
        methods=tuple(line["rank_by_method"].items()),
    )
