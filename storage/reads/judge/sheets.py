"""The page on which a judge scores one project."""

from uuid import UUID

from storage.columns import from_json
from storage.engine import Row, read_quickly
from storage.reads.judge.files import list_blind_files
from storage.reads.judge.locks import find_sheet_lock
from storage.reads.judge.views import BlindEntry, CriterionView, EarlierMark, LevelView, MySheet, NoteView, SheetLock
from storage.tables.scoresheet import Mark, PrivateNote

__all__ = ["get_my_sheet", "list_criteria", "list_scale_levels", "list_weights_and_marks", "make_criterion"]


async def get_my_sheet(judge_id: UUID, code_name: str, *, ordinal: int | None = None) -> MySheet | None:
    """Read the scoring page of one of the judge's own projects; None for any other.

    ``ordinal`` asks for the sheet of that round; else it is the latest one that has the project.
    """
    codes = await _list_codes(judge_id, ordinal)
    if code_name not in codes:
        return None
    lock = await find_sheet_lock(judge_id, codes[code_name])
    if lock is None:
        return None
    return await _read_sheet(lock, tuple(codes))


async def _list_codes(judge_id: UUID, ordinal: int | None) -> dict[str, UUID]:
    """Read the judge's code names in the judge's own order, each with its sheet."""
    rows = await read_quickly(
        "SELECT e.code_name, s.id, r.ordinal FROM assignment a "
        "JOIN entry e ON e.id = a.entry JOIN score_sheet s ON s.assignment = a.id JOIN round r ON r.id = a.round "
        "WHERE a.judge = {} AND a.state = 'published' ORDER BY r.ordinal DESC, a.position",
        judge_id,
    )
    codes: dict[str, UUID] = {}
    for row in rows:  # a project of two rounds answers with its sheet of the later one
        if ordinal is None or row["ordinal"] == ordinal:
            codes.setdefault(row["code_name"], row["id"])
    return codes


async def _read_sheet(lock: SheetLock, codes: tuple[str, ...]) -> MySheet:
    at = codes.index(lock.code_name)
    (version,) = await read_quickly(_SHOWN, lock.entry_id, lock.id)
    return MySheet(
        id=lock.id,
        assignment_id=lock.assignment_id,
        revision=lock.revision,
        state=lock.state,
        answer=lock.answer,
        is_barred=lock.is_barred,
        abstained=lock.abstained,
        entry=BlindEntry(
            code_name=lock.code_name,
            title_ar=version["title_ar"],
            title_en=version["title_en"],
            abstract_ar=version["abstract_ar"],
            abstract_en=version["abstract_en"],
            category_ar=version["category_ar"],
            category_en=version["category_en"],
            work_language=version["work_language"],
            seconds=version["duration_seconds"],
            ai_ready_ar=version["ai_ready_ar"] or "",
            ai_ready_en=version["ai_ready_en"] or "",
            ai_text=version["ai_text"],
        ),
        files=await list_blind_files([UUID(each["id"]) for each in from_json(version["files"])], lock.id),
        levels=await list_scale_levels(lock.edition_id),
        criteria=await list_criteria(lock.category_id),
        marks={each["criterion"]: each["step"] for each in await Mark.select().where(Mark.sheet == lock.id)},
        earlier=await _list_earlier(lock),
        notes=tuple(
            NoteView(each["id"], each["second"], each["content"])
            for each in await PrivateNote.select().where(PrivateNote.sheet == lock.id).order_by(PrivateNote.made_at)
        ),
        comment_team=lock.comment_team,
        comment_committee=lock.comment_committee,
        comment_levels=lock.comment_levels,
        steps=lock.steps,
        stage=lock.stage,
        round_state=lock.round_state,
        closes_at=lock.closes_at,
        saved_at=version["saved_at"],
        sealed_at=version["sealed_at"],
        position=at + 1,
        n_cards=len(codes),
        previous_code=codes[at - 1] if at else None,
        next_code=codes[at + 1] if at + 1 < len(codes) else None,
    )


_SHOWN = """SELECT v.title_ar, v.title_en, v.abstract_ar, v.abstract_en, v.work_language, v.duration_seconds, v.ai_text,
    v.files, c.name_ar AS category_ar, c.name_en AS category_en, s.saved_at, s.sealed_at,
    t.text_ar AS ai_ready_ar, t.text_en AS ai_ready_en
    FROM entry_version v JOIN category c ON c.id = v.category CROSS JOIN score_sheet s
    LEFT JOIN ai_statement t ON t.edition = c.edition AND t.slug = v.ai_slug
    WHERE v.entry = {} AND v.is_current AND s.id = {}"""


async def _list_earlier(lock: SheetLock) -> tuple[EarlierMark, ...]:
    """Read this judge's marks on the same criteria in other projects of the round."""
    rows = await read_quickly(
        "SELECT m.criterion, m.step FROM mark m "
        "JOIN score_sheet s ON s.id = m.sheet JOIN assignment a ON a.id = s.assignment "
        "WHERE a.judge = {} AND a.round = {} AND s.id <> {} ORDER BY m.step",
        lock.judge_id, lock.round_id, lock.id,
    )  # fmt: skip
    return tuple(EarlierMark(row["criterion"], row["step"]) for row in rows)


async def list_criteria(category_id: UUID) -> tuple[CriterionView, ...]:
    """Read a category's rubric in its order."""
    rows = await read_quickly(
        "SELECT id, slug, weight, name_ar, name_en, ask_ar, ask_en, anchors_ar, anchors_en FROM criterion "
        "WHERE category = {} ORDER BY position",
        category_id,
    )
    return tuple(make_criterion(row) for row in rows)


def make_criterion(row: Row) -> CriterionView:
    """Make a criterion of its row."""
    return CriterionView(
        id=row["id"],
        slug=row["slug"],
        weight=row["weight"],
        name_ar=row["name_ar"],
        name_en=row["name_en"],
        ask_ar=row["ask_ar"],
        ask_en=row["ask_en"],
        anchors_ar=tuple(from_json(row["anchors_ar"])),
        anchors_en=tuple(from_json(row["anchors_en"])),
    )


async def list_weights_and_marks(category_id: UUID, sheet_id: UUID) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """Read the weight of each criterion of a category's rubric, and the steps marked on a sheet."""
    rows = await read_quickly(
        "SELECT c.id, c.weight, m.step FROM criterion c LEFT JOIN mark m ON m.criterion = c.id AND m.sheet = {} "
        "WHERE c.category = {}",
        sheet_id, category_id,
    )  # fmt: skip
    return (
        {row["id"]: row["weight"] for row in rows},
        {row["id"]: row["step"] for row in rows if row["step"] is not None},
    )


async def list_scale_levels(edition_id: UUID) -> tuple[LevelView, ...]:
    """Read the scale's levels, lowest first."""
    rows = await read_quickly(
        "SELECT level, first_step, last_step, name_ar, name_en FROM scale_level WHERE edition = {} ORDER BY level",
        edition_id,
    )
    return tuple(
        LevelView(row["level"], tuple(range(row["first_step"], row["last_step"] + 1)), row["name_ar"], row["name_en"])
        for row in rows
    )
