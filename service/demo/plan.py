"""The invented edition as a plan that the product can create."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from service.demo.edition import DemoEdition
from service.demo.terms import Material, Moment, Text
from service.usecases.setup.edition_plan import EditionPlan

__all__ = ["institution_rows", "next_edition", "plan_edition"]

MIB = 1024 * 1024
TENTHS = 10
OPEN_DAYS = 60
"""For how long the next edition takes entries."""


def plan_edition(edition: DemoEdition, *, seed: str) -> EditionPlan:
    """Turn an edition's data into rows; the demo's own limits are its limits."""
    criteria = {each.id: each for each in edition.criteria}
    return EditionPlan(
        edition={
            "slug": edition.id,
            **_both("name", edition.name),
            **_both("short", edition.short),
            **_both("theme", edition.theme),
            **_both("notice", edition.invented),
            **_both("limits_notice", edition.limits_notice),
            "time_zone": edition.time_zone,
            "contact_email": edition.contact_email,
            "max_members": edition.entry_rules.max_members,
            "max_entries_per_student": edition.entry_rules.max_entries_per_student,
            "abstract_min_words": edition.entry_rules.abstract_min_words,
            "abstract_max_words": edition.entry_rules.abstract_max_words,
            "steps": edition.scale.steps,
            "judges_per_entry": edition.judging.judges_per_entry,
            "max_entries_per_judge": edition.judging.max_entries_per_judge,
            "honour_threshold": round(edition.judging.honour_threshold * TENTHS),
            "comment_levels": edition.judging.comment_required_for_levels,
            "upload_grace_minutes": edition.late.upload_grace_minutes,
            "appeals_days": edition.appeals.days,
            "minutes_per_entry": edition.judging.minutes_per_entry_suggested,
            "break_after_entries": edition.judging.break_reminder_after_entries,
        },
        timeline=[
            {"slug": each.id, "position": at, "at": each.at, "until": each.until, **_both("name", each.name)}
            for at, each in enumerate(edition.timeline)
        ],
        eligibility=[
            {"slug": each.id, "position": at, **_both("text", each.text)} for at, each in enumerate(edition.eligibility)
        ],
        honours=[
            {
                "slug": each.id, "position": at, "place": each.rank, "is_per_category": each.per_category,
                "amount_omr": each.amount_omr, **_both("name", each.name),
            }
            for at, each in enumerate(edition.honours)
        ],
        levels=[
            {
                "level": each.level, "first_step": min(each.steps), "last_step": max(each.steps),
                **_both("name", each.name),
            }
            for each in edition.scale.levels
        ],
        expertise=[{"slug": each.id, **_both("name", each.name)} for each in edition.expertise],
        ai_statements=[
            {"slug": each.id, "position": at, **_both("text", each.text)}
            for at, each in enumerate(edition.ai_statements)
        ],
        categories=[
            {
                "slug": each.id, "prefix": each.prefix, "position": at, **_both("name", each.name),
                **_both("about", each.about),
            }
            for at, each in enumerate(edition.categories)
        ],
        materials=[
            {"category": category.id, "position": at, **_material(material)}
            for category in edition.categories
            for at, material in enumerate(category.materials)
        ],
        criteria=[
            {
                "category": category.id, "position": at, "weight": weight.weight, **_criterion(criteria[weight.id]),
            }
            for category in edition.categories
            for at, weight in enumerate(category.criteria)
        ],
        practice_works=[
            {
                "position": at, "category_slug": work.category, **_both("title", work.title),
                **_both("text", work.text),
            }
            for at, work in enumerate(edition.practice.works, start=1)
        ],
        practice_criteria=[
            {"position": at, "weight": weight.weight, **_criterion(criteria[weight.id])}
            for at, weight in enumerate(edition.practice.criteria)
        ],
        practice_references=[
            {"work": at, "criterion": each.criterion, "step": each.step, **_both("reason", each.reason)}
            for at, work in enumerate(edition.practice.works, start=1)
            for each in work.reference
        ],
        seed=seed,
    )  # fmt: skip


def institution_rows(edition: DemoEdition) -> list[dict[str, Any]]:
    """Give the register's rows."""
    return [
        {
            "slug": each.id, **_both("name", each.name), **_both("city", each.city), "short_ar": "", "short_en": "",
            "mail_domain": each.mail_domain, "aliases": (),
        }
        for each in edition.institutions
    ]  # fmt: skip


def next_edition(edition: DemoEdition, *, now: datetime) -> DemoEdition:
    """Give the edition after this one: the same rules under its own name, open since this morning."""
    shift = (now - timedelta(days=1)) - edition.moment("open").at
    shifted = edition.shifted(by=timedelta(days=shift.days))
    deadline = shifted.moment("open").at.replace(hour=14, minute=0) + timedelta(days=OPEN_DAYS)
    later = deadline - shifted.moment("deadline").at
    timeline = tuple(
        each if each.id == "open" else _moved(each, later if each.id != "questions" else later - timedelta(days=7))
        for each in shifted.timeline
    )
    short = Text(ar=f"دورة {edition.next_edition}", en=f"Edition {edition.next_edition}")
    return replace(
        shifted, id=edition.next_edition, slug=f"edition-{edition.next_edition}", name=edition.next_name, short=short,
        timeline=timeline,
    )  # fmt: skip


def _moved(moment: Moment, by: timedelta) -> Moment:
    return replace(moment, at=moment.at + by, until=moment.until + by if moment.until else None)


def _both(name: str, text: Text) -> dict[str, str]:
    return {f"{name}_ar": text.ar, f"{name}_en": text.en}


def _criterion(criterion: Any) -> Mapping[str, Any]:
    return {
        "slug": criterion.id,
        **_both("name", criterion.name),
        **_both("ask", criterion.ask),
        "anchors_ar": criterion.anchors_ar,
        "anchors_en": criterion.anchors_en,
    }


def _material(material: Material) -> dict[str, Any]:
    return {
        "slug": material.id,
        **_both("name", material.name),
        **_both("rule", material.demo_rule or material.rule),
        "formats": material.formats,
        "audience": material.audience,
        "is_required": material.required and material.formats != ("url",),
        "max_files": material.max_files,
        "max_bytes": material.max_mib * MIB,
        "min_pages": material.min_pages,
        "max_pages": material.max_pages,
        "min_seconds": material.min_seconds,
        "max_seconds": material.max_seconds,
        "min_words": material.min_words,
        "max_words": material.max_words,
        "min_width": material.min_width,
        "min_height": material.min_height,
    }
