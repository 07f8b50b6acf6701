"""A round's rules: the kinds of judges that a project has, one judge of an institution, one project of a team."""

from collections import Counter
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed
from service.usecases.panel.assignment import AssignmentImpossible, RoundNotAssigning
from service.usecases.panel.assignment_rules import set_assignment_rules
from service.usecases.panel.redistribution import plan_redistribution
from storage.columns import from_json
from storage.reads.matrices import RoundRules, find_teams
from storage.tables.assignment import Assignment, AssignmentRun
from storage.tables.audit import AuditEvent
from storage.tables.entrant import TeamMember
from storage.tables.entry import Entry
from storage.tables.institution import Institution
from storage.tables.panel import Judge
from tests.competition import DEADLINE, JUDGING, Competition

LATER = DEADLINE + timedelta(days=4)
FREE = RoundRules(academics_least=0, practitioners_least=0, institution_once=False, team_once=False)
ONE_EACH = RoundRules(academics_least=1, practitioners_least=1, institution_once=True, team_once=True)


async def admitted(opened: Competition, n_entries: int) -> Competition:
    for at in range(n_entries):
        await opened.enter(f"Student {at}")
    await opened.close()
    await opened.admit()
    return opened


async def judges_of(competition: Competition) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for row in await Assignment.select(Assignment.entry, Assignment.judge).where(
        (Assignment.round == competition.round_id) & (Assignment.state != "removed")
    ):
        found.setdefault(row["entry"], set()).add(row["judge"])
    return found


async def set_rules(competition: Competition, rules: RoundRules) -> None:
    await set_assignment_rules(competition.actors[Role.ASSIGNER], competition.round_id, rules, now=LATER)


async def test_each_project_gets_the_kinds_of_judges_that_the_round_asks_for(opened: Competition):
    await admitted(opened, 3)
    for at, kind in enumerate(["academic", "academic", "academic", "practitioner"]):
        await opened.seat(f"Judge {at}", kind=kind)
    await set_rules(opened, ONE_EACH)

    await opened.assign()

    kinds = {row["id"]: row["kind"] for row in await Judge.select(Judge.id, Judge.kind)}
    found = await judges_of(opened)
    assert len(found) == 3
    assert all(sorted(kinds[judge] for judge in judges) == ["academic", "practitioner"] for judges in found.values())
    [run] = await AssignmentRun.select(AssignmentRun.parameters)
    assert from_json(run["parameters"])["rules"]["practitioners_least"] == 1


async def test_without_one_of_a_kind_the_refusal_names_the_projects_the_kind_and_the_ways_out(opened: Competition):
    await admitted(opened, 2)
    for at in range(3):
        await opened.seat(f"Judge {at}")
    await set_rules(opened, ONE_EACH)

    with pytest.raises(AssignmentImpossible) as caught:
        await opened.assign()

    facts = caught.value.facts
    codes = {row["code_name"] for row in await Entry.select(Entry.code_name)}
    assert facts["rule"] == "role"
    assert {each["entry"] for each in facts["blocked"]} == codes
    assert {(each["kind"], each["missing"], each["free"]) for each in facts["blocked"]} == {("practitioner", 1, 0)}
    invited = next(way for way in facts["ways"] if way["kind"] == "invite")
    assert {step[2] for step in invited["steps"]} == {"practitioner"}
    assert await AssignmentRun.count() == 0


async def test_two_judges_of_one_institution_meet_on_a_project_only_where_the_round_lets_them(opened: Competition):
    await admitted(opened, 1)
    for at in range(2):
        await opened.seat(f"Judge {at}", institution="utas")

    with pytest.raises(AssignmentImpossible) as caught:
        await opened.assign()
    assert caught.value.facts["missing"] == 1
    await set_rules(opened, FREE)
    await opened.assign()

    assert [len(judges) for judges in (await judges_of(opened)).values()] == [2]


