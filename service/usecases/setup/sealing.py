"""Rules that are sealed: when a line may still change, and the public record of what was changed and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.mail.queue import queue_letter
from service.permissions import Action, require
from service.usecases.setup.kinds import Kind
from service.usecases.setup.rules import rules_fingerprint
from storage.columns import to_json
from storage.engine import for_update, run_sql
from storage.lifecycle import EditionState
from storage.tables.edition import Edition, RuleChange

__all__ = ["RulesFixed", "begin_change", "end_change", "why_fixed"]

_WITH_A_REASON = frozenset({EditionState.OPEN, EditionState.CLOSED})
_DATES_MAY_MOVE = _WITH_A_REASON | {EditionState.JUDGING, EditionState.DECIDING, EditionState.NOTIFIED}
_READERS = """SELECT DISTINCT person.id AS id, person.email AS email, person.language AS language FROM person
    WHERE person.id IN (
      SELECT own.lead FROM entry_owner AS own JOIN entry ON entry.id = own.entry WHERE entry.edition = {}
      UNION SELECT judge.person FROM judge WHERE judge.edition = {} AND judge.is_active)
    ORDER BY person.email"""


class RulesFixed(Conflicting):
    """This part of the rules cannot change any more."""

    code = "rules-fixed"


def why_fixed(kind: Kind, state: str, *, is_other_number: bool = False) -> str | None:
    """Say by a key of the catalogues why a line cannot change at this stage (added or removed: ``is_other_number``)."""
    stage = EditionState(state)
    if stage is EditionState.DRAFT:
        return None
    if not kind.is_sealed:
        is_late = kind.section == "practice" and stage not in _WITH_A_REASON
        return "setup.fixed_practice" if is_late else None
    if is_other_number and kind.is_fixed:
        return "setup.fixed_number"
    allowed = _DATES_MAY_MOVE if kind.name == "date" else _WITH_A_REASON
    return None if stage in allowed else "setup.fixed_judging"


async def begin_change(
    actor: Actor, edition_id: UUID, kind: Kind, *, is_other_number: bool = False
) -> tuple[Mapping[str, Any], str]:
    """Lock the edition, check that this may change now; return its row and its rules' fingerprint (none in draft)."""
    edition = await for_update(Edition.select().where(Edition.id == edition_id)).first()
    require(Action.MANAGE_EDITIONS, actor, stage=None)
    if edition is None:
        raise NotFound
    why = why_fixed(kind, edition["state"], is_other_number=is_other_number)
    if why is not None:
        raise RulesFixed
    is_sealed = kind.is_sealed and edition["state"] != EditionState.DRAFT
    return edition, await rules_fingerprint(edition_id) if is_sealed else ""


async def end_change(
    actor: Actor,
    edition_id: UUID,
    kind: Kind,
    *,
    fingerprint: str,
    named: tuple[str, str],
    changes: list[list[Any]],
    reason: str,
    now: datetime,
) -> None:
    """Record a change. Where it touched sealed rules: ask for the reason, publish it, and write to those concerned.

    Raises Invalid when the sealed rules did change and no reason was given.
    """
    after = await rules_fingerprint(edition_id) if fingerprint else ""
    if fingerprint != after:
        if not reason.strip():
            raise Invalid(FieldError("reason", "err.reason_needed"))
        change_id = uuid4()
        await RuleChange.insert(
            RuleChange(
                id=change_id, edition=edition_id, kind=kind.name, name_ar=named[0], name_en=named[1],
                changes=to_json(changes), reason=reason.strip(), fingerprint_before=fingerprint,
                fingerprint_after=after, made_at=now,
            )
        )  # fmt: skip
        for reader in await run_sql(_READERS, edition_id, edition_id):
            await queue_letter(
                "rule-change", name=f"rule-change:{change_id}:{reader['id']}", email=reader["email"],
                language=reader["language"], at=now, reason=reason.strip(), path="/rules",
            )  # fmt: skip
    await record(
        Event.RULE_CHANGED if fingerprint != after else Event.EDITION_CHANGED,
        by=actor,
        about=("edition", edition_id),
        at=now,
        before={"kind": kind.name, "values": [[each[0], each[1]] for each in changes]},
        after={"kind": kind.name, "values": [[each[0], each[2]] for each in changes]},
        reason=reason.strip(),
    )
