"""Sharing out what a judge leaves or what projects lack: the ways there are, what each changes, and the choice."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.panel.assignment import AssignmentImpossible
from service.usecases.panel.redistribution import Change, Plan, plan_redistribution, redistribute
from service.web.committee.impossible import Impossible, tell_impossible
from service.web.committee.standing import AnyRequest, no_round, pick, round_of, stand
from service.web.forms import read_form
from service.web.meanwhile import ReadLine, make_read_lines
from service.web.pages import Page, go_to, page
from storage.reads.committee.people import JudgeName, list_judge_names

__all__ = ["RedistributionController"]

ADDRESS = "/committee/assignments/redistribution"


@dataclass(frozen=True, slots=True)
class MovedView:
    """One project that goes from somebody to somebody; either may be missing."""

    code: Ltr
    givers: tuple[str, ...]
    takers: tuple[str, ...]

    def tell(self, words: Words) -> str:
        """Say it in one line."""
        givers, takers = (", ".join(each) or "–" for each in (self.givers, self.takers))
        return words.plain("meanwhile.moved", code=self.code, givers=givers, takers=takers)


@dataclass(frozen=True, slots=True)
class WayView:
    """One way to go on."""

    number: int
    title: Markup
    n_moved: int
    efficiency: float
    is_linked: bool
    highest: int
    moved: tuple[MovedView, ...]

    def tell(self, words: Words) -> tuple[Markup, str]:
        """Say in one line what it would move."""
        return self.title, "; ".join(each.tell(words) for each in self.moved)


@dataclass(frozen=True, slots=True)
class RedistributionPage:
    """The ways there are; ``judge`` is who leaves, if anybody."""

    judge: str
    judge_id: str
    n_sealed: int
    n_unfinished: int
    lacking: tuple[Ltr, ...]
    efficiency: float
    ways: tuple[WayView, ...]
    digest: str
    impossible: Impossible | None
    read: tuple[ReadLine, ...] = ()
    """What each way would move."""


class RedistributionController(Controller):
    """``/committee/assignments/redistribution``."""

    path = ADDRESS

    @get("/", opt={"action": Action.ASSIGN_JUDGES})
    async def show(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        return await _show(actor, words, leaving=_read_judge(request.query_params.get("judge", "")))

    @post("/", opt={"action": Action.ASSIGN_JUDGES})
    async def choose(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect:
        leaving: UUID | None = None

        async def again() -> Page:
            return await _show(actor, words, leaving=leaving)

        typed = await read_form(request, again=again, if_stale="err.stale_redistribution")
        leaving = _read_judge(typed.text("judge"))
        choice = typed.number("way")
        await redistribute(
            actor,
            round_of(await stand(actor)).id,
            leaving=leaving,
            choice=-1 if choice is None else choice,
            seen=typed.text("seen"),
            reason=typed.text("reason"),
            now=now,
        )
        return go_to("/committee/assignments?shared=yes")


def _read_judge(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


async def _show(actor: Actor, words: Words, *, leaving: UUID | None) -> Page:
    standing = await stand(actor)
    if standing.in_round is None:
        return no_round("com.assign")
    names = {each.id: each for each in await list_judge_names(standing.edition_id)}
    judge = pick(names[leaving], "name", words) if leaving in names else ""
    if leaving is not None and not judge:
        raise NotFound
    try:
        plan = await plan_redistribution(standing.in_round.id, leaving=leaving)
    except AssignmentImpossible as impossible:  # its answer is this page: the facts become sentences
        told = {each.id: pick(each, "name", words) for each in names.values()}
        told |= {each.id: pick(each, "name", words) for each in (*standing.categories, *standing.barred)}
        empty = RedistributionPage(
            judge, str(leaving or ""), 0, 0, (), 0.0, (), "", tell_impossible(impossible.facts, told, words)
        )
        return page("committee/redistribution", empty, status=AssignmentImpossible.status)
    codes = {each.id: each.code_name for each in plan.given.entries}
    ways = _ways(plan, names, words)
    shown = RedistributionPage(
        judge=judge,
        judge_id=str(leaving or ""),
        n_sealed=plan.n_sealed,
        n_unfinished=plan.n_unfinished,
        lacking=tuple(Ltr(codes[entry]) for entry in plan.lacking),
        efficiency=plan.efficiency,
        ways=ways,
        digest=plan.digest,
        impossible=None,
        read=make_read_lines([_tell_state(plan, judge, codes, words), *(way.tell(words) for way in ways)]),
    )
    return page("committee/redistribution", shown)


def _tell_state(plan: Plan, judge: str, codes: dict[UUID, str], words: Words) -> tuple[Markup | str, str]:
    """Say in one line what there is to share out."""
    lacking = ", ".join(codes[entry] for entry in plan.lacking)
    if not judge:
        return words.say("redistribution.title"), lacking
    counts = {"sealed_stay": plan.n_sealed, "unfinished": plan.n_unfinished}
    return judge, " ".join([words.plain(f"redistribution.{key}", n=n) for key, n in counts.items()] + [lacking])


def _ways(plan: Plan, names: dict[UUID, JudgeName], words: Words) -> tuple[WayView, ...]:
    """Show each way once: a wider one that changes nothing more is left out."""
    ways: list[WayView] = []
    seen: set[frozenset[tuple[UUID, UUID]]] = set()
    for number, change in enumerate(plan.changes):
        added = frozenset(change.added)
        if added in seen:
            continue
        seen.add(added)
        ways.append(
            WayView(
                number=number,
                title=words.say("redistribution.way_least" if not number else "redistribution.way_wider",
                                share=round(change.share * 100)),
                n_moved=len(change.added),
                efficiency=change.efficiency,
                is_linked=change.is_linked,
                highest=max(change.loads.values(), default=0),
                moved=_moved(plan, change, names, words),
            )
        )  # fmt: skip
    return tuple(ways)


def _moved(plan: Plan, change: Change, names: dict[UUID, JudgeName], words: Words) -> tuple[MovedView, ...]:
    codes = {each.id: each.code_name for each in plan.given.entries}
    touched = sorted({entry for entry, _ in (*change.added, *change.removed)}, key=lambda entry: codes.get(entry, ""))

    def judges(pairs: tuple[tuple[UUID, UUID], ...], entry: UUID) -> tuple[str, ...]:
        return tuple(sorted(pick(names[judge], "name", words) for each, judge in pairs if each == entry))

    return tuple(
        MovedView(Ltr(codes.get(entry, "")), judges(change.removed, entry), judges(change.added, entry))
        for entry in touched
    )
