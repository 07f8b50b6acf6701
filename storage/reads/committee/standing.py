"""Where an edition stands: its stage, its last round and its categories, in one query."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.engine import run_sql

__all__ = ["CategoryRef", "RoundRef", "Standing", "get_standing"]


@dataclass(frozen=True, slots=True)
class CategoryRef:
    """A category by its names."""

    id: UUID
    slug: str
    prefix: str
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class RoundRef:
    """The round that the committee is at."""

    id: UUID
    ordinal: int
    state: str
    opens_at: datetime
    closes_at: datetime
    reviews_per_entry: int
    method: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An edition as the committee's pages need it. ``honour_threshold`` is in tenths of a point.

    ``categories`` are those that the reader may see into; ``barred`` those where the reader has a tie to an entry.
    """

    edition_id: UUID
    slug: str
    state: str
    name_ar: str
    name_en: str
    short_ar: str
    short_en: str
    time_zone: str
    steps: int
    honour_threshold: int
    may_share: bool
    differ_points: int
    appeals_days: int | None
    judges_per_entry: int
    fingerprint: str | None
    publish_at: datetime | None
    published_at: datetime | None
    in_round: RoundRef | None
    categories: tuple[CategoryRef, ...]
    barred: tuple[CategoryRef, ...] = ()

    def find_category(self, slug: str) -> CategoryRef | None:
        """Find a category by the name in its address."""
        return next((each for each in self.categories if each.slug == slug), None)


async def get_standing(edition_id: UUID, person_id: UUID | None = None) -> Standing:
    """Read where an edition stands for this reader: one query, a row a category."""
    rows = await run_sql(_STANDING, person_id, edition_id)
    if not rows:
        raise LookupError(edition_id)
    first = rows[0]
    edition = {name: first[name] for name in _OF_EDITION}
    last = None
    if first["round_id"] is not None:
        last = RoundRef(UUID(str(first["round_id"])), *(first[f"round_{name}"] for name in _OF_ROUND))
    found = [
        (
            bool(row["n_ties"]),
            CategoryRef(UUID(str(row["category_id"])), *(row[f"category_{name}"] for name in _OF_CATEGORY)),
        )
        for row in rows
        if row["category_id"] is not None
    ]
    return Standing(
        edition_id=edition_id,
        in_round=last,
        categories=tuple(category for is_barred, category in found if not is_barred),
        barred=tuple(category for is_barred, category in found if is_barred),
        **edition,
    )


_OF_EDITION = (
    "slug", "state", "name_ar", "name_en", "short_ar", "short_en", "time_zone", "steps", "honour_threshold",
    "may_share", "differ_points",
    "appeals_days", "judges_per_entry", "fingerprint", "publish_at", "published_at",
)  # fmt: skip
_OF_ROUND = ("ordinal", "state", "opens_at", "closes_at", "reviews_per_entry", "method")
_OF_CATEGORY = ("slug", "prefix", "name_ar", "name_en")


def _columns(table: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{table}.{name} AS {table}_{name}" for name in names)


_STANDING = f"""SELECT {", ".join(f"edition.{name} AS {name}" for name in _OF_EDITION)},
    round.id AS round_id, {_columns("round", _OF_ROUND)},
    category.id AS category_id, {_columns("category", _OF_CATEGORY)},
    (SELECT count(*) FROM member_conflict JOIN entry AS tied ON tied.id = member_conflict.entry
      WHERE member_conflict.person = {{}} AND tied.category = category.id
      AND edition.state NOT IN ('published', 'archived')) AS n_ties
    FROM edition
    LEFT JOIN round ON round.edition = edition.id
      AND round.ordinal = (SELECT max(later.ordinal) FROM round AS later WHERE later.edition = edition.id)
    LEFT JOIN category ON category.edition = edition.id
    WHERE edition.id = {{}} ORDER BY category.position"""  # noqa: S608 - the names are ours