async def test_a_judge_of_the_projects_own_institution_is_barred_whatever_the_rules(opened: Competition):
    await admitted(opened, 1)
    own = await opened.seat("Own", institution="squ")
    for at in range(2):
        await opened.seat(f"Judge {at}")
    await set_rules(opened, FREE)

    await opened.assign()

    assert all(own.id not in judges for judges in (await judges_of(opened)).values())


async def test_a_judge_gets_one_of_two_projects_that_share_a_member(opened: Competition):
    await admitted(opened, 2)
    first, second = [row["id"] for row in await Entry.select(Entry.id).order_by(Entry.id)]
    lead = (await TeamMember.select(TeamMember.email).where(TeamMember.entry == first))[0]
    await TeamMember.insert(
        TeamMember(id=uuid4(), entry=second, person=None, position=2, name_ar="", name_en="",
                   email=lead["email"].upper())
    )  # fmt: skip
    for at in range(4):
        await opened.seat(f"Judge {at}")

    await opened.assign()

    loads = Counter(judge for judges in (await judges_of(opened)).values() for judge in judges)
    assert set(loads.values()) == {1}


def test_teams_are_joined_through_people_and_through_addresses_in_any_order():
    entries = sorted((uuid4() for _ in range(5)), key=str)
    makers = [
        (entries[3], ("p1", None)), (entries[1], ("p1", "a@x.om")), (entries[2], (None, " A@X.om ")),
        (entries[0], (None, None)), (entries[4], ("p9", "z@x.om")),
    ]  # fmt: skip

    found = find_teams(makers)

    assert found == find_teams(reversed(makers))
    assert [entries.index(found[entry]) for entry in entries] == [0, 1, 1, 1, 4]


async def test_rules_that_ask_for_more_judges_than_there_are_come_back_with_their_field(opened: Competition):
    await admitted(opened, 1)

    for rules, field in (
        (RoundRules(3, 0, True, True), "academics_least"),
        (RoundRules(0, -1, True, True), "practitioners_least"),
        (RoundRules(2, 1, True, True), "practitioners_least"),
    ):
        with pytest.raises(Invalid) as caught:
            await set_rules(opened, rules)
        assert [error.field for error in caught.value.errors] == [field]


async def test_rules_are_set_by_who_assigns_and_logged_once(opened: Competition):
    await admitted(opened, 1)

    with pytest.raises(NotAllowed):
        await set_assignment_rules(opened.actors[Role.REGISTRAR], opened.round_id, FREE, now=LATER)
    await set_rules(opened, FREE)
    await set_rules(opened, FREE)

    assert await AuditEvent.count().where(AuditEvent.event == "assignment-rules-set") == 1


async def test_rules_stand_once_judging_is_open(opened: Competition):
    await opened.reach_judging(n_entries=2)

    with pytest.raises(RoundNotAssigning):
        await set_assignment_rules(opened.chair, opened.round_id, FREE, now=JUDGING)


async def test_what_was_begun_against_a_rule_stays_and_the_rest_is_shared_out(opened: Competition):
    await opened.reach_judging(n_entries=3, n_judges=5)
    by_entry = await judges_of(opened)
    kept, other = next((one, another) for one in by_entry for another in by_entry if by_entry[another] - by_entry[one])
    begun = [judge for judge in opened.judges if judge.id in by_entry[kept]]
    for judge in begun:
        codes = await opened.list_codes(judge)
        code = (await Entry.select(Entry.code_name).where(Entry.id == kept))[0]["code_name"]
        await opened.mark(judge, await opened.sheet(judge, codes.index(code)), [4, 4])
    house = (await Institution.select(Institution.id).where(Institution.slug == "utas"))[0]["id"]
    await Judge.update({Judge.institution: house}).where(Judge.id.is_in([judge.id for judge in begun]))
    leaving = next(judge for judge in opened.judges if judge.id in by_entry[other] - by_entry[kept])

    plan = await plan_redistribution(opened.round_id, leaving=leaving.id)

    [change, *_] = plan.changes
    assert other in {entry for entry, _ in change.added}
    assert {judge for _, judge in change.removed} == {leaving.id}
    assert kept not in {entry for entry, _ in change.removed}
