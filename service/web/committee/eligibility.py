"""The registrar's queue and one entry with its evidence: admit, return with a date, exclude by a rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.entering.eligibility import Check, ask_exclusion, check_entry
from service.usecases.entering.withdrawing import WITHDRAWABLE, withdraw_for_team
from service.usecases.files.findings import say_trace
from service.usecases.files.identities import FindingState, decide_finding
from service.usecases.setup.past_entries import Recurrence, find_recurrences
from service.web.committee.eligibility_queue import CardView, card_view, queue_page
from service.web.committee.evidence import RuleLine, weigh_rules
from service.web.committee.standing import AnyRequest, pick, read_moment, stand, write_moment
from service.web.declared import say_ai
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from storage.reads.committee.standing import Standing
from storage.reads.registrar import (
    EligibilityPage,
    FindingView,
    get_eligibility_page,
    get_eligibility_queue,
)

__all__ = ["EligibilityController"]

DAYS_TO_MEND = 3
"""The time that a returned entry is offered first; the registrar may change it."""


@dataclass(frozen=True, slots=True)
class Option:
    """A rule to choose."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of the team."""

    name: str
    email: Ltr
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A place where a name may stand, and what was decided about it."""

    id: str
    where: str
    what: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class PastLine:
    """An earlier project that this one recalls, by its title or by members of the team."""

    title: str
    year: str
    honour: str
    is_same_title: bool
    makers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """An earlier decision."""

    decision: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CheckPage:
    """One entry with the evidence for each rule."""

    card: CardView
    members: tuple[MemberLine, ...]
    institution: str
    academic_year: str
    supervisor: str
    supervisor_at: datetime | None
    ai_text: str
    findings: tuple[FindingLine, ...]
    past: tuple[PastLine, ...]
    rules: tuple[Option, ...]
    lines: tuple[RuleLine, ...]
    decisions: tuple[DecisionLine, ...]
    is_open: bool
    may_decide_findings: bool
    due_at: str
    was_returned: bool
    may_withdraw: bool
    may_exclude: bool


class EligibilityController(Controller):
    """``/committee/eligibility``."""

    path = "/committee/eligibility"

    @get("/", opt={"action": Action.CHECK_ELIGIBILITY})
    async def queue(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        shown = queue_page(
            await get_eligibility_queue(standing.edition_id), request.query_params, words,
            is_open=may(Action.CHECK_ELIGIBILITY, actor, stage=standing.state),
        )  # fmt: skip
        return page("committee/eligibility", shown)

    @get("/{number:str}", opt={"action": Action.CHECK_ELIGIBILITY})
    async def show(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return await _show(actor, words, number, now)

    @post("/{number:str}", opt={"action": Action.CHECK_ELIGIBILITY})
    async def decide(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        typed, found = await _read(request, actor, words, number, now)
        standing = await stand(actor)
        try:
            decision = Check(typed.text("decision"))
        except ValueError:
            raise Invalid(FieldError("decision", "err.choose_decision")) from None
        await check_entry(
            actor,
            found.card.id,
            decision,
            now=now,
            rule_id=typed.uuid("rule") if decision is Check.EXCLUDE and typed.text("rule") else None,
            reason=typed.text("reason"),
            due_at=read_moment(typed.text("due_at"), standing.time_zone) if decision is Check.RETURN else None,
            answers={
                rule.id: typed.text(f"rule-{rule.id}") == "yes"
                for rule in found.rules
                if typed.text(f"rule-{rule.id}") in {"yes", "no"}
            },
        )
        return go_to("/committee/eligibility" + ("?asked=yes" if decision is Check.EXCLUDE else ""))

    @post("/{number:str}/withdraw", opt={"action": Action.WITHDRAW_FOR_TEAM})
    async def withdraw(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        typed, found = await _read(request, actor, words, number, now)
        await withdraw_for_team(actor, found.card.id, reason=typed.text("why"), now=now)
        return go_to("/committee/eligibility?withdrawn=yes")

    @post("/{number:str}/exclude", opt={"action": Action.EXCLUDE_ADMITTED})
    async def exclude(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Ask that an admitted entry be excluded after all."""
        typed, found = await _read(request, actor, words, number, now)
        rule = typed.uuid("rule") if typed.text("rule") else None
        await ask_exclusion(actor, found.card.id, rule_id=rule, reason=typed.text("reason"), now=now)
        return go_to("/committee/eligibility?asked=yes")

    @post("/{number:str}/findings", opt={"action": Action.CHECK_ELIGIBILITY})
    async def decide_finding(
        self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        typed, found = await _read(request, actor, words, number, now)
        finding = typed.uuid("finding")
        verdict, reason = _state(typed.text("verdict")), typed.text(f"reason-{finding}")
        await decide_finding(actor, found.card.id, finding, verdict, reason=reason, now=now)
        return go_to(f"/committee/eligibility/{number}#found")


async def _read(
    request: AnyRequest, actor: Actor, words: Words, number: str, now: datetime
) -> tuple[Typed, EligibilityPage]:
    """Read a form on one entry, and the entry; where the form is refused, the entry's page shows it again."""

    async def again() -> Page:
        return await _show(actor, words, number, now)

    typed = await read_form(request, again=again)
    found = await get_eligibility_page((await stand(actor)).edition_id, number)
    if found is None:
        raise NotFound
    return typed, found


def _state(typed: str) -> FindingState:
    try:
        return FindingState(typed)
    except ValueError:
        raise Invalid(FieldError("verdict", "err.choose_decision")) from None


async def _show(actor: Actor, words: Words, number: str, now: datetime) -> Page:
    standing = await stand(actor)
    found = await get_eligibility_page(standing.edition_id, number)
    if found is None:
        raise NotFound
    past = await find_recurrences(
        standing.edition_id,
        titles=(found.card.title_ar, found.card.title_en),
        makers=[name for each in found.members for name in (each.name_ar, each.name_en)],
    )
    return page("committee/check", _check_page(actor, standing, found, past, words, now))


def _check_page(
    actor: Actor, standing: Standing, found: EligibilityPage, past: tuple[Recurrence, ...], words: Words, now: datetime
) -> CheckPage:
    return CheckPage(
        card=card_view(found.card, words),
        members=tuple(
            MemberLine(pick(each, "name", words), Ltr(each.email), each.is_confirmed) for each in found.members
        ),
        institution=pick(found, "institution", words),
        academic_year=found.academic_year,
        supervisor=pick(found, "supervisor", words),
        supervisor_at=found.supervisor_approved_at,
        ai_text=say_ai(found.ai_ready_ar, found.ai_ready_en, found.ai_text, words),
        findings=tuple(_found(each, words) for each in found.findings),
        past=tuple(_past(each, words) for each in past),
        rules=tuple(Option(str(each.id), pick(each, "text", words)) for each in found.rules),
        lines=weigh_rules(found, past, words),
        decisions=tuple(DecisionLine(*each) for each in found.decisions),
        is_open=may(Action.CHECK_ELIGIBILITY, actor, stage=standing.state) and found.card.state == "submitted",
        may_decide_findings=may(Action.CHECK_ELIGIBILITY, actor, stage=standing.state),
        was_returned=any(decision == Check.RETURN.value for decision, _, _ in found.decisions),
        may_withdraw=may(Action.WITHDRAW_FOR_TEAM, actor, stage=standing.state)
        and found.card.state in {state.value for state in WITHDRAWABLE},
        may_exclude=may(Action.EXCLUDE_ADMITTED, actor, stage=standing.state) and found.card.state == "admitted",
        due_at=write_moment(now + timedelta(days=DAYS_TO_MEND), standing.time_zone),
    )


def _found(finding: FindingView, words: Words) -> FindingLine:
    """Say where a name may stand: a field of the entry by its label, a place in a file as inspection says it."""
    field = f"entry.{finding.place.get('name')}"
    said = say_trace(finding.code, finding.place, finding.excerpt, words)
    where = words.plain(field) if field in words else said.where
    material = pick(finding, "material", words)
    return FindingLine(
        id=str(finding.id),
        where=f"{material} · {where}" if material else where,
        what=said.what,
        state=finding.state,
        reason=finding.reason,
    )


def _past(found: Recurrence, words: Words) -> PastLine:
    return PastLine(
        title=pick(found.work, "title", words),
        year=str(found.work.year),
        honour=pick(found.work, "honour", words),
        is_same_title=found.is_same_title,
        makers=found.makers,
    )
