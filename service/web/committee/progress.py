"""How far the judges have come: judges by projects, states as letters; counts, never marks."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, get

from service.actors import Actor
from service.permissions import Action
from service.text import Words
from service.web.committee.standing import AnyRequest, Chip, no_round, pick, stand
from service.web.language import with_language
from service.web.pages import Page, page
from storage.lifecycle import RoundState
from storage.reads.committee.progress import list_progress
from storage.reads.committee.ranking import list_judge_names

__all__ = ["ProgressController"]

STATES = ("sealed", "complete", "draft", "assigned", "held", "recused", "set_aside")


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A judge's row: one state a project."""

    label: str
    cells: tuple[str, ...]
    count: str


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """The heat map and its counts."""

    round_state: str
    closes_at: datetime
    chips: tuple[Chip, ...]
    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    foot: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    n_pairs: int
    n_judges: int
    n_done: int
    is_open: bool


class ProgressController(Controller):
    """``/committee/progress``."""

    path = "/committee/progress"

    @get("/", opt={"action": Action.READ_PROGRESS})
    async def show(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        if standing.in_round is None:
            return no_round("com.progress")
        in_round = standing.in_round
        chosen = standing.find_category(request.query_params.get("category", ""))
        seen = {each.id for each in ((chosen,) if chosen else standing.categories)}
        cells = [each for each in await list_progress(in_round.id) if each.category_id in seen]
        names = await list_judge_names(standing.edition_id)
        columns = tuple(sorted({each.code_name for each in cells}))
        by_judge: dict[str, dict[str, str]] = {}
        for each in cells:
            by_judge.setdefault(str(each.judge_id), {})[each.code_name] = each.state
        rows = []
        for judge, states in by_judge.items():
            given = [state for state in states.values() if state != "recused"]
            done = sum(state == "sealed" for state in given)
            rows.append(
                HeatRow(
                    label=pick(names[judge], "name", words) if judge in names else "",
                    cells=tuple(states.get(code, "none") for code in columns),
                    count=words.plain("progress.done_of", done=done, n=len(given)),
                )
            )
        base = with_language("/committee/progress", words.lang)
        shown = ProgressPage(
            round_state=in_round.state,
            closes_at=in_round.closes_at,
            chips=(
                Chip(words.plain("pub.all_categories"), base, current=chosen is None),
                *(
                    Chip(pick(each, "name", words), f"{base}?category={each.slug}", current=each == chosen)
                    for each in standing.categories
                ),
            ),
            columns=columns,
            rows=tuple(sorted(rows, key=lambda row: row.label)),
            foot=tuple(
                str(sum(each.code_name == code and each.state == "sealed" for each in cells)) for code in columns
            ),
            counts=tuple((state, sum(each.state == state for each in cells)) for state in STATES),
            n_pairs=len(cells),
            n_judges=len(by_judge),
            n_done=sum(each.state == "sealed" for each in cells),
            is_open=in_round.state == RoundState.OPEN,
        )
        return page("committee/progress", shown)
