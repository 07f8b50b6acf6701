"""How far the judges have come: judges by projects, states as letters; counts, never marks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, get

from service.actors import Actor
from service.permissions import Action
from service.text import Words
from service.typed_text import fold_for_search
from service.web.committee.parts import part_of
from service.web.committee.standing import AnyRequest, Chip, no_round, pick, stand
from service.web.language import with_language
from service.web.pages import Page, page
from storage.lifecycle import RoundState
from storage.reads.committee.progress import ProgressCell, list_progress
from storage.reads.committee.ranking import JudgeName, list_judge_names
from storage.reads.committee.standing import RoundRef, Standing

__all__ = ["ProgressController"]

PROJECTS_A_PART = 100
"""Columns of one map: with hundreds of judges, still a page that a phone can hold."""

GONE = frozenset({"recused", "set_aside"})
"""States of sheets that nobody waits for: no total counts them, on this page or elsewhere."""
STATES = ("sealed", "complete", "draft", "assigned", "held", "recused", "set_aside")


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A judge's row: one state a project."""

    label: str
    cells: tuple[str, ...]
    count: str


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """The heat map of a part of the projects, the ``first`` of ``n_entries``, and the counts of them all.

    ``short``: projects with fewer judges left than the ``needed`` of the round, and how many each has.
    """

    round_state: str
    closes_at: datetime
    chips: tuple[Chip, ...]
    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    foot: tuple[str, ...]
    first: int
    n_entries: int
    previous: str | None
    next: str | None
    counts: tuple[tuple[str, int], ...]
    n_pairs: int
    n_judges: int
    n_done: int
    needed: int
    short: tuple[tuple[str, int, str], ...]
    is_open: bool


class ProgressController(Controller):
    """``/committee/progress``."""

    path = "/committee/progress"

    @get("/", opt={"action": Action.READ_PROGRESS})
    async def show(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        if standing.in_round is None:
            return no_round("com.progress")
        asked = request.query_params
        return page(
            "committee/progress",
            await _progress_page(standing, standing.in_round, asked.get("category", ""), asked.get("part", ""), words),
        )


async def _progress_page(standing: Standing, in_round: RoundRef, slug: str, part: str, words: Words) -> ProgressPage:
    chosen = standing.find_category(slug)
    seen = {each.slug for each in ((chosen,) if chosen else standing.categories)}
    cells = [each for each in await list_progress(in_round.id) if each.category in seen]
    names = await list_judge_names(standing.edition_id)
    columns = sorted({each.code_name for each in cells})
    shown = part_of(len(columns), part, PROJECTS_A_PART)
    in_part = columns[shown.first - 1 : shown.last]
    by_state = Counter(each.state for each in cells)
    sealed = Counter(each.code_name for each in cells if each.state == "sealed")
    base = with_language("/committee/progress", words.lang)
    here = f"{base}?category={chosen.slug}" if chosen else base
    return ProgressPage(
        round_state=in_round.state,
        closes_at=in_round.closes_at,
        chips=(
            Chip(words.plain("pub.all_categories"), base, current=chosen is None),
            *(
                Chip(pick(each, "name", words), f"{base}?category={each.slug}", current=each == chosen)
                for each in standing.categories
            ),
        ),
        columns=tuple(in_part),
        rows=_rows(cells, in_part, names, words),
        foot=tuple(str(sealed[code]) for code in in_part),
        first=shown.first,
        n_entries=len(columns),
        previous=shown.before(here),
        next=shown.after(here),
        counts=tuple((state, by_state[state]) for state in STATES),
        n_pairs=sum(each.state not in GONE for each in cells),
        n_judges=len({each.judge_id for each in cells}),
        n_done=by_state["sealed"],
        needed=in_round.reviews_per_entry,
        short=_short(cells, in_round.reviews_per_entry, words),
        is_open=in_round.state == RoundState.OPEN,
    )


def _short(cells: Sequence[ProgressCell], needed: int, words: Words) -> tuple[tuple[str, int, str], ...]:
    """List the projects that cannot reach the reviews that they need: judges stepped aside, and nobody came instead."""
    left = {each.code_name: 0 for each in cells}
    for each in cells:
        left[each.code_name] += each.state not in GONE
    base = with_language("/committee/entries", words.lang)
    return tuple((code, n, f"{base}/{code}") for code, n in sorted(left.items()) if n < needed)


def _rows(
    cells: Sequence[ProgressCell], columns: Sequence[str], names: Mapping[str, JudgeName], words: Words
) -> tuple[HeatRow, ...]:
    """Give a row to each judge of one of these projects; what is counted is all that the judge was given."""
    by_judge: dict[str, dict[str, str]] = {}
    for each in cells:
        by_judge.setdefault(each.judge_id, {})[each.code_name] = each.state
    rows = []
    for judge, states in by_judge.items():
        if states.keys().isdisjoint(columns):
            continue
        given = [state for state in states.values() if state not in GONE]
        rows.append(
            HeatRow(
                label=pick(names[judge], "name", words) if judge in names else "",
                cells=tuple(states.get(code, "none") for code in columns),
                count=words.plain("progress.done_of", done=given.count("sealed"), n=len(given)),
            )
        )
    return tuple(sorted(rows, key=lambda row: fold_for_search(row.label)))
