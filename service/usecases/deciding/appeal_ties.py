"""The judges whose tie to a project an upheld appeal names: once a second member agrees, their sheets are set aside."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from piccolo.columns.combination import And

from service.actors import Actor
from service.audit import Event, record
from service.errors import FieldError, Invalid, NotFound
from service.usecases.panel.conflicts import bar_pair, lock_rounds
from storage.reads.committee.appeals import list_sealing_judges
from storage.tables.conflict import Conflict

__all__ = ["SOURCE", "bar_named", "forget_named", "name_ties"]

SOURCE = "appeal"
"""Where such a conflict comes from."""


async def name_ties(entry_id: UUID, judges: Collection[UUID], *, now: datetime) -> None:
    """Write down the ties that an answer names, as proposed ones; a tie that was dismissed before is proposed again.

    Raises Invalid where a judged project's appeal on a conflict names nobody, NotFound for who did not judge it.
    """
    able = await list_sealing_judges(entry_id)
    if able and not judges:
        raise Invalid(FieldError("judges", "appeals.err_judges"))
    if not able.issuperset(judges):
        raise NotFound
    for judge_id in sorted(judges):
        pair = (Conflict.judge == judge_id) & (Conflict.entry == entry_id)
        if await Conflict.exists().where(pair):
            await Conflict.update({Conflict.state: "proposed", Conflict.source: SOURCE}).where(pair)
        else:
            await Conflict.insert(
                Conflict(
                    judge=judge_id, entry=entry_id, source=SOURCE, facts="{}", kind="", state="proposed", note="",
                    reason="", made_at=now,
                )
            )  # fmt: skip


async def forget_named(entry_id: UUID, *, now: datetime) -> None:
    """Take the ties of an answer back with it: nobody is tied by what was not agreed."""
    await Conflict.update({Conflict.state: "dismissed", Conflict.decided_at: now}).where(_named(entry_id))


async def bar_named(actor: Actor, entry_id: UUID, *, reason: str, now: datetime) -> None:
    """Confirm the ties that an answer named, and set those judges' sheets on the project aside."""
    rows = await Conflict.select(Conflict.id, Conflict.judge).where(_named(entry_id)).order_by(Conflict.id)
    for row in rows:
        await lock_rounds(row["judge"])
        await Conflict.update({Conflict.state: "confirmed", Conflict.reason: reason, Conflict.decided_at: now}).where(
            Conflict.id == row["id"]
        )
        await bar_pair(actor, row["judge"], entry_id, now)
        await record(
            Event.CONFLICT_DECIDED, by=actor, about=("conflict", row["id"]), at=now, before="proposed",
            after="confirmed", reason=reason,
        )  # fmt: skip


def _named(entry_id: UUID) -> And:
    return And(And(Conflict.entry == entry_id, Conflict.source == SOURCE), Conflict.state == "proposed")
