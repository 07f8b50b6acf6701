"""``/committee/rounds``: the rounds, and the shortlist by which one leads to the next."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.ranking.shortlists import choose_shortlist, make_shortlist
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import read_form
from service.web.meanwhile import ReadLine, make_read_lines
from service.web.pages import Page, go_to, page
from storage.lifecycle import RoundState
from storage.reads.committee.rounds import (
    RoundLine,
    RoundRuleLine,
    ShortlistLine,
    find_next_rule,
    list_rounds,
    list_shortlist,
)
from storage.reads.decisions import find_last_run

__all__ = ["RoundsController"]


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round. ``shortlist``: the address of the step into the next one, where the rules have one."""

    ordinal: int
    state: str
    opens_at: datetime
    closes_at: datetime
    reviews: int
    n_entries: int
    n_sealed: int
    n_sheets: int
    shortlist: str | None


@dataclass(frozen=True, slots=True)
class RoundsPage:
    """The rounds, and the sealed rules of those that have not begun."""

    rounds: tuple[RoundRow, ...]
    ahead: tuple[RoundRuleLine, ...]
    begun: bool


@dataclass(frozen=True, slots=True)
class ShortlistRow:
    """An entry by rank, and whether it goes on."""

    rank: int
    code: Ltr
    title: str
    score: float
    is_in: bool


@dataclass(frozen=True, slots=True)
class ShortlistCategory:
    """A category's entries; ``n_in`` go on."""

    name: str
    rows: tuple[ShortlistRow, ...]
    n_in: int

    def tell(self) -> tuple[str, str]:
        """Say in one line who goes on."""
        return self.name, ", ".join(str(row.code) for row in self.rows if row.is_in)


@dataclass(frozen=True, slots=True)
class ShortlistPage:
    """The step from one round to the next. ``run`` is the run that it is made from."""

    round_id: str
    ordinal: int
    rule: RoundRuleLine
    is_ranked: bool
    is_made: bool
    may_make: bool
    run: int
    categories: tuple[ShortlistCategory, ...]
    n_barred: int
    read: tuple[ReadLine, ...]
    """Who goes on, by category."""


class RoundsController(Controller):
    """Rounds and shortlists."""

    path = "/committee/rounds"

    @get("/", opt={"action": Action.READ_ASSIGNMENTS})
    async def show(self, request: AnyRequest, actor: Actor) -> Page:
        """List the rounds."""
        standing = await stand(actor)
        rounds, rules = await list_rounds(standing.edition_id, actor.person_id)
        begun = {each.ordinal for each in rounds}
        further = [each.ordinal for each in rules]
        shown = RoundsPage(
            rounds=tuple(_row(each, further) for each in rounds),
            ahead=tuple(each for each in rules if each.ordinal not in begun),
            begun="begun" in request.query_params,
        )
        return page("committee/rounds", shown)

    @get("/{round_id:uuid}/shortlist", opt={"action": Action.READ_RANKING})
    async def shortlist(self, round_id: UUID, actor: Actor, words: Words) -> Page:
        """Show who goes on by the sealed rule."""
        return await _show_shortlist(round_id, actor, words)

    @post("/{round_id:uuid}/shortlist", opt={"action": Action.OPEN_ROUND})
    async def make(self, request: AnyRequest, round_id: UUID, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Begin the next round with those who go on."""
        again = partial(_show_shortlist, round_id, actor, words)
        typed = await read_form(request, again=again, if_stale="err.stale_shortlist")
        await make_shortlist(actor, round_id, seen=typed.number("run") or 0, now=now)
        return go_to("/committee/rounds?begun=yes")


async def _show_shortlist(round_id: UUID, actor: Actor, words: Words) -> Page:
    standing = await stand(actor)
    rounds, _ = await list_rounds(standing.edition_id, actor.person_id)
    found = next((each for each in rounds if each.id == round_id), None)
    rule = await find_next_rule(standing.edition_id, found.ordinal) if found else None
    if found is None or rule is None:
        raise NotFound
    is_ranked = found.state in {RoundState.RANKED.value, RoundState.DECIDED.value}
    lines = await list_shortlist(round_id) if is_ranked else ()
    run = await find_last_run(round_id)
    goes_on = choose_shortlist(lines, rule.takes)
    is_made = any(each.ordinal >= rule.ordinal for each in rounds)
    categories = tuple(
        _category(pick(each, "name", words), [line for line in lines if line.category_id == each.id], goes_on, words)
        for each in standing.categories
    )
    shown = ShortlistPage(
        round_id=str(round_id),
        ordinal=found.ordinal,
        rule=rule,
        is_ranked=is_ranked,
        is_made=is_made,
        may_make=is_ranked and not is_made and may(Action.OPEN_ROUND, actor, stage=standing.state),
        run=run.ordinal if run else 0,
        categories=categories,
        n_barred=len(standing.barred),
        read=make_read_lines(each.tell() for each in categories if each.rows),
    )
    return page("committee/shortlist", shown)


def _row(line: RoundLine, further: list[int]) -> RoundRow:
    follows = any(ordinal > line.ordinal for ordinal in further)
    return RoundRow(
        line.ordinal, line.state, line.opens_at, line.closes_at, line.reviews_per_entry, line.n_entries, line.n_sealed,
        line.n_sheets, f"/committee/rounds/{line.id}/shortlist" if follows else None,
    )  # fmt: skip


def _category(name: str, lines: list[ShortlistLine], goes_on: frozenset[UUID], words: Words) -> ShortlistCategory:
    rows = tuple(
        ShortlistRow(
            each.rank, Ltr(each.code_name), pick(each, "title", words), each.score,
            each.entry_id in goes_on if each.is_in is None else each.is_in,
        )
        for each in lines
    )  # fmt: skip
    return ShortlistCategory(name, rows, sum(each.is_in for each in rows))
