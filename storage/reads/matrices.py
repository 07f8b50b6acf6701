"""Rows on their way to becoming arrays: what the encoder of assignment starts from.

Everything is sorted by id, so that the same data give the same arrays whatever order the database answers in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql
from storage.errors import StorageMisuse

__all__ = [
    "IN_ROUND",
    "AssignableEntry",
    "AssignableJudge",
    "AssignmentInput",
    "PairRow",
    "RoundRules",
    "find_teams",
    "list_admitted",
    "read_assignment_input",
]


IN_ROUND = """(entry.id IN (SELECT listed.entry FROM shortlist_entry AS listed WHERE listed.round = {} AND listed.is_in)
    OR NOT EXISTS (SELECT 1 FROM shortlist_entry AS listed WHERE listed.round = {}))"""
"""Whether a round judges an ``entry``: one of its shortlist, or any where it has none. The round comes twice."""


@dataclass(frozen=True, slots=True)
class AssignableEntry:
    """An admitted entry, without its people.

    ``team`` is the first of the entries that have a maker in common with it, directly or through others, or itself.
    """

    id: UUID
    code_name: str
    category_id: UUID
    institution_id: UUID | None
    work_language: str
    tags: tuple[str, ...]
    team: UUID


@dataclass(frozen=True, slots=True)
class AssignableJudge:
    """An active judge of the round. ``max_in``: the most entries of a category, where there is such a limit."""

    id: UUID
    institution_id: UUID | None
    kind: str
    languages: tuple[str, ...]
    expertise: tuple[str, ...]
    categories: frozenset[UUID]
    max_entries: int
    max_in: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class RoundRules:
    """What a round asks besides numbers: see ``storage.tables.panel.Round``."""

    academics_least: int
    practitioners_least: int
    institution_once: bool
    team_once: bool


@dataclass(frozen=True, slots=True)
class PairRow:
    """An entry and a judge, and how the pair stands."""

    entry_id: UUID
    judge_id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class AssignmentInput:
    """What a round's assignment is computed from. ``conflicts`` holds the pairs that are confirmed or held.

    Where marks of earlier rounds count on, a pair that was reviewed there is barred too.
    """

    edition_id: UUID
    ordinal: int
    seed: str
    reviews_per_entry: int
    rules: RoundRules
    categories: tuple[UUID, ...]
    entries: tuple[AssignableEntry, ...]
    judges: tuple[AssignableJudge, ...]
    conflicts: tuple[PairRow, ...]
    published: tuple[PairRow, ...]


async def list_admitted(edition_id: UUID, round_id: UUID) -> tuple[AssignableEntry, ...]:
    """List an edition's admitted entries that a round judges, by id, in one query: those of its shortlist, if any."""
    rows = await run_sql(
        """SELECT entry.id AS id, entry.code_name AS code_name, version.category AS category,
        version.work_language AS work_language, version.tags AS tags, entry_owner.institution AS institution,
        team_member.person AS person, team_member.email AS email
        FROM entry JOIN entry_version AS version ON version.entry = entry.id AND version.is_current
        LEFT JOIN entry_owner ON entry_owner.entry = entry.id
        LEFT JOIN team_member ON team_member.entry = entry.id
        WHERE entry.edition = {} AND entry.state = 'admitted' AND entry.code_name IS NOT NULL AND """  # noqa: S608 (our own words)
        + IN_ROUND,
        edition_id,
        round_id,
        round_id,
    )
    entries = {UUID(str(row["id"])): row for row in rows}
    teams = find_teams((UUID(str(row["id"])), (row["person"], row["email"])) for row in rows)
    return tuple(
        AssignableEntry(
            id=number,
            code_name=row["code_name"],
            category_id=UUID(str(row["category"])),
            institution_id=UUID(str(row["institution"])) if row["institution"] else None,
            work_language=row["work_language"],
            tags=tuple(from_json(row["tags"]) or ()),
            team=teams[number],
        )
        for number, row in sorted(entries.items(), key=lambda each: str(each[0]))
    )


def find_teams(makers: Iterable[tuple[UUID, tuple[object, object]]]) -> dict[UUID, UUID]:
    """Give every entry the first of those that it shares a maker with, directly or through others.

    makers: (entry, (person, address)) for each member of each team; either may be missing. An address counts whether or
    not its owner has confirmed: a judge who reads both works meets the same student in both.
    """
    leads: dict[UUID, UUID] = {}
    first: dict[object, UUID] = {}

    def find(entry: UUID) -> UUID:
        while leads[entry] != entry:
            entry = leads[entry]
        return entry

    for entry, (person, address) in makers:
        leads.setdefault(entry, entry)
        for key in (str(person) if person else "", str(address or "").strip().casefold()):
            if key:
                mine, theirs = sorted((find(entry), find(first.setdefault(key, entry))), key=str)
                leads[theirs] = mine
    return {entry: find(entry) for entry in leads}


