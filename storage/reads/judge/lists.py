"""A judge's own list of projects."""

from uuid import UUID

from storage.reads.judge.views import MyCard, MyList
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict, Independence
from storage.tables.edition import Category
from storage.tables.entry import EntryVersion
from storage.tables.panel import Judge, Round
from storage.tables.rubric import Criterion
from storage.tables.scoresheet import Mark, ScoreSheet

__all__ = ["get_my_list"]


async def get_my_list(judge_id: UUID) -> MyList:
    """Read the judge's own list, in seven queries however long it is."""
    judge = (
        await Judge.select(
            Judge.edition.id.as_alias("edition"),
            Judge.edition.state.as_alias("stage"),
            Judge.edition.break_after_entries.as_alias("break_after"),
            Judge.edition.minutes_per_entry.as_alias("minutes"),
        )
        .where(Judge.id == judge_id)
        .first()
    )
    if judge is None:
        return MyList((), "draft", None, None, None, 0, 0, 0)
    shown_round = (
        await Round.select().where(Round.edition == judge["edition"]).order_by(Round.ordinal, ascending=False).first()
    )
    rows = await _list_assignments(judge_id)
    cards = await _make_cards(judge_id, rows)
    removed = await Assignment.count().where((Assignment.judge == judge_id) & (Assignment.state == "removed"))
    return MyList(
        cards=cards,
        stage=judge["stage"],
        round_state=shown_round["state"] if shown_round else None,
        opens_at=shown_round["opens_at"] if shown_round else None,
        closes_at=shown_round["closes_at"] if shown_round else None,
        n_removed=removed,
        break_after=judge["break_after"],
        minutes_per_entry=judge["minutes"],
    )


async def _list_assignments(judge_id: UUID) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = (
        await Assignment.select(
            Assignment.id,
            Assignment.entry.as_alias("entry"),
            Assignment.position,
            Assignment.entry.code_name.as_alias("code_name"),
        )
        .where((Assignment.judge == judge_id) & (Assignment.state == "published"))
        .order_by(Assignment.position)
    )
    return rows


async def _make_cards(judge_id: UUID, rows: list[dict[str, object]]) -> tuple[MyCard, ...]:
    if not rows:
        return ()
    ids = [row["id"] for row in rows]
    entries = [row["entry"] for row in rows]
    versions = {
        each["entry"]: each
        for each in await EntryVersion.select().where(
            EntryVersion.entry.is_in(entries) & EntryVersion.is_current.eq(True)
        )
    }
    categories = {each["id"]: each for each in await Category.select().where(
        Category.id.is_in(list({each["category"] for each in versions.values()})))}  # fmt: skip
    sheets = {each["assignment"]: each for each in await ScoreSheet.select().where(ScoreSheet.assignment.is_in(ids))}
    marks: dict[UUID, int] = {}
    for mark in await Mark.select(Mark.sheet).where(Mark.sheet.is_in([each["id"] for each in sheets.values()])):
        marks[mark["sheet"]] = marks.get(mark["sheet"], 0) + 1
    criteria: dict[UUID, int] = {}
    for each in await Criterion.select(Criterion.category).where(Criterion.category.is_in(list(categories))):
        criteria[each["category"]] = criteria.get(each["category"], 0) + 1
    answers = {each["assignment"]: each["answer"] for each in await Independence.select().where(
        Independence.assignment.is_in(ids))}  # fmt: skip
    barred = {each["entry"] for each in await Conflict.select(Conflict.entry).where(
        (Conflict.judge == judge_id) & Conflict.state.is_in(["held", "confirmed"]))}  # fmt: skip
    cards = []
    for row in rows:
        version, sheet = versions[row["entry"]], sheets[row["id"]]
        category = categories[version["category"]]
        n_marks, n_criteria = marks.get(sheet["id"], 0), criteria.get(category["id"], 0)
        cards.append(MyCard(
            code_name=str(row["code_name"]),
            title_ar=version["title_ar"], title_en=version["title_en"],
            abstract_ar=version["abstract_ar"], abstract_en=version["abstract_en"],
            category_ar=category["name_ar"], category_en=category["name_en"],
            work_language=version["work_language"], seconds=version["duration_seconds"],
            state=_card_state(sheet, answers.get(row["id"]), n_marks, n_criteria, is_barred=row["entry"] in barred),
            n_marks=n_marks, n_criteria=n_criteria, position=int(str(row["position"])), sealed_at=sheet["sealed_at"],
        ))  # fmt: skip
    return tuple(cards)


def _card_state(sheet: dict[str, object], answer: object, n_marks: int, n_criteria: int, *, is_barred: bool) -> str:
    """Name what a project asks of its judge."""
    if sheet["state"] != "draft":
        return str(sheet["state"])
    if sheet["abstained"] is not None:
        return "abstained"
    if is_barred:
        return "held"
    if answer is None:
        return "unasked"
    if n_marks == 0:
        return "todo"
    return "complete" if n_marks == n_criteria else "draft"
