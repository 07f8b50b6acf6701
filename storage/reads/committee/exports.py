"""Rows for exports: projects by code name, judges by name, nobody who entered. One query a table."""

from typing import Any
from uuid import UUID

from storage.columns import from_json
from storage.engine import run_sql

__all__ = ["list_assignment_rows", "list_conflict_rows", "list_decision_rows", "list_entry_rows", "list_mark_rows",
           "list_ranking_rows"]  # fmt: skip

Rows = list[dict[str, Any]]

_TITLES = "entry_version.title_ar AS title_ar, entry_version.title_en AS title_en"
_CATEGORY = "category.name_ar AS category_ar, category.name_en AS category_en"
_JUDGE = "person.name_ar AS judge_ar, person.name_en AS judge_en"
_VERSION = "JOIN entry_version ON entry_version.entry = entry.id AND entry_version.is_current"


async def list_entry_rows(edition_id: UUID) -> Rows:
    """Read the projects that have a code name."""
    return await run_sql(
        f"""SELECT entry.code_name AS entry, {_TITLES}, {_CATEGORY}, entry_version.work_language AS language,
        entry.state AS state,
        (SELECT count(*) FROM assignment WHERE assignment.entry = entry.id AND assignment.state = 'published')
          AS sheets,
        (SELECT count(*) FROM assignment JOIN score_sheet ON score_sheet.assignment = assignment.id
          WHERE assignment.entry = entry.id AND score_sheet.state = 'sealed') AS sealed
        FROM entry {_VERSION} JOIN category ON category.id = entry_version.category
        WHERE entry.edition = {{}} AND entry.code_name IS NOT NULL ORDER BY entry.code_name""",  # noqa: S608 - our names
        edition_id,
    )


async def list_assignment_rows(edition_id: UUID) -> Rows:
    """Read who was asked to judge what, and how far each sheet is."""
    return await run_sql(
        f"""SELECT round.ordinal AS round, entry.code_name AS entry, {_CATEGORY}, {_JUDGE},
        assignment.state AS state, assignment.position AS position, score_sheet.state AS sheet
        FROM assignment JOIN round ON round.id = assignment.round JOIN entry ON entry.id = assignment.entry {_VERSION}
        JOIN category ON category.id = entry_version.category JOIN judge ON judge.id = assignment.judge
        JOIN person ON person.id = judge.person
        LEFT JOIN score_sheet ON score_sheet.assignment = assignment.id
        WHERE round.edition = {{}} ORDER BY round.ordinal, entry.code_name, person.name_en, assignment.position""",  # noqa: S608 - our names
        edition_id,
    )


async def list_mark_rows(edition_id: UUID) -> Rows:
    """Read the marks of sealed sheets and of those set aside."""
    return await run_sql(
        f"""SELECT round.ordinal AS round, entry.code_name AS entry, {_CATEGORY}, {_JUDGE},
        criterion.name_ar AS criterion_ar, criterion.name_en AS criterion_en, criterion.weight AS weight,
        mark.step AS mark, score_sheet.state AS sheet
        FROM mark JOIN score_sheet ON score_sheet.id = mark.sheet
        JOIN assignment ON assignment.id = score_sheet.assignment JOIN round ON round.id = assignment.round
        JOIN entry ON entry.id = assignment.entry {_VERSION} JOIN category ON category.id = entry_version.category
        JOIN judge ON judge.id = assignment.judge JOIN person ON person.id = judge.person
        JOIN criterion ON criterion.id = mark.criterion
        WHERE round.edition = {{}} AND score_sheet.state IN ('sealed', 'set-aside')
          AND round.state IN ('closed', 'ranked', 'decided')
        ORDER BY round.ordinal, entry.code_name, person.name_en, criterion.position""",  # noqa: S608 - our names
        edition_id,
    )


async def list_conflict_rows(edition_id: UUID) -> Rows:
    """Read conflicts as they stand."""
    return await run_sql(
        f"""SELECT entry.code_name AS entry, {_JUDGE}, conflict.source AS source, conflict.kind AS kind,
        conflict.state AS state, conflict.note AS note, conflict.reason AS reason
        FROM conflict JOIN entry ON entry.id = conflict.entry JOIN judge ON judge.id = conflict.judge
        JOIN person ON person.id = judge.person
        WHERE entry.edition = {{}} AND entry.code_name IS NOT NULL
        ORDER BY entry.code_name, person.name_en, conflict.made_at""",  # noqa: S608 - our names
        edition_id,
    )


async def list_decision_rows(edition_id: UUID) -> Rows:
    """Read the places as decided, with what a decision says of withheld ones."""
    rows = await run_sql(
        f"""SELECT round.ordinal AS round, {_CATEGORY}, honour.place AS place, honour.name_ar AS honour_ar,
        honour.name_en AS honour_en, entry.code_name AS entry, {_TITLES}, outcome.is_shared AS is_shared,
        outcome.computed_rank AS computed_rank, outcome.reason AS reason, outcome.citation_ar AS citation_ar,
        outcome.citation_en AS citation_en, decision.state AS state
        FROM outcome JOIN decision ON decision.id = outcome.decision JOIN round ON round.id = decision.round
        JOIN category ON category.id = decision.category JOIN honour ON honour.id = outcome.honour
        JOIN entry ON entry.id = outcome.entry {_VERSION}
        WHERE round.edition = {{}} ORDER BY round.ordinal, category.position,
        COALESCE(honour.place, 1000), outcome.computed_rank""",  # noqa: S608 - our names
        edition_id,
    )
    return [row | {"is_shared": bool(row["is_shared"])} for row in rows]


async def list_ranking_rows(edition_id: UUID) -> Rows:
    """Read the lines of the standing run of each round."""
    runs = await run_sql(
        """SELECT round.ordinal AS round, ranking_run.ordinal AS run, ranking_run.output AS output
        FROM ranking_run JOIN round ON round.id = ranking_run.round
        WHERE round.edition = {} AND round.state IN ('closed', 'ranked', 'decided') AND ranking_run.ordinal =
          (SELECT max(later.ordinal) FROM ranking_run AS later WHERE later.round = round.id)
        ORDER BY round.ordinal""",
        edition_id,
    )
    names = {
        str(UUID(str(row["id"]))): row
        for row in await run_sql(
            "SELECT id, name_ar AS category_ar, name_en AS category_en FROM category WHERE edition = {}", edition_id
        )
    }
    return [
        {
            "round": run["round"], "run": run["run"], "category_ar": names[category]["category_ar"],
            "category_en": names[category]["category_en"], "entry": line["code_name"], "rank": line["rank"],
            "rank_low": line["rank_low"], "rank_high": line["rank_high"], "score": line["score"],
            "low": line["score_90"][0], "high": line["score_90"][1], "raw": line["raw"],
            "raw_rank": line["raw_rank"], "inside": line["p_inside"], "reviews": line["reviews"],
        }
        for run in runs
        for category, lines in from_json(run["output"])["categories"].items()
        for line in lines
    ]  # fmt: skip
