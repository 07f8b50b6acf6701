"""A new edition: the last one without its people and entries, or a blank one to fill in."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.errors import FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.text import Words
from service.usecases.setup.calendar import next_working_day
from service.usecases.setup.edition_plan import EditionPlan, create_edition
from service.usecases.setup.fields import LANGUAGES, LEVELS
from service.usecases.setup.kinds import KINDS
from service.usecases.setup.lines import list_lines
from service.usecases.setup.wording import copy_wordings
from storage.columns import from_json
from storage.engine import transaction
from storage.tables.edition import Edition
from storage.tables.panel import Round
from storage.tables.rubric import PracticeReference

__all__ = ["NewEdition", "start_edition"]

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LISTS = frozenset({"formats", "anchors_ar", "anchors_en", "comment_levels"})
_OF_EDITION = frozenset({"id", "state", "fingerprint", "publish_at", "published_at", "created_at"})
_STEPS_A_LEVEL = 2
_DAYS = {"open": 0, "questions": 50, "deadline": 60, "judging": 77, "notice": 116, "publish": 132}
"""Days of a blank edition's calendar after its opening; an organiser changes them."""
_JUDGING_LASTS = timedelta(days=21)


class NewEdition:
    """What is asked for a new edition: its names, and when it opens."""

    def __init__(self, *, slug: str, names: dict[str, str], opens_at: datetime) -> None:
        self.slug = slug
        self.names = names
        self.opens_at = opens_at


async def start_edition(actor: Actor, wanted: NewEdition, *, source_id: UUID | None, now: datetime) -> UUID:
    """Create an edition in draft: a copy of the source without people or entries, else a blank one; return its id.

    Dates keep their distances from the opening; those that would fall on a weekend or holiday move to the next
    working day. Raises Invalid for a name that is taken or no address can carry.
    """
    require(Action.MANAGE_EDITIONS, actor, stage=None)
    errors = [
        FieldError(name, "err.required", word_field=f"setup.f_{name.rpartition('_')[0]}")
        for name, value in wanted.names.items()
        if not value
    ]
    if not _SLUG.fullmatch(wanted.slug):
        errors.append(FieldError("slug", "err.slug"))
    elif await Edition.exists().where(Edition.slug == wanted.slug):
        errors.append(FieldError("slug", "err.slug_taken"))
    if errors:
        raise Invalid(*errors)
    plan = await _read_plan(source_id) if source_id else _blank_plan(wanted)
    zone = str(plan.edition["time_zone"])
    shift = wanted.opens_at - next(row["at"] for row in plan.timeline if row["slug"] == "open")
    timeline = [
        {**row, "at": _moved(row["at"], shift, zone), "until": row["until"] and row["until"] + shift}
        for row in plan.timeline
    ]
    further = [{**row, **{name: row[name] + shift for name in ("begins_at", "ends_at")}} for row in plan.further_rounds]
    edition = {**plan.edition, "slug": wanted.slug, **wanted.names, "notice_ar": None, "notice_en": None}
    moved = replace(plan, edition=edition, timeline=timeline, further_rounds=further, seed=wanted.slug)
    async with transaction():
        edition_id = await create_edition(actor, moved, now=now, is_draft=True)
        if source_id is not None:
            await copy_wordings(source_id, edition_id, now=now)
        return edition_id


def _moved(at: datetime, shift: timedelta, zone: str) -> datetime:
    return next_working_day(at + shift, zone) if shift else at


