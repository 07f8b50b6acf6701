"""The registrar's decision on each submitted entry, before any judge is assigned; and an exclusion found later."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.deciding.joint import Matter, answer_request, ask_together
from service.usecases.entering.leaving import refuse_placed, take_from_judges
from storage.columns import to_json
from storage.engine import Row, for_update, run_sql, transaction
from storage.lifecycle import ENTRY_MOVES, EntryState, MoveLost, move
from storage.reads.committee.recusals import is_barred
from storage.reads.registrar import find_letter_people
from storage.rows import get_row
from storage.tables.edition import Edition, EligibilityRule
from storage.tables.entry import EligibilityCheck, Entry, EntryVersion

__all__ = ["Check", "answer_exclusion", "ask_exclusion", "check_entry"]


class Check(StrEnum):
    """What the registrar may decide."""

    ADMIT = "admit"
    RETURN = "return"
    EXCLUDE = "exclude"


class NotChecked(Conflicting):
    """The entry is not waiting for a decision."""

    code = "not-waiting"


class NotAdmitted(Conflicting):
    """Only an entry that was admitted is excluded after all; one that waits is decided in the queue."""

    code = "not-admitted"


class FilesMissing(Conflicting):
    """The entry's files have not all arrived: it cannot be admitted yet."""

    code = "files-missing"


class ReturnedBefore(Conflicting):
    """An entry is returned once only: what is missing now is decided, not asked for again."""

    code = "returned-before"


async def check_entry(
    actor: Actor, entry_id: UUID, decision: Check, *, now: datetime, rule_id: UUID | None = None, reason: str = "",
    due_at: datetime | None = None, answers: Mapping[UUID, bool] | None = None,
) -> None:  # fmt: skip
    """Admit an entry, return it once with a date, or ask for its exclusion by a rule; tell its team what was decided.

    A return needs a reason and a date to come, an exclusion a rule, a reason, and a second person, who decides it.
    ``answers`` says of each rule whether it is met, where somebody went through them: then an entry is admitted only
    with every rule met, and excluded only by one that is not. They are kept with the decision.
    """
    _check_form(decision, rule_id=rule_id, reason=reason, due_at=due_at, now=now)
    async with transaction():
        entry, stage = await _lock(entry_id)
        require(Action.CHECK_ELIGIBILITY, actor, stage=stage, owns=actor.edition_id in {None, entry["edition"]})
        if decision is Check.ADMIT and not await _has_complete_version(entry_id):
            raise FilesMissing(number=entry["entry_number"])
        if decision is Check.RETURN and await _was_returned(entry_id):
            raise ReturnedBefore(number=entry["entry_number"])
        rules = await _list_rules(entry_id)
        if rule_id and rule_id not in rules:
            raise NotFound
        _check_answers(decision, rules, answers, rule_id)
        told = to_json({str(rule): is_met for rule, is_met in answers.items() if rule in rules}) if answers else None
        if decision is Check.EXCLUDE:
            if entry["state"] != EntryState.SUBMITTED:
                raise NotChecked(number=entry["entry_number"], state=EntryState(entry["state"]))
            await ask_together(
                actor, entry["edition"], Matter.EXCLUDE, entry_id, reason=reason, now=now,
                facts={"rule": str(rule_id), "answers": told},
            )  # fmt: skip
            return
        await _decide(actor, entry, decision, rule_id=rule_id, reason=reason, due_at=due_at, now=now, answers=told)


async def ask_exclusion(
    actor: Actor, entry_id: UUID, *, rule_id: UUID | None, reason: str, now: datetime
) -> None:  # fmt: skip
    """Ask that an admitted entry be excluded after all, by a rule and with a reason; a second person decides it.

    Raises HasPlace where a decision honours it, NotAdmitted.
    """
    _check_form(Check.EXCLUDE, rule_id=rule_id, reason=reason, due_at=None, now=now)
    async with transaction():
        entry, stage = await _lock(entry_id)
        require(Action.EXCLUDE_ADMITTED, actor, stage=stage, owns=actor.edition_id in {None, entry["edition"]})
        if rule_id not in await _list_rules(entry_id):
            raise NotFound
        if entry["state"] != EntryState.ADMITTED:
            raise NotAdmitted(number=entry["entry_number"], state=EntryState(entry["state"]))
        await refuse_placed(entry_id)
        await ask_together(
            actor, entry["edition"], Matter.EXCLUDE, entry_id, reason=reason, now=now,
            facts={"rule": str(rule_id), "answers": None},
        )  # fmt: skip


async def answer_exclusion(actor: Actor, request_id: UUID, *, agrees: bool, now: datetime) -> None:
    """Agree to an exclusion that the registrar asked for, which is then done, or decline it: the entry stays as it was.

    An entry that was admitted leaves the judges' lists. Raises SecondPersonNeeded, NotChecked, HasPlace.
    """
    async with transaction():
        asked = await answer_request(actor, request_id, Matter.EXCLUDE, agrees=agrees, now=now)
        entry, stage = await _lock(asked.subject)
        owns = actor.edition_id in {None, entry["edition"]} and not await is_barred(actor.person_id, asked.subject)
        require(Action.CONFIRM_EXCLUSION, actor, stage=stage, owns=owns)
        if agrees:
            rule_id = UUID(str(asked.facts["rule"]))
            await _decide(
                actor, entry, Check.EXCLUDE, rule_id=rule_id, reason=asked.reason, due_at=None, now=now,
                answers=asked.facts.get("answers"),
            )  # fmt: skip


