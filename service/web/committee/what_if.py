"""The ranking asked otherwise: without a judge or a sheet, by another method, with other weights. Nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get

from service.actors import Actor
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action
from service.text import Ltr, Words
from service.typed_text import western_digits
from service.usecases.ranking.questions import (
    METHODS,
    OtherRanking,
    ask_by_every_method,
    ask_by_method,
    ask_with_weights,
    ask_without_judge,
    ask_without_review,
)
from service.web.committee.comparing import Choice, find_order, title_of
from service.web.committee.standing import AnyRequest, pick
from service.web.pages import Page, page
from storage.reads.committee.compare import ComparedCriterion, list_compared_criteria
from storage.reads.committee.ranking import ComputedOrder, list_judge_names

__all__ = ["WhatIfController"]

WEIGHT = "weight-"
ALL = "all"
"""Asks for every method at once, beside each other."""


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    """A project as it ranks, and as it would; a rank of 0 means that no review would be left."""

    code: Ltr
    title: str
    rank: int
    would: int
    score: float
    score_would: float | None
    is_entering: bool
    is_leaving: bool


@dataclass(frozen=True, slots=True)
class MethodRanks:
    """A project's rank as it decides, and by each method in their order, with whether it is another one."""

    code: Ltr
    title: str
    rank: int
    would: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class WeightField:
    """A criterion with the weight that counts and the one that is tried; of a hundred."""

    name: str
    field: str
    sealed: int
    tried: int


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    """The same round asked otherwise; ``question`` is judge, sheet, method, methods, weights, or empty before one.

    ``compared`` are the projects by every method, where that was asked.
    """

    slug: str
    name: str
    judges: tuple[Choice, ...]
    methods: tuple[str, ...]
    entries: tuple[Choice, ...]
    weights: tuple[WeightField, ...]
    judge: str
    method: str
    entry: str
    sheet_of: str
    question: str
    run: int | None
    rows: tuple[WhatIfRow, ...]
    compared: tuple[MethodRanks, ...]
    n_moved: int
    changes_places: bool


class WhatIfController(Controller):
    """``/committee/ranking/{category}/what-if``."""

    path = "/committee/ranking/{category:str}/what-if"

    @get("/", opt={"action": Action.READ_RANKING})
    async def show(self, request: AnyRequest, category: str, actor: Actor, words: Words) -> Page:
        standing, found, order = await find_order(actor, category)
        asked = dict(request.query_params)
        criteria = await list_compared_criteria(found.id)
        question, other = await _ask(actor, order, asked, criteria)
        names = await list_judge_names(standing.edition_id)
        judged = [each["judge"] for each in order.run.output["judges"]] if order.run else []
        mine = [line for line in other.lines if line.category_id == found.id] if other else []
        tried = _read_weights(asked, criteria) if question == "weights" else {}
        shown = WhatIfPage(
            slug=found.slug,
            name=pick(found, "name", words),
            judges=tuple(Choice(each, pick(names[each], "name", words)) for each in judged if each in names),
            methods=(ALL, *METHODS),
            entries=tuple(
                Choice(line["code_name"], words.plain("decision.option", rank=line["rank"], code=Ltr(line["code_name"]),
                                                      title=title_of(order, line["entry"], words)))
                for line in order.lines
            ),
            weights=tuple(
                WeightField(pick(each, "name", words), f"{WEIGHT}{each.id}", each.weight,
                            tried.get(each.id, each.weight))
                for each in criteria
            ),
            judge=asked.get("judge", ""),
            method=asked.get("method", ""),
            entry=asked.get("entry", ""),
            sheet_of=asked.get("sheet_of", ""),
            question=question,
            run=order.run.ordinal if order.run else None,
            rows=tuple(
                WhatIfRow(
                    Ltr(line.code_name), title_of(order, str(line.entry_id), words), line.rank, line.rank_would,
                    line.score, line.score_would, line.is_entering, line.is_leaving,
                )
                for line in mine
            ),
            compared=await _by_each_method(actor, order, found.id, words) if question == "methods" else (),
            n_moved=sum(line.rank != line.rank_would for line in mine),
            changes_places=any(line.is_entering or line.is_leaving for line in mine),
        )  # fmt: skip
        return page("committee/what_if", shown)


async def _ask(
    actor: Actor, order: ComputedOrder, asked: Mapping[str, str], criteria: tuple[ComparedCriterion, ...]
) -> tuple[str, OtherRanking | None]:
    """Answer the one question that the address asks. Raises Invalid for two at once."""
    if order.run is None:
        return "", None
    found = [
        name
        for name, is_asked in {
            "judge": bool(asked.get("judge")),
            "sheet": bool(asked.get("entry") or asked.get("sheet_of")),
            "method": bool(asked.get("method")),
            "weights": any(name.startswith(WEIGHT) for name in asked),
        }.items()
        if is_asked
    ]
    if len(found) > 1:
        raise Invalid(FieldError("method", "err.one_question"))
    run = order.run.id
    match found:
        case ["judge"]:
            return "judge", await ask_without_judge(actor, run, _id(asked["judge"]))
        case ["method"]:
            is_all = asked["method"] == ALL
            return ("methods", None) if is_all else ("method", await ask_by_method(actor, run, asked["method"]))
        case ["sheet"]:
            entry = next((line for line in order.lines if line["code_name"] == asked.get("entry")), None)
            if entry is None:
                raise NotFound
            judge = _id(asked.get("sheet_of", ""))
            if str(judge) not in {review["judge"] for review in entry["by_review"]}:
                raise Invalid(FieldError("sheet_of", "err.no_such_sheet"))
            return "sheet", await ask_without_review(actor, run, entry_id=UUID(entry["entry"]), judge_id=judge)
        case ["weights"]:
            return "weights", await ask_with_weights(actor, run, _read_weights(asked, criteria))
        case _:
            return "", None


async def _by_each_method(
    actor: Actor, order: ComputedOrder, category_id: UUID, words: Words
) -> tuple[MethodRanks, ...]:
    """Rank the category by every method there is; the rank that counts stands first."""
    if order.run is None:
        return ()
    asked = await ask_by_every_method(actor, order.run.id)
    would = [{line.entry_id: line.rank_would for line in each.lines} for each in asked]
    return tuple(
        MethodRanks(
            Ltr(line.code_name), title_of(order, str(line.entry_id), words), line.rank,
            tuple((ranks[line.entry_id], ranks[line.entry_id] != line.rank) for ranks in would),
        )
        for line in asked[0].lines
        if line.category_id == category_id
    )  # fmt: skip


def _read_weights(asked: Mapping[str, str], criteria: tuple[ComparedCriterion, ...]) -> dict[UUID, int]:
    """Read the weights tried for this category's criteria. Raises Invalid for what is no whole number."""
    weights, errors = {}, []
    for each in criteria:
        name = f"{WEIGHT}{each.id}"
        typed = western_digits(asked.get(name, str(each.weight)).strip())
        if typed.isascii() and typed.isdecimal() and len(typed) <= len("1000"):
            weights[each.id] = int(typed)
        else:
            errors.append(FieldError(name, "err.weight"))
    if errors:
        raise Invalid(*errors)
    return weights


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