async def _read_plan(edition_id: UUID) -> EditionPlan:
    """Read an edition back as the plan that would create it."""
    edition = await Edition.select().where(Edition.id == edition_id).first()
    if edition is None:
        raise NotFound
    categories = await list_lines(edition_id, KINDS["category"])
    slugs = {row["id"]: row["slug"] for row in categories}
    works = {row["id"]: row for row in await list_lines(edition_id, KINDS["practice-work"])}
    criteria = {row["id"]: row for row in await list_lines(edition_id, KINDS["practice-criterion"])}
    references = await PracticeReference.select().where(PracticeReference.work.edition == edition_id)
    last = await Round.select(Round.method).where(Round.edition == edition_id).order_by(Round.ordinal).first()
    in_categories: dict[str, list[dict[str, Any]]] = {}
    for name in ("material", "criterion"):
        table = KINDS[name].table
        rows = await table.select().where(table.category.edition == edition_id)
        in_categories[name] = [_bare(row, category=slugs[row["category"]]) for row in rows]
    kinds = {
        "timeline": "date", "eligibility": "eligibility", "honours": "honour", "levels": "level",
        "expertise": "expertise", "ai_statements": "ai-statement", "further_rounds": "further-round",
    }  # fmt: skip
    lines: dict[str, Any] = {
        name: [_bare(row) for row in await list_lines(edition_id, KINDS[kind])] for name, kind in kinds.items()
    }
    return EditionPlan(
        edition={name: value for name, value in _bare(edition).items() if name not in _OF_EDITION},
        categories=[_bare(row) for row in categories],
        materials=in_categories["material"],
        criteria=in_categories["criterion"],
        practice_works=[_bare(row) for row in works.values()],
        practice_criteria=[_bare(row) for row in criteria.values()],
        practice_references=[
            {**_bare(row), "work": works[row["work"]]["position"], "criterion": criteria[row["criterion"]]["slug"]}
            for row in references
        ],
        method=last["method"] if last else "auto",
        **lines,
    )


def _bare(row: dict[str, Any], **also: Any) -> dict[str, Any]:
    """Give a row without its keys, its lists as lists."""
    return {
        name: from_json(value) if name in _LISTS else value
        for name, value in row.items()
        if name not in {"id", "edition", "category"}
    } | also


def _blank_plan(wanted: NewEdition) -> EditionPlan:
    """Give an edition with dates, a scale of four levels and three places, and nothing else yet."""
    words = {language: Words(language) for language in LANGUAGES}

    def both(name: str, key: str, **facts: object) -> dict[str, str]:
        return {f"{name}_{language}": words[language].plain(key, **facts) for language in LANGUAGES}

    def day(name: str) -> datetime:
        return wanted.opens_at + timedelta(days=_DAYS[name])

    return EditionPlan(
        edition={
            "theme_ar": "", "theme_en": "", "limits_notice_ar": None, "limits_notice_en": None,
            "time_zone": "Asia/Muscat", "contact_email": "", "max_members": 6, "max_entries_per_student": 2,
            "abstract_min_words": 120, "abstract_max_words": 250, "steps": len(LEVELS) * _STEPS_A_LEVEL,
            "judges_per_entry": 3, "max_entries_per_judge": 8, "honour_threshold": 700, "comment_levels": [1, 4],
            "upload_grace_minutes": 120, "appeals_days": 7, "minutes_per_entry": 35, "break_after_entries": 4,
        },
        timeline=[
            {
                "slug": name, "position": at, "at": day(name),
                "until": day(name) + _JUDGING_LASTS if name == "judging" else None,
                **both("name", f"setup.date_{name}"),
            }
            for at, name in enumerate(_DAYS)
        ],
        honours=[
            {"slug": f"place-{place}", "position": place, "place": place, "is_per_category": True, "amount_omr": 0,
             **both("name", f"setup.place_{place}")}
            for place in (1, 2, 3)
        ],
        levels=[
            {"level": level, "first_step": _STEPS_A_LEVEL * level - 1, "last_step": _STEPS_A_LEVEL * level,
             **both("name", f"setup.level_{level}")}
            for level in LEVELS
        ],
        ai_statements=[
            {"slug": name, "position": at, **both("text", f"setup.ai_{name}")}
            for at, name in enumerate(("none", "helped", "generated"))
        ],
    )  # fmt: skip
