"""Places and other honours as the committee writes them, held against the computed order and the sealed rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.errors import FieldError, Invalid, NotFound
from storage.reads.decisions import ComputedLine, SealedRules

__all__ = ["Given", "Placing", "check_placings"]


@dataclass(frozen=True, slots=True)
class Placing:
    """What one place is given to: no entry (withheld), one, or several (shared); why, and the jury's sentence."""

    honour_id: UUID
    entry_ids: Sequence[UUID]
    reason: str = ""
    citation_ar: str = ""
    citation_en: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """An honour without a place that one entry gets: a mention, or a prize of the whole edition.

    ``field`` names the part of the form that it was written in.
    """

    field: str
    honour_id: UUID
    entry_id: UUID
    citation_ar: str = ""
    citation_en: str = ""


def check_placings(
    placings: Sequence[Placing],
    others: Sequence[Given],
    computed: Mapping[UUID, ComputedLine],
    rules: SealedRules,
    gone: Collection[UUID],
) -> None:
    """Hold what is written against the computed order; each departure asks for its reason.

    A place stays empty only where no project that is left reached the threshold, and goes to two only where the rules
    allow it. A mention departs from nothing. ``gone``: honours of the whole edition that another category gave.
    Raises Invalid, and NotFound for entries and honours that are not of this category.
    """
    named = [entry for each in placings for entry in each.entry_ids] + [each.entry_id for each in others]
    if any(entry not in computed for entry in named):
        raise NotFound
    errors = _check_places(placings, computed, rules) + _check_others(placings, others, rules, gone)
    if errors:
        raise Invalid(*errors)


def _check_places(
    placings: Sequence[Placing], computed: Mapping[UUID, ComputedLine], rules: SealedRules
) -> list[FieldError]:
    errors: list[FieldError] = []
    taken: list[UUID] = []
    last = 0
    for place, each in enumerate(placings, start=1):
        best = max((line.score for entry, line in computed.items() if entry not in taken), default=None)
        if len({*taken, *each.entry_ids}) < len(taken) + len(each.entry_ids):
            errors.append(FieldError(f"place-{place}", "err.placed_twice"))
        if not each.entry_ids and best is not None and best >= rules.threshold:
            errors.append(FieldError(f"place-{place}", "err.reached_threshold", points=rules.threshold, score=best))
        if len(each.entry_ids) > 1 and not rules.may_share:
            errors.append(FieldError(f"place-{place}", "err.no_sharing"))
        taken.extend(each.entry_ids)
        at = [computed[entry].rank for entry in each.entry_ids]
        departs = not at or len(at) > 1 or min(at) < last or any(rank != place for rank in at)
        last = max([last, *at])
        if departs and not each.reason.strip():
            errors.append(FieldError(f"reason-{place}", "err.departure"))
        if at and not (each.citation_ar.strip() and each.citation_en.strip()):
            errors.append(FieldError(f"citation-{place}", "err.citation_needed"))
    return errors


def _check_others(
    placings: Sequence[Placing], others: Sequence[Given], rules: SealedRules, gone: Collection[UUID]
) -> list[FieldError]:
    errors = []
    taken = {entry for each in placings for entry in each.entry_ids}
    prizes: set[UUID] = set()
    for each in others:
        if each.honour_id not in rules.others:
            raise NotFound
        if each.entry_id in taken:
            errors.append(FieldError(each.field, "err.honoured_twice"))
        taken.add(each.entry_id)
        is_prize = not rules.others[each.honour_id]
        if is_prize and (each.honour_id in gone or each.honour_id in prizes):
            errors.append(FieldError(each.field, "err.prize_given"))
        prizes.add(each.honour_id)
        if not (each.citation_ar.strip() and each.citation_en.strip()):
            errors.append(FieldError(f"citation-{each.field}", "err.citation_needed"))
    return errors
