"""Where a project truly stands, told from its own state and the stage of the edition, and from nothing else.

Whatever a judge or the committee does between two stages changes no word here: the same sentence for every team.
"""

from dataclasses import dataclass
from datetime import datetime

from storage.lifecycle import EditionState, EntryState
from storage.reads.entrant.entry import EntryView

__all__ = ["JourneyStep", "list_steps", "say_next"]

_PATH = ("draft", "received", "eligible", "judging", "deciding", "told", "published")
_ADMITTED_AT = {
    EditionState.OPEN: "eligible",
    EditionState.CLOSED: "eligible",
    EditionState.JUDGING: "judging",
    EditionState.DECIDING: "deciding",
    EditionState.NOTIFIED: "told",
    EditionState.PUBLISHED: "published",
    EditionState.ARCHIVED: "published",
}


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """A step of the way: ``state`` is past, now or next."""

    key: str
    state: str
    at: datetime | None


def list_steps(entry: EntryView) -> tuple[JourneyStep, ...]:
    """List the steps of a project's way; what ended it early is its last step."""
    stage, version = entry.rules.state, entry.current
    dates = {
        "received": version.submitted_at if version else entry.rules.deadline_at,
        "eligible": entry.rules.eligibility_until,
        "judging": entry.rules.judging_at,
        "published": entry.rules.publish_at,
    }
    ended = _find_end(entry)
    if ended is not None:
        begun = ["draft"] + (["received"] if version else [])
        return (*(JourneyStep(key, "past", dates.get(key)) for key in begun), JourneyStep(ended, "now", None))
    now = _find_now(entry, stage)
    at = _PATH.index(now)
    steps = []
    for place, key in enumerate(_PATH):
        named = "returned" if key == "eligible" and entry.state is EntryState.RETURNED else key
        moment = entry.due_at if named == "returned" else dates.get(key)
        steps.append(JourneyStep(named, "past" if place < at else "now" if place == at else "next", moment))
    return tuple(steps)


def say_next(state: EntryState, stage: EditionState) -> str:
    """Give the key of the line in the list of one's entries that says what follows."""
    if state is EntryState.DRAFT and stage is not EditionState.OPEN:
        return "entry.next.late"
    if state is EntryState.SUBMITTED and stage is not EditionState.OPEN:
        return "entry.next.received"
    if state is EntryState.ADMITTED:
        named = {EditionState.OPEN: "closed", EditionState.ARCHIVED: "published"}.get(stage, stage.value)
        return f"entry.next.admitted_{named}"
    return f"entry.next.{state.value}"


def _find_end(entry: EntryView) -> str | None:
    if entry.state in {EntryState.WITHDRAWN, EntryState.EXCLUDED}:
        return entry.state.value
    is_over = entry.state is EntryState.DRAFT and entry.rules.state is not EditionState.OPEN
    return "not_submitted" if is_over else None


def _find_now(entry: EntryView, stage: EditionState) -> str:
    if entry.state is EntryState.DRAFT:
        return "draft"
    if entry.state is EntryState.ADMITTED:
        return _ADMITTED_AT.get(stage, "eligible")
    if entry.state is EntryState.RETURNED or stage is not EditionState.OPEN:
        return "eligible"
    return "received"
