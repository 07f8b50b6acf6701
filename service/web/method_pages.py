"""What the pages of a method and of fingerprints show: made alike for the public, the preview and the archive."""

from dataclasses import dataclass
from datetime import datetime

from service.text import Ltr, Words
from service.web.result_pages import Links, pick, public_links
from storage.reads.results import Fingerprints, Winners

__all__ = ["fingerprints_page", "method_page"]

TENTHS = 10


@dataclass(frozen=True, slots=True)
class RunPrint:
    """The fingerprints of a run that places rest on; ``categories`` are named where there are several runs."""

    ordinal: int
    categories: tuple[str, ...]
    inputs_hash: Ltr
    output_hash: Ltr


@dataclass(frozen=True, slots=True)
class MethodPage:
    """How this edition's results came about, with its own figures. ``threshold`` is in points of a hundred."""

    edition: str
    links: Links
    name: str
    published_at: datetime
    method: str
    choices: tuple[str, ...]
    n_entries: int
    n_judges: int
    n_evaluations: int
    n_conflicts: int
    n_set_aside: int
    n_moved: int
    largest_change: float
    fewest_reviews: int
    most_reviews: int
    fewest_judged: int
    most_judged: int
    n_few: int
    n_ties: int
    single: float | None
    adjusted: float | None
    n_too_close: int
    n_deliberated: int
    n_withheld: int
    threshold: float
    runs: tuple[RunPrint, ...]


@dataclass(frozen=True, slots=True)
class FingerprintsPage:
    """The fingerprints that anybody may keep and compare."""

    edition: str
    name: str
    rules: Ltr | None
    bundle: Ltr | None
    audit: Ltr | None
    published_at: datetime | None


def fingerprints_page(found: Fingerprints, words: Words) -> FingerprintsPage:
    """Give the fingerprints that are public by now."""
    out = found.published
    return FingerprintsPage(
        edition=found.slug,
        name=pick(found, "name", words),
        rules=Ltr(found.rules) if found.rules else None,
        bundle=Ltr(out.bundle_hash) if out else None,
        audit=Ltr(out.audit_head) if out else None,
        published_at=out.published_at if out else None,
    )


def method_page(found: Winners, words: Words, links: Links | None = None) -> MethodPage:
    """Give how this edition's results came about."""
    edition, figures = found.edition, found.edition.figures
    reviews, judged = figures.get("reviews", (0, 0)), figures.get("judged", (0, 0))
    reliability = figures.get("reliability") or {}
    choices = tuple(dict.fromkeys(each["reason"] for each in figures.get("choices", ())))
    return MethodPage(
        edition=edition.slug,
        links=links or public_links(edition.slug),
        name=pick(edition, "name", words),
        published_at=edition.published_at,
        method=figures.get("method") or "mixed",
        choices=choices,
        n_entries=int(figures.get("entries", 0)),
        n_judges=int(figures.get("judges", 0)),
        n_evaluations=int(figures.get("evaluations", 0)),
        n_conflicts=int(figures.get("conflicts", 0)),
        n_set_aside=int(figures.get("set_aside", 0)),
        n_moved=int(figures.get("moved", 0)),
        largest_change=float(figures.get("largest_change", 0.0)),
        fewest_reviews=int(reviews[0]),
        most_reviews=int(reviews[1]),
        fewest_judged=int(judged[0]),
        most_judged=int(judged[1]),
        n_ties=int(figures.get("ties", 0)),
        n_few=int(figures.get("few", 0)),
        single=reliability.get("single"),
        adjusted=reliability.get("adjusted"),
        n_too_close=int(figures.get("too_close", 0)),
        n_deliberated=int(figures.get("deliberated", 0)),
        n_withheld=len(figures.get("withheld", ())),
        threshold=edition.honour_threshold / TENTHS,
        runs=_prints(found, words),
    )


def _prints(found: Winners, words: Words) -> tuple[RunPrint, ...]:
    """Give the fingerprints of each run that places rest on; an edition of an earlier release kept the last one's."""
    figures = found.edition.figures
    names = {str(each.id): pick(each, "name", words) for each in found.categories}
    runs = figures.get("runs") or [{"ordinal": 0, "categories": (), **figures}]
    return tuple(
        RunPrint(
            int(each["ordinal"]),
            tuple(names[key] for key in names if key in each["categories"]) if len(runs) > 1 else (),
            Ltr(each["inputs_hash"]),
            Ltr(each["output_hash"]),
        )
        for each in runs
        if each.get("inputs_hash")
    )
