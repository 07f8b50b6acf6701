"""The plan of a small competition: its dates, and two categories with two criteria each."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from service.usecases.setup.edition_plan import EditionPlan
from tests.cast import NOW

__all__ = [
    "CATEGORIES", "DEADLINE", "JUDGED", "JUDGING", "NOTICE", "OPENS", "PUBLISH", "STEPS", "both", "make_plan",
]  # fmt: skip

OPENS = NOW - timedelta(days=15)
DEADLINE = NOW + timedelta(days=56)
JUDGING = NOW + timedelta(days=73)
JUDGED = NOW + timedelta(days=94)
NOTICE = NOW + timedelta(days=110)
PUBLISH = NOW + timedelta(days=132)
STEPS = 8
CATEGORIES = {"documentary": "DOC", "podcast": "POD"}


def both(name: str, words: str) -> dict[str, str]:
    """Words in both languages, as the columns have them."""
    return {f"{name}_ar": f"{words} بالعربية", f"{name}_en": words}


def make_plan(
    *, slug: str = "small-2027", materials: Sequence[Mapping[str, Any]] = (), **changes: object
) -> EditionPlan:
    """An edition of two categories and two criteria; without materials unless they are given."""
    dates = {"open": OPENS, "deadline": DEADLINE, "judging": JUDGING, "notice": NOTICE, "publish": PUBLISH}
    criteria = [
        {"slug": criterion, "position": at, "weight": weight, **both("name", criterion), **both("ask", "How good"),
         "anchors_ar": ["ضعيف", "مقبول", "جيد", "ممتاز"], "anchors_en": ["weak", "fair", "good", "excellent"]}
        for at, (criterion, weight) in enumerate({"idea": 60, "craft": 40}.items())
    ]  # fmt: skip
    return EditionPlan(
        edition={
            "slug": slug, **both("name", "Small competition"), **both("short", "Small 2027"),
            **both("theme", "Water"), "notice_ar": None, "notice_en": None, "limits_notice_ar": None,
            "limits_notice_en": None, "time_zone": "Asia/Muscat", "contact_email": "help@tahkim.example",
            "max_members": 6, "max_entries_per_student": 2, "abstract_min_words": 120, "abstract_max_words": 250,
            "steps": STEPS, "judges_per_entry": 2, "max_entries_per_judge": 3, "honour_threshold": 100,
            "comment_levels": [1, 4], "upload_grace_minutes": 120, "appeals_days": 7, "minutes_per_entry": 35,
            "break_after_entries": 4, **changes,
        },
        timeline=[
            {"slug": name, "position": at, "at": moment, "until": JUDGED if name == "judging" else None,
             **both("name", f"Date {name}")}
            for at, (name, moment) in enumerate(dates.items())
        ],
        eligibility=[{"slug": "students", "position": 0, **both("text", "Students of this year")}],
        honours=[
            {"slug": f"place-{place}", "position": place, "place": place, "is_per_category": True, "amount_omr": 100,
             **both("name", f"Place {place}")}
            for place in (1, 2)
        ],
        levels=[
            {"level": level, "first_step": 2 * level - 1, "last_step": 2 * level, **both("name", f"Level {level}")}
            for level in (1, 2, 3, 4)
        ],
        expertise=[{"slug": "film", **both("name", "Directing")}],
        ai_statements=[{"slug": "none", "position": 0, **both("text", "No AI tools")}],
        categories=[
            {"slug": slug_, "prefix": prefix, "position": at, **both("name", slug_), **both("about", "About it")}
            for at, (slug_, prefix) in enumerate(CATEGORIES.items())
        ],
        materials=list(materials),
        criteria=[{"category": category, **each} for category in CATEGORIES for each in criteria],
        practice_works=[
            {"position": 1, "category_slug": "documentary", **both("title", "A practice work"),
             **both("text", "A text to mark")}
        ],
        practice_criteria=criteria,
        practice_references=[
            {"work": 1, "criterion": each, "step": 5, **both("reason", "It is so")} for each in ("idea", "craft")
        ],
        seed="tests",
    )  # fmt: skip
