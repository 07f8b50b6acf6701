"""The judges of an edition with load and state, and the form that invites one."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import FieldError, Invalid
from service.permissions import Action, may
from service.text import Words
from service.typed_text import fold_for_search
from service.usecases.panel.judges import JudgeDetails, PossibleTies, add_judge, check_possible_judge
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import RoundState
from storage.reads.committee.people import JudgeLine, Named, list_expertise, list_institutions, list_judges
from storage.reads.committee.standing import Standing

__all__ = ["JudgesController"]

LANGUAGES = ("ar", "en")
KINDS = ("academic", "practitioner")


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """A judge in the list."""

    id: str
    name: str
    title: str
    kind: str
    institution: str
    categories: tuple[Markup | str, ...]
    languages: tuple[str, ...]
    n_given: int
    n_sealed: int
    most: int
    n_practised: int
    state: str


@dataclass(frozen=True, slots=True)
class JudgesPage:
    """The judges."""

    rows: tuple[JudgeRow, ...]
    may_invite: bool
    may_withdraw: bool
    invited: bool
    limited: bool


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of the form."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """Ties that the data show of a possible judge, in counts: by category, and by kind."""

    categories: tuple[Markup, ...]
    kinds: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class InvitePage:
    """The form that invites a judge."""

    is_open: bool
    categories: tuple[Option, ...]
    institutions: tuple[Option, ...]
    expertise: tuple[Option, ...]
    checked: CheckView | None


class JudgesController(Controller):
    """``/committee/judges``."""

    path = "/committee/judges"

    @get("/", opt={"action": Action.READ_JUDGES})
    async def show(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        names = {each.slug: pick(each, "name", words) for each in (*standing.categories, *standing.barred)}
        in_round = standing.in_round
        lines = await list_judges(standing.edition_id, in_round.id if in_round else None, actor.person_id)
        shown = JudgesPage(
            rows=tuple(sorted((_row(each, names, words) for each in lines), key=lambda row: fold_for_search(row.name))),
            may_invite=may(Action.INVITE_JUDGE, actor, stage=standing.state),
            may_withdraw=(
                in_round is not None
                and in_round.state in {RoundState.ASSIGNING, RoundState.OPEN}
                and may(Action.ASSIGN_JUDGES, actor, stage=standing.state)
            ),
            invited="invited" in request.query_params,
            limited="limited" in request.query_params,
        )
        return page("committee/judges", shown)

    @get("/invite", opt={"action": Action.INVITE_JUDGE})
    async def form(self, actor: Actor, words: Words) -> Page:
        return await _form(actor, words)

    @post("/invite", opt={"action": Action.INVITE_JUDGE})
    async def invite(self, request: AnyRequest, actor: Actor, words: Words, now: datetime) -> Redirect | Page:
        async def again() -> Page:
            return await _form(actor, words)

        typed = await read_form(request, again=again)
        standing = await stand(actor)
        required = {"email": "head.email", "name_ar": "invite.name_ar", "name_en": "invite.name_en"}
        missing = [
            FieldError(name, "err.required", word_field=key) for name, key in required.items() if not typed.text(name)
        ]
        if "@" not in typed.text("email") and typed.text("email"):
            missing.append(FieldError("email", "err.email"))
        if missing:
            raise Invalid(*missing)
        details = JudgeDetails(
            email=typed.text("email").lower(),
            name_ar=typed.text("name_ar"),
            name_en=typed.text("name_en"),
            kind=typed.text("kind"),
            title_ar=typed.text("title_ar"),
            title_en=typed.text("title_en"),
            languages=[each for each in typed.all("languages") if each in LANGUAGES],
            expertise=typed.all("expertise"),
            categories=typed.all("categories"),
            institution=typed.text("institution"),
            employer_ar=typed.text("employer_ar"),
            employer_en=typed.text("employer_en"),
            past=typed.all("past"),
            department=typed.text("department"),
            max_entries=typed.number("max_entries") or 0,
        )
        if typed.text("step") == "check":
            return await _form(actor, words, await check_possible_judge(actor, standing.edition_id, details))
        await add_judge(actor, standing.edition_id, details, now=now)
        return go_to("/committee/judges?invited=yes")


def _row(line: JudgeLine, names: dict[str, str], words: Words) -> JudgeRow:
    return JudgeRow(
        id=str(line.id),
        name=pick(line, "name", words),
        title=pick(line, "title", words),
        kind=line.kind,
        institution=pick(line, "institution", words),
        categories=tuple(
            words.say("limits.seat", category=names.get(slug, slug), n=line.max_in[slug])
            if slug in line.max_in
            else names.get(slug, slug)
            for slug in line.categories
        ),
        languages=line.languages,
        n_given=line.n_given,
        n_sealed=line.n_sealed,
        most=line.max_entries,
        n_practised=line.n_practised,
        state=_state(line),
    )


def _state(line: JudgeLine) -> str:
    """Say where a judge stands: invited, joined, judging, or done."""
    if not line.is_active:
        return "left"
    if not line.has_account:
        return "invited"
    if line.n_given:
        return "done" if line.n_sealed >= line.n_given else "judging"
    return "joined"


async def _form(actor: Actor, words: Words, ties: PossibleTies | None = None) -> Page:
    standing: Standing = await stand(actor)
    shown = InvitePage(
        is_open=may(Action.INVITE_JUDGE, actor, stage=standing.state),
        categories=tuple(Option(each.slug, pick(each, "name", words)) for each in standing.categories),
        institutions=tuple(
            sorted(_options(await list_institutions(), words), key=lambda each: fold_for_search(each.label))
        ),
        expertise=_options(await list_expertise(standing.edition_id), words),
        checked=_check(ties, standing, words) if ties else None,
    )
    return page("committee/invite", shown, keeps_typed=ties is not None)


def _check(ties: PossibleTies, standing: Standing, words: Words) -> CheckView:
    return CheckView(
        categories=tuple(
            words.say("check_judge.category", category=pick(each, "name", words), n=tied, of=entries)
            for each in standing.categories
            for entries, tied in [ties.by_category.get(each.id, (0, 0))]
            if entries
        ),
        kinds=tuple(
            words.say("check_judge.kind", why=words.say(f"conflict.{source}"), n=count)
            for source, count in sorted(ties.by_source.items())
        ),
    )


def _options(rows: tuple[Named, ...], words: Words) -> tuple[Option, ...]:
    return tuple(Option(each.slug, pick(each, "name", words)) for each in rows)
