"""Beside the ranking: two projects criterion by criterion."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Controller, get

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Ltr, Words
from service.web.committee.ranking import NO_RANKING
from service.web.committee.standing import AnyRequest, list_settled, pick, round_of, stand
from service.web.pages import Page, page
from storage.reads.committee.compare import ComparedSheet, list_compared_criteria, list_compared_sheets
from storage.reads.committee.ranking import ComputedOrder, get_computed_order
from storage.reads.committee.standing import CategoryRef, Standing

__all__ = ["Choice", "ComparingController", "find_order", "title_of"]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in a list."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """One of the two projects."""

    code: Ltr
    title: str
    rank: int
    score: float
    raw: float
    low: float
    high: float
    letters: tuple[str, ...]
    comments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A criterion: its weight, and for each side the step of each judge and their mean."""

    name: str
    weight: int
    first: tuple[int | None, ...]
    first_mean: float | None
    second: tuple[int | None, ...]
    second_mean: float | None


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Two projects side by side; ``chance`` is the probability of their computed order, where they are neighbours."""

    slug: str
    name: str
    choices: tuple[Choice, ...]
    a: str
    b: str
    sides: tuple[ComparedSide, ...]
    rows: tuple[ComparedRow, ...]
    difference: float
    chance: float | None
    steps: int
    may_ask: bool


class ComparingController(Controller):
    """``/committee/ranking/{category}/compare``."""

    path = "/committee/ranking/{category:str}"

    @get("/compare", opt={"action": Action.READ_RANKING})
    async def compare(self, request: AnyRequest, category: str, actor: Actor, words: Words) -> Page:
        standing, found, order = await find_order(actor, category)
        asked = request.query_params
        may_ask = may(Action.ASK_FOLLOW_UP, actor, stage=standing.state) and found.id not in await list_settled(
            standing
        )
        return page(
            "committee/compare",
            await _compare(standing, found, order, words, asked.get("a"), asked.get("b"), may_ask=may_ask),
        )


async def find_order(actor: Actor, slug: str) -> tuple[Standing, CategoryRef, ComputedOrder]:
    """Find the category and its computed order. Raises NotFound before there is one to compare in."""
    standing = await stand(actor)
    found = standing.find_category(slug)
    if found is None or standing.in_round is None or standing.in_round.state in NO_RANKING:
        raise NotFound
    order = await get_computed_order(standing.in_round.id, found.id)
    if order.run is None:
        raise NotFound
    return standing, found, order


async def _compare(
    standing: Standing,
    category: CategoryRef,
    order: ComputedOrder,
    words: Words,
    a: str | None,
    b: str | None,
    *,
    may_ask: bool,
) -> ComparePage:
    lines = {line["code_name"]: line for line in order.lines}
    codes = list(lines)
    first, second = _two(order, a, b)
    picked = [lines[each] for each in (first, second)] if first and second else []
    criteria = await list_compared_criteria(category.id) if picked else ()
    ids = tuple(UUID(line["entry"]) for line in picked)
    sheets = await list_compared_sheets(round_of(standing).id, (ids[0], ids[1])) if picked else ()
    letters = {judge: LETTERS[at % 26] for at, judge in enumerate(sorted({each.judge_id for each in sheets}, key=str))}
    by_side = [[each for each in sheets if each.entry_id == entry] for entry in ids]
    chance = next(
        (
            pair["probability"]
            for pair in order.pairs
            if picked and {pair["upper"], pair["lower"]} == {line["entry"] for line in picked}
        ),
        None,
    )
    return ComparePage(
        slug=category.slug,
        name=pick(category, "name", words),
        choices=tuple(
            Choice(each, words.plain("decision.option", rank=lines[each]["rank"], code=Ltr(each),
                                     title=title_of(order, lines[each]["entry"], words)))
            for each in codes
        ),
        a=first,
        b=second,
        sides=tuple(
            ComparedSide(
                Ltr(line["code_name"]), title_of(order, line["entry"], words), line["rank"], line["score"], line["raw"],
                line["score_90"][0], line["score_90"][1], tuple(letters[each.judge_id] for each in mine),
                tuple((letters[each.judge_id], each.comment) for each in mine if each.comment.strip()),
            )
            for line, mine in zip(picked, by_side, strict=True)
        ),
        rows=tuple(
            ComparedRow(
                pick(each, "name", words), each.weight, _steps(by_side[0], each.id), _mean(by_side[0], each.id),
                _steps(by_side[1], each.id), _mean(by_side[1], each.id),
            )
            for each in criteria
        ),
        difference=abs(picked[0]["score"] - picked[1]["score"]) if picked else 0.0,
        chance=chance,
        steps=standing.steps,
        may_ask=may_ask,
    )  # fmt: skip


def _two(order: ComputedOrder, a: str | None, b: str | None) -> tuple[str, str]:
    """Choose the two to show: those asked for, else the pair across the line, else the first two."""
    by_entry = {line["entry"]: line["code_name"] for line in order.lines}
    codes = list(by_entry.values())
    if any(each and each not in codes for each in (a, b)):
        raise NotFound
    on_line = next((pair for pair in order.pairs if pair["is_on_line"]), None)
    usual = (by_entry[on_line["upper"]], by_entry[on_line["lower"]]) if on_line else (*codes[:2], "", "")[:2]
    first = a or usual[0]
    second = b or next((each for each in (usual[1], usual[0], *codes) if each != first), "")
    return first, second


def _steps(sheets: list[ComparedSheet], criterion: UUID) -> tuple[int | None, ...]:
    return tuple(each.steps.get(criterion) for each in sheets)


def _mean(sheets: list[ComparedSheet], criterion: UUID) -> float | None:
    given = [each.steps[criterion] for each in sheets if criterion in each.steps]
    return sum(given) / len(given) if given else None


def title_of(order: ComputedOrder, entry: str, words: Words) -> str:
    """Give a ranked project's title in the reader's language."""
    known = order.titles.get(entry)
    return pick(known, "title", words) if known else ""
