"""What still keeps an edition from opening, line by line and in words of the catalogues."""

from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from service.errors import Conflicting
from service.usecases.setup.kinds import KEPT_DATES
from storage.reads.administration.gaps import LineGap, list_dates, list_gaps

__all__ = ["Gap", "NotReady", "check_ready", "find_gaps"]

WHOLE = 100


class NotReady(Conflicting):
    """The edition is not complete yet; the set-up says what it lacks."""

    code = "not-ready"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: the page that mends it, the message that says it, and which line it is about."""

    section: str
    key: str
    name_ar: str = ""
    name_en: str = ""
    n: int = 0


async def find_gaps(edition_id: UUID) -> list[Gap]:
    """List what is missing before the edition may open; an empty list means that it may."""
    lines = await list_gaps(edition_id)
    gaps = [
        Gap(each.section, f"gap.lacks_{'both' if each.lacks_ar and each.lacks_en else 'ar' if each.lacks_ar else 'en'}",
            each.name_ar, each.name_en)
        for each in lines
        if each.lacks_ar or each.lacks_en
    ]  # fmt: skip
    gaps += [Gap("texts", "gap.contact") for each in lines if each.kind == "basics" and "@" not in each.slug]
    return gaps + _find_empty(lines) + await _find_disorder(edition_id)


async def check_ready(edition_id: UUID) -> None:
    """Refuse to open an edition that is not complete. Raises NotReady."""
    gaps = await find_gaps(edition_id)
    if gaps:
        raise NotReady(n=len(gaps))


def _find_empty(lines: list[LineGap]) -> list[Gap]:
    categories = [each for each in lines if each.kind == "category"]
    gaps = [
        Gap(section, f"gap.no_{kind}")
        for kind, section in (("category", "categories"), ("eligibility", "rules"), ("honour", "honours"))
        if not any(each.kind == kind for each in lines)
    ]
    for category in categories:
        criteria = [each for each in lines if each.kind == "criterion" and each.parent == category.id]
        total = sum(each.weight for each in criteria)
        if not criteria:
            gaps.append(Gap("criteria", "gap.no_criteria", category.name_ar, category.name_en))
        elif total != WHOLE:
            gaps.append(Gap("criteria", "gap.weights", category.name_ar, category.name_en, n=total))
    practice = [each.weight for each in lines if each.kind == "practice-criterion"]
    if practice and sum(practice) != WHOLE:
        gaps.append(Gap("practice", "gap.practice_weights", n=sum(practice)))
    return gaps


async def _find_disorder(edition_id: UUID) -> list[Gap]:
    dates = {each.slug: each for each in await list_dates(edition_id)}
    order = [dates[name] for name in ("open", "deadline", "judging", "notice", "publish") if name in dates]
    gaps = [Gap("timeline", "gap.no_date") for name in KEPT_DATES if name not in dates]
    for earlier, later in pairwise(order):
        if (earlier.until or earlier.at) > later.at:
            gaps.append(Gap("timeline", "gap.dates_order", later.name_ar, later.name_en))
    return gaps