async def read_assignment_input(round_id: UUID) -> AssignmentInput:
    """Read a round with its admitted entries, its judges, and the pairs that are barred or published: four queries.

    Judges who have left are read where pairs of theirs still stand, without seats, so that they get nothing new.
    """
    rounds = await run_sql(
        """SELECT round.edition AS edition, round.ordinal AS ordinal, round.seed AS seed,
        round.reviews_per_entry AS reviews_per_entry, round.academics_least AS academics_least,
        round.practitioners_least AS practitioners_least, round.institution_once AS institution_once,
        round.team_once AS team_once, category.id AS category
        FROM round LEFT JOIN category ON category.edition = round.edition
        WHERE round.id = {} ORDER BY category.position""",
        round_id,
    )
    if not rounds:
        raise StorageMisuse(reason="row-missing", query="round")
    in_round, edition_id = rounds[0], UUID(str(rounds[0]["edition"]))
    pairs = await run_sql(
        """SELECT assignment.entry AS entry, assignment.judge AS judge, assignment.state AS state
        FROM assignment WHERE assignment.round = {} AND assignment.state = 'published'
        UNION ALL SELECT conflict.entry, conflict.judge, conflict.state FROM conflict
        JOIN judge ON judge.id = conflict.judge
        WHERE judge.edition = {} AND conflict.state IN ('confirmed', 'held')
        UNION ALL SELECT earlier.entry, earlier.judge, 'reviewed' FROM assignment AS earlier
        JOIN score_sheet ON score_sheet.assignment = earlier.id JOIN round AS before ON before.id = earlier.round
        JOIN round_rule ON round_rule.edition = before.edition AND round_rule.is_carried
        WHERE before.edition = {} AND before.ordinal < {} AND round_rule.ordinal = {}
        AND score_sheet.state = 'sealed'""",
        round_id,
        edition_id,
        edition_id,
        in_round["ordinal"],
        in_round["ordinal"],
    )
    published = [row for row in pairs if row["state"] == "published"]
    holding = {str(row["judge"]) for row in published}
    return AssignmentInput(
        edition_id=edition_id,
        ordinal=in_round["ordinal"],
        seed=in_round["seed"],
        reviews_per_entry=in_round["reviews_per_entry"],
        rules=RoundRules(
            academics_least=in_round["academics_least"],
            practitioners_least=in_round["practitioners_least"],
            institution_once=bool(in_round["institution_once"]),
            team_once=bool(in_round["team_once"]),
        ),
        categories=tuple(UUID(str(row["category"])) for row in rounds if row["category"] is not None),
        entries=await list_admitted(edition_id, round_id),
        judges=await _list_judges(edition_id, round_id, holding),
        conflicts=_pairs([row for row in pairs if row["state"] != "published"]),
        published=_pairs(published),
    )


async def _list_judges(edition_id: UUID, round_id: UUID, holding: set[str]) -> tuple[AssignableJudge, ...]:
    """List the judges of a round, those who have left only where they are ``holding`` a pair."""
    rows = await run_sql(
        """SELECT judge.id AS id, judge.institution AS institution, judge.kind AS kind, judge.languages AS languages,
        judge.expertise AS expertise, judge.max_entries AS max_entries, judge.is_active AS is_active,
        panel_member.category AS seat, panel_member.max_entries AS seat_max
        FROM judge LEFT JOIN panel_member ON panel_member.judge = judge.id AND panel_member.round = {}
        WHERE judge.edition = {}""",
        round_id,
        edition_id,
    )
    seats: dict[str, dict[UUID, int | None]] = {}
    for row in rows:
        if row["seat"] is not None and row["is_active"]:
            seats.setdefault(str(row["id"]), {})[UUID(str(row["seat"]))] = row["seat_max"]
    judges = {str(row["id"]): row for row in rows}
    return tuple(
        AssignableJudge(
            id=UUID(number),
            institution_id=UUID(str(row["institution"])) if row["institution"] else None,
            kind=row["kind"],
            languages=tuple(from_json(row["languages"]) or ()),
            expertise=tuple(from_json(row["expertise"]) or ()),
            categories=frozenset(seats.get(number, ())),
            max_entries=row["max_entries"] if row["is_active"] else 0,
            max_in={seat: most for seat, most in seats.get(number, {}).items() if most is not None},
        )
        for number, row in sorted(judges.items())
        if number in seats or number in holding
    )


def _pairs(rows: list[dict[str, object]]) -> tuple[PairRow, ...]:
    pairs = (PairRow(UUID(str(row["entry"])), UUID(str(row["judge"])), str(row["state"])) for row in rows)
    return tuple(sorted(pairs, key=lambda pair: (str(pair.entry_id), str(pair.judge_id))))