async def _lock(entry_id: UUID) -> tuple[Row, str | None]:
    """Lock an entry; return it and its edition's stage."""
    entry = await for_update(
        Entry.select(Entry.id, Entry.edition, Entry.state, Entry.entry_number).where(Entry.id == entry_id)
    ).first()
    if entry is None:
        raise NotFound
    edition = await Edition.select(Edition.state).where(Edition.id == entry["edition"]).first()
    return entry, edition["state"] if edition else None


async def _decide(
    actor: Actor, entry: Row, decision: Check, *, rule_id: UUID | None, reason: str, due_at: datetime | None,
    now: datetime, answers: str | None,
) -> None:  # fmt: skip
    """Make the move, keep the decision, and write to the team."""
    entry_id = entry["id"]
    is_late = decision is Check.EXCLUDE and entry["state"] == EntryState.ADMITTED
    if is_late:
        await refuse_placed(entry_id)
    try:
        await move(Entry, entry_id, "exclude-admitted" if is_late else decision.value, ENTRY_MOVES)
    except MoveLost as lost:
        raise NotChecked(number=entry["entry_number"], state=EntryState(entry["state"])) from lost
    if is_late:
        await take_from_judges(entry_id, removal="entry-excluded", now=now)
    await EligibilityCheck.insert(
        EligibilityCheck(
            entry=entry_id, decision=decision.value, rule=rule_id, reason=reason.strip(), due_at=due_at,
            decided_at=now, answers=answers,
        )
    )  # fmt: skip
    broken = await _tell_rule(rule_id)
    for person in await find_letter_people(entry_id):
        await queue_letter(
            f"entry-{decision.value}",
            name=f"eligibility:{entry_id}:{decision.value}:{now.isoformat()}:{person.email}",
            email=person.email, language=person.language, at=now, edition_id=entry["edition"],
            number=entry["entry_number"], reason=reason.strip(), due=due_at.isoformat() if due_at else "",
            path=f"/entries/{entry['entry_number']}", **broken,
        )  # fmt: skip
    await record(
        Event.ENTRY_CHECKED, by=actor, about=("entry", entry_id), at=now, before=entry["state"],
        after=decision.value, reason=reason.strip(),
    )  # fmt: skip


async def _tell_rule(rule_id: UUID | None) -> dict[str, Any]:
    """Give the words of the rule that a decision rests on, as facts of a letter; none where it rests on none."""
    if rule_id is None:
        return {}
    rule = await get_row(
        EligibilityRule.select(EligibilityRule.text_ar, EligibilityRule.text_en).where(EligibilityRule.id == rule_id)
    )
    return {"rule_ar": rule["text_ar"], "rule_en": rule["text_en"]}


def _check_form(decision: Check, *, rule_id: UUID | None, reason: str, due_at: datetime | None, now: datetime) -> None:
    errors = []
    if decision is not Check.ADMIT and not reason.strip():
        errors.append(FieldError("reason", "err.reason_needed"))
    if decision is Check.EXCLUDE and rule_id is None:
        errors.append(FieldError("rule", "err.rule_needed"))
    if decision is Check.RETURN and (due_at is None or due_at <= now):
        errors.append(FieldError("due_at", "err.time_past"))
    if errors:
        raise Invalid(*errors)


def _check_answers(
    decision: Check, rules: Collection[UUID], answers: Mapping[UUID, bool] | None, rule_id: UUID | None
) -> None:
    """Hold a decision against what was found of each rule, where somebody went through them."""
    if answers is None:
        return
    errors = []
    if decision is Check.ADMIT:
        errors += [FieldError(f"rule-{each}", "eligibility.err_unanswered") for each in rules if each not in answers]
        errors += [
            FieldError(f"rule-{each}", "eligibility.err_not_met") for each in rules if answers.get(each) is False
        ]
    if decision is Check.EXCLUDE and rule_id is not None and answers.get(rule_id) is not False:
        errors.append(FieldError("rule", "eligibility.err_met"))
    if errors:
        raise Invalid(*errors)


async def _list_rules(entry_id: UUID) -> tuple[UUID, ...]:
    """List the conditions that an entry is held against: those for every category, and those for its own."""
    rows = await run_sql(
        """SELECT rule.id AS id FROM entry_version JOIN category ON category.id = entry_version.category
        JOIN eligibility_rule AS rule ON rule.edition = category.edition
          AND (rule.only_for IS NULL OR rule.only_for = category.slug)
        WHERE entry_version.entry = {} AND entry_version.is_current ORDER BY rule.position""",
        entry_id,
    )
    return tuple(UUID(str(row["id"])) for row in rows)


async def _was_returned(entry_id: UUID) -> bool:
    return bool(
        await EligibilityCheck.exists().where(
            (EligibilityCheck.entry == entry_id) & (EligibilityCheck.decision == Check.RETURN.value)
        )
    )


async def _has_complete_version(entry_id: UUID) -> bool:
    return bool(
        await EntryVersion.exists().where(
            (EntryVersion.entry == entry_id) & EntryVersion.is_current.eq(True) & EntryVersion.complete_at.is_not_null()
        )
    )
