"""Two rounds: who goes on by the sealed rule, what the second round counts, and that nothing is decided before it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from service.actors import Actor, JudgeActor, Role
from service.errors import NotAllowed, StaleRevision
from service.usecases.deciding.decisions import open_decision
from service.usecases.judging.sheets import seal_sheet
from service.usecases.ranking.shortlists import NoFurtherRound, RoundFollows, choose_shortlist, make_shortlist
from service.usecases.setup.opening import open_judging
from service.usecases.setup.rules import rules_fingerprint
from storage.reads.committee.rounds import ShortlistLine
from storage.reads.decisions import count_set_aside, find_last_run, list_categories
from storage.reads.entrant.outcome import find_outcome
from storage.reads.judge.lists import get_my_list
from storage.reads.judge.sheets import get_my_sheet
from storage.reads.marks import read_marks
from storage.reads.matrices import read_assignment_input
from storage.reads.public.rules import find_edition_rules
from storage.rows import get_row
from storage.tables.edition import Edition
from storage.tables.further_round import RoundRule, ShortlistEntry
from storage.tables.panel import PanelMember, Round
from storage.tables.scoresheet import ScoreSheet
from tests.competition import JUDGED, Competition, make_competition, make_plan

BEGINS, ENDS = JUDGED + timedelta(days=3), JUDGED + timedelta(days=10)


def line(rank: int) -> ShortlistLine:
    return ShortlistLine(UUID(int=rank * 10 + len(str(rank))), UUID(int=1), f"DOC-{rank}", "", "", rank, 50.0, None)


def test_ties_on_the_last_rank_go_on_together_and_unranked_entries_do_not():
    shared = replace(line(2), entry_id=UUID(int=99))
    lines = [line(1), line(2), shared, line(4), replace(line(0), entry_id=UUID(int=98))]

    assert choose_shortlist(lines, 2) == {line(1).entry_id, line(2).entry_id, shared.entry_id}
    assert choose_shortlist(lines, 3) == choose_shortlist(lines, 2)


async def reach_second_round(*, is_carried: bool) -> tuple[Competition, UUID]:
    """Judge and rank a first round of six entries by three judges; one entry of each category goes on."""
    rule = {
        "ordinal": 2, "takes": 1, "reviews_per_entry": 2, "is_carried": is_carried, "begins_at": BEGINS,
        "ends_at": ENDS,
    }  # fmt: skip
    competition = await make_competition(plan=replace(make_plan(max_entries_per_judge=6), further_rounds=[rule]))
    await competition.reach_judging(n_entries=6)
    await competition.judge_all()
    await competition.end_judging()
    await competition.rank()
    first = competition.round_id
    run = await find_last_run(first)
    assert run is not None
    following = await make_shortlist(competition.chair, first, seen=run.ordinal, now=JUDGED + timedelta(days=1))
    return competition, following


async def judge_second(competition: Competition, judges: list[JudgeActor], step: int) -> None:
    """Every judge marks all of the second round alike and seals it."""
    for judge in judges:
        for at in range(len(await competition.list_codes(judge))):
            sheet = await competition.sheet(judge, at)
            if sheet.state == "draft":
                await competition.mark(judge, sheet, [step] * len(sheet.criteria), now=BEGINS)
                await seal_sheet(judge, sheet.id, now=BEGINS + timedelta(hours=1))


@pytest.mark.usefixtures("database")
async def test_the_first_of_each_category_go_on_and_fresh_marks_alone_count():
    competition, following = await reach_second_round(is_carried=False)
    first = competition.round_id
    listed = await ShortlistEntry.select().where(ShortlistEntry.round == following)
    goes_on = {row["entry"] for row in listed if row["is_in"]}
    given = await read_assignment_input(following)

    assert len(listed) == 6
    assert [row["rank"] for row in listed if row["is_in"]] == [1, 1]
    assert {each.id for each in given.entries} == goes_on
    assert await PanelMember.count().where(PanelMember.round == following) == 6
    assert [row["state"] for row in await Round.select(Round.state).order_by(Round.ordinal)] == ["decided", "planned"]
    assert await Edition.select(Edition.state) == [{"state": "judging"}]

    competition.round_id = following
    await competition.assign()
    await open_judging(competition.chair, following, objects=competition.objects, now=BEGINS)
    judges = competition.judges
    cards = {code.code_name for judge in judges for code in (await get_my_list(judge.id, now=BEGINS)).cards}
    await judge_second(competition, judges, 6)
    marks = await read_marks(following)
    mine = await get_my_list(judges[0].id, now=BEGINS)
    again = await get_my_sheet(judges[0].id, mine.earlier[0].code_name, ordinal=1)
    rules = await find_edition_rules(competition.edition_id)

    n_earlier = [len((await get_my_list(judge.id, now=BEGINS)).earlier) for judge in judges]

    assert sum(n_earlier) == 6 * 2
    assert {each.ordinal for each in mine.earlier} == {1}
    assert again is not None
    assert again.state == "sealed"
    assert rules is not None
    assert [(each.takes, each.is_carried) for each in rules.further_rounds] == [(1, False)]
    assert cards == {each.code_name for each in given.entries}
    assert {each.id for each in marks.entries} == goes_on
    assert {each.step for each in marks.marks} == {6}
    assert len(marks.marks) == 2 * 2 * 2
    assert len((await read_marks(first)).marks) == 6 * 2 * 2


@pytest.mark.usefixtures("database")
async def test_carried_marks_count_beside_those_of_other_judges():
    competition, following = await reach_second_round(is_carried=True)
    fresh = [await competition.seat(f"Second {at}") for at in range(2)]
    for judge in fresh:
        assert await PanelMember.exists().where((PanelMember.round == following) & (PanelMember.judge == judge.id))
    before = {(each.entry_id, each.judge_id) for each in (await read_marks(competition.round_id)).marks}
    competition.round_id = following

    await competition.assign()
    await open_judging(competition.chair, following, objects=competition.objects, now=BEGINS)
    await judge_second(competition, competition.judges, 8)
    marks = await read_marks(following)

    goes_on = {each.id for each in marks.entries}
    pairs = {(each.entry_id, each.judge_id) for each in marks.marks}
    assert len(goes_on) == 2
    assert {pair for pair in before if pair[0] in goes_on} < pairs
    assert len(pairs) == 2 * (2 + 2), "nobody reviews again what counts on"

    kept = (ScoreSheet.assignment.entry.is_in(list(goes_on))) & (ScoreSheet.assignment.round != following)
    sheet = await ScoreSheet.select(ScoreSheet.id).where(kept).first()
    assert sheet is not None
    await ScoreSheet.update({ScoreSheet.state: "set-aside"}).where(ScoreSheet.id == sheet["id"])
    again = await read_marks(following)
    assert again.n_set_aside == await count_set_aside(following) == 1, "a sheet of the first round is missed in both"
    assert len(again.marks) < len(marks.marks)


@pytest.mark.usefixtures("database")
async def test_nothing_is_decided_before_the_last_round_and_a_shortlist_is_made_once():
    rule = {
        "ordinal": 2, "takes": 1, "reviews_per_entry": 2, "is_carried": False, "begins_at": BEGINS, "ends_at": ENDS,
    }  # fmt: skip
    plan = replace(make_plan(), further_rounds=[rule])
    competition = await make_competition(plan=plan)
    await competition.reach_ranked()
    category = (await list_categories(competition.edition_id))[0]
    now = JUDGED + timedelta(days=1)
    secretary: Actor = competition.actors[Role.SECRETARY]

    with pytest.raises(RoundFollows):
        await open_decision(competition.chair, competition.round_id, category["id"], now=now)
    with pytest.raises(NotAllowed):
        await make_shortlist(secretary, competition.round_id, seen=1, now=now)
    with pytest.raises(StaleRevision):
        await make_shortlist(competition.chair, competition.round_id, seen=0, now=now)
    following = await make_shortlist(competition.chair, competition.round_id, seen=1, now=now)
    with pytest.raises(NoFurtherRound):
        await make_shortlist(competition.chair, following, seen=1, now=now)

    assert await Round.count() == 2
    sealed = await rules_fingerprint(competition.edition_id)
    assert sealed == (await get_row(Edition.select(Edition.fingerprint)))["fingerprint"]
    await RoundRule.update({RoundRule.takes: 2}).where(RoundRule.ordinal == 2)
    assert await rules_fingerprint(competition.edition_id) != sealed


@pytest.mark.usefixtures("database")
async def test_a_whole_second_round_is_decided_and_those_who_stayed_are_told_their_outcome():
    """R072."""
    competition, following = await reach_second_round(is_carried=False)
    competition.round_id = following
    await competition.assign()
    await open_judging(competition.chair, following, objects=competition.objects, now=BEGINS)
    await judge_second(competition, competition.judges, 7)
    competition.judged = ENDS
    await competition.end_judging()
    await competition.rank()
    await competition.decide()
    stayed = await get_row(ShortlistEntry.select().where(ShortlistEntry.is_in.eq(False)))
    went = await get_row(ShortlistEntry.select().where(ShortlistEntry.is_in.eq(True)))

    told = await find_outcome(stayed["entry"], competition.edition_id)
    honoured = await find_outcome(went["entry"], competition.edition_id)

    assert told is not None
    assert told.score is not None
    assert told.honour_en == ""
    assert honoured is not None
    assert honoured.honour_en == "Place 1"
