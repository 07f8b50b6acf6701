"""For how long kinds of data are kept: the rules, what would go at an instant, and the word to let it go.

What was shown has a fingerprint. The word is given for that set alone: if it is another one by then, nothing goes and
whoever asked looks again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotAllowed
from service.jobs.queue import enqueue
from service.permissions import Action, require
from service.text import Ltr
from storage.columns import to_json
from storage.engine import transaction
from storage.reads.administration.accounts_due import find_due_accounts
from storage.reads.administration.retention import (
    BULK,
    DueItem,
    Kind,
    count_due,
    count_staying,
    list_due_items,
    read_days,
)
from storage.tables.retention import RetentionRule, RetentionRun

__all__ = [
    "LEAST",
    "LONGEST",
    "USUAL",
    "Part",
    "Preview",
    "ask_retention",
    "find_rules",
    "look_ahead",
    "set_rules",
]

USUAL: Mapping[Kind, int] = {
    Kind.SIGN_IN: 30,
    Kind.LETTERS: 365,
    Kind.DRAFTS: 90,
    Kind.FILES: 365,
    Kind.ENTRANTS: 730,
    Kind.JUDGES: 1095,
    Kind.LOG: 1825,
}
"""Days that a kind is kept where nobody set others. Judges for longer than entrants: they are invited again."""
LEAST: Mapping[Kind, int] = {kind: 1 if kind is Kind.SIGN_IN else 30 for kind in Kind}
"""Less than a month after publication, people still ask about what was published."""
LONGEST = 3650
CODE_LETTERS = 8
"""So much of the fingerprint is typed to confirm."""


class RetentionChanged(Conflicting):
    """What is due is no longer what was shown: somebody came back, or something became due."""

    code = "retention-changed"


class RetentionRuns(Conflicting):
    """An erasing is under way: one at a time."""

    code = "retention-runs"


class NothingDue(Conflicting):
    """There is nothing to erase."""

    code = "nothing-due"


@dataclass(frozen=True, slots=True)
class Part:
    """What is due of one kind, kept since before ``before``. ``items`` is empty for the kinds of ``BULK``."""

    kind: Kind
    days: int
    before: datetime
    n: int
    items: tuple[DueItem, ...]
    ends: tuple[str, str] = ("", "")

    @property
    def size(self) -> int:
        """Bytes that come free."""
        return sum(item.size for item in self.items)


@dataclass(frozen=True, slots=True)
class Preview:
    """All that is due at an instant, what stays for which reason, and the fingerprint of the set."""

    as_of: datetime
    parts: tuple[Part, ...]
    people_staying: Mapping[str, int]
    staying: Mapping[str, int]

    @property
    def n(self) -> int:
        """How many things would go."""
        return sum(part.n for part in self.parts)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 over the instant, the rules, and every id or, of what is not named, number and ends."""
        told = [
            [
                part.kind.value,
                part.days,
                part.n,
                list(part.ends),
                sorted(f"{item.source}:{item.id}" for item in part.items),
            ]
            for part in self.parts
        ]
        return hashlib.sha256(to_json([self.as_of.astimezone(UTC).isoformat(), told]).encode()).hexdigest()

    @property
    def code(self) -> str:
        """What is typed to let this set go."""
        return self.fingerprint[:CODE_LETTERS].upper()


async def find_rules() -> dict[Kind, int]:
    """Give the days of every kind."""
    found = await read_days()
    return {kind: found.get(kind.value, USUAL[kind]) for kind in Kind}


async def look_ahead(as_of: datetime) -> Preview:
    """Find what is due at an instant, past or to come. Nothing is written."""
    days = await find_rules()
    before = {kind: as_of - timedelta(days=days[kind]) for kind in Kind}
    accounts, items, numbers = await find_due_accounts(before), await list_due_items(before), await count_due(before)
    parts = []
    for kind in Kind:
        if kind in BULK:
            ends = (numbers[kind].first, numbers[kind].last)
            parts.append(Part(kind, days[kind], before[kind], numbers[kind].n, (), ends))
        else:
            named = (*items.get(kind, ()), *accounts.due.get(kind, ()))
            parts.append(Part(kind, days[kind], before[kind], len(named), named))
    return Preview(as_of, tuple(parts), accounts.stays, await count_staying())


async def set_rules(actor: Actor, days: Mapping[Kind, int | None], *, now: datetime) -> None:
    """Set for how many days each kind is kept. Raises Invalid for what is no number or out of bounds."""
    errors = [
        FieldError(f"days-{kind}", "retention.wrong_days", least=LEAST[kind], longest=LONGEST)
        for kind in Kind
        if (given := days.get(kind)) is None or not LEAST[kind] <= given <= LONGEST
    ]
    if errors:
        raise Invalid(*errors)
    async with transaction():
        require(Action.MANAGE_RETENTION, actor, stage=None)
        stood = await find_rules()
        changed = {kind: given for kind, given in days.items() if given is not None and given != stood[kind]}
        for kind, given in changed.items():
            await RetentionRule.insert(
                RetentionRule(id=uuid4(), kind=kind.value, days=given, changed_at=now)
            ).on_conflict(
                target=RetentionRule.kind, action="DO UPDATE", values=[RetentionRule.days, RetentionRule.changed_at]
            )
        if changed:
            await record(
                Event.RETENTION_CHANGED, by=actor, about=("retention", "rules"), at=now,
                before={kind.value: stood[kind] for kind in changed},
                after={kind.value: given for kind, given in changed.items()},
            )  # fmt: skip


async def ask_retention(actor: Actor, *, as_of: datetime, fingerprint: str, typed: str, now: datetime) -> UUID:
    """Let go what was shown; a job does it. Returns the run's id.

    Raises Invalid unless ``typed`` is the code of that set, RetentionChanged when the set is another one by now,
    NothingDue, and RetentionRuns while an earlier run is under way.
    """
    if actor.person_id is None:
        raise NotAllowed(action=Action.MANAGE_RETENTION)
    if as_of > now:
        raise Invalid(FieldError("as_of", "retention.not_yet"))
    async with transaction():
        require(Action.MANAGE_RETENTION, actor, stage=None)
        if await RetentionRun.exists().where(RetentionRun.ended_at.is_null()):
            raise RetentionRuns
        found = await look_ahead(as_of)
        if not found.n:
            raise NothingDue
        if found.fingerprint != fingerprint:
            raise RetentionChanged
        if typed.strip().upper() != found.code:
            raise Invalid(FieldError("code", "retention.wrong_code", code=Ltr(found.code)))
        run_id = uuid4()
        counts = {part.kind.value: part.n for part in found.parts if part.n}
        items = {
            part.kind.value: [f"{item.source}:{item.id}" for item in part.items] for part in found.parts if part.items
        }
        await RetentionRun.insert(
            RetentionRun(
                id=run_id, as_of=as_of, fingerprint=found.fingerprint, counts=to_json(counts), items=to_json(items),
                rules=to_json({part.kind.value: part.days for part in found.parts}),
                state="waiting", n_left=0, asked_by=actor.person_id, asked_at=now,
            )
        )  # fmt: skip
        await enqueue("retention", name=f"retention:{run_id}", at=now, run=str(run_id))
        await record(
            Event.RETENTION_ASKED, by=actor, about=("retention", run_id), at=now,
            after={"as_of": as_of.isoformat(), "fingerprint": found.fingerprint, "counts": counts},
        )  # fmt: skip
    return run_id
