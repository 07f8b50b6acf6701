"""A run asked otherwise: answers come from what the run froze, move nothing, and are given to whom they belong."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from service.actors import Role
from service.errors import Invalid, NotAllowed, NotFound
from service.text import Words
from service.usecases.ranking.arrays import encode_round, read_inputs, score_encoded, write_inputs
from service.usecases.ranking.chair_report import report_to_chair
from service.usecases.ranking.output import tell_run
from service.usecases.ranking.questions import ask_by_method, ask_with_weights, ask_without_judge, ask_without_review
from service.web.committee.equal_scores import tell_ties
from storage.reads.committee.ranking import ComputedOrder
from storage.reads.committee.scores import find_entry_scores, find_run_figures, list_disputed, list_judge_figures
from storage.reads.decisions import RunView, find_last_run
from storage.reads.marks import CriterionRow, MarkRow, RankedEntryRow, RankedRound, find_frozen_run, read_marks
from storage.tables.result import RankingRun
from storage.tables.scoresheet import Mark
from tests.cast import NOW
from tests.competition import Competition


async def run_of(ranked: Competition) -> UUID:
    run = await find_last_run(ranked.round_id)
    assert run is not None
    return run.id


def made_round(marks: dict[tuple[int, int], tuple[int, int]], weights: tuple[int, int] = (60, 40)) -> RankedRound:
    """One category; a mark on each of two criteria by (entry, judge)."""
    edition, category = UUID(int=1), UUID(int=2)
    entries = [RankedEntryRow(UUID(int=100 + at), f"A-{at}", category) for at in range(1 + max(e for e, _ in marks))]
    judges = [UUID(int=200 + at) for at in range(1 + max(j for _, j in marks))]
    criteria = tuple(CriterionRow(UUID(int=300 + at), category, weight) for at, weight in enumerate(weights))
    return RankedRound(
        edition, 8, "raw", 800, tuple(entries), tuple(judges), criteria,
        tuple(
            MarkRow(entries[e].id, judges[j], criteria[c].id, step, j)
            for (e, j), steps in sorted(marks.items())
            for c, step in enumerate(steps)
        ),
        0,
    )  # fmt: skip


def test_equal_scores_are_told_apart_by_the_heaviest_criterion_and_the_step_is_written_down():
    given = made_round({(0, 0): (4, 5), (0, 1): (4, 5), (1, 0): (5, 4), (1, 1): (5, 4)}, (50, 50))

    encoded = encode_round(given)
    told = tell_run(encoded, score_encoded(encoded, method="raw"), set_aside=0)

    lines = told["categories"][str(UUID(int=2))]
    assert [line["code_name"] for line in lines] == ["A-1", "A-0"]
    assert lines[0]["score"] == lines[1]["score"] == pytest.approx(56.25)
    assert told["ties"][0]["criterion"] == str(given.criteria[0].id)
    assert told["ties"][0]["is_resolved"]


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ({(0, 0): (4, 5), (1, 0): (5, 4)}, ["A-0, A-1: told apart by the criterion First."]),
        (
            {(0, 0): (5, 4), (1, 0): (5, 4)},
            [
                "A-0, A-1: still equal by First, Second.",
                "A-0, A-1: equal at rank 1, for no criterion tells them apart.",
            ],
        ),
        ({(0, 0): (5, 4), (1, 0): (4, 4)}, []),
    ],
)
def test_the_committee_reads_each_step_for_equal_scores_and_what_is_left_equal(marks, said: list[str]):
    """R088."""
    given = made_round(marks, (50, 50))
    encoded = encode_round(given)
    output = tell_run(encoded, score_encoded(encoded, method="raw"), set_aside=0)
    run = RunView(UUID(int=9), 1, "raw", NOW, "", "", output)
    order = ComputedOrder(run, tuple(output["categories"][str(UUID(int=2))]), (), {})
    names = {str(each.id): (name, name) for each, name in zip(given.criteria, ("First", "Second"), strict=True)}

    told = tell_ties(order, names, Words("en"))

    assert [each.striptags() for each in told] == said


def test_inputs_written_down_and_read_again_are_the_same():
    given = made_round({(0, 0): (4, 5), (0, 1): (3, 5), (1, 0): (5, 4), (2, 1): (8, 1)})

    assert read_inputs(write_inputs(given)) == given


def test_a_criterion_of_another_category_neither_counts_nor_is_missed():
    given = made_round({(0, 0): (4, 6), (0, 1): (4, 6), (1, 0): (5, 5), (1, 1): (5, 5)})
    other = UUID(int=3)
    apart = replace(
        given,
        entries=(given.entries[0], replace(given.entries[1], category_id=other)),
        criteria=(*given.criteria, CriterionRow(UUID(int=310), other, 100)),
        marks=(
            *(each for each in given.marks if each.entry_id == given.entries[0].id),
            *(MarkRow(given.entries[1].id, judge, UUID(int=310), 7, 0) for judge in given.judges),
        ),
    )

    encoded = encode_round(apart)
    scores = score_encoded(encoded, method="raw")

    assert scores.score == pytest.approx([(0.6 * 4 + 0.4 * 6) * 12.5, 7 * 12.5])
    assert not scores.reviews.is_partial.any()
    assert scores.reviews.precision == pytest.approx([1.0, 1.0, 1.0, 1.0])


async def test_a_run_says_of_each_entry_why_its_score_is_what_it_is(ranked: Competition):
    given = await read_marks(ranked.round_id)
    asked = tuple(each.id for each in given.entries)

    scores = await find_entry_scores(ranked.round_id, asked)

    assert tuple(each.entry_id for each in scores) == asked
    for each in scores:
        steps = each.steps
        assert steps.raw + steps.severity + steps.scale + steps.weight + steps.pull == pytest.approx(
            each.score, abs=1e-5
        )
        assert sum(review.weight for review in each.reviews) == pytest.approx(1.0, abs=1e-5)
        assert set(each.rank_by_method) == {"raw", "zscore", "additive", "blup", "model"}
        assert each.rank_by_method["raw"] == each.raw_rank
        mine = {criterion.id for criterion in given.criteria if criterion.category_id == each.category_id}
        assert set(each.criteria) == mine
        for review in each.reviews:
            weighted = sum(
                review.marks[criterion.id] * criterion.weight for criterion in given.criteria if criterion.id in mine
            )
            assert review.score == pytest.approx(weighted / 100, abs=1e-5)
            assert review.told == pytest.approx(review.score + review.severity + review.scale, abs=1e-5)


async def test_neighbours_name_each_other_with_one_probability(ranked: Competition):
    given = await read_marks(ranked.round_id)
    scores = {
        each.entry_id: each for each in await find_entry_scores(ranked.round_id, tuple(e.id for e in given.entries))
    }

    for each in scores.values():
        for neighbour in each.neighbours:
            back = [n for n in scores[neighbour.entry_id].neighbours if n.entry_id == each.entry_id]
            assert [n.probability for n in back] == [neighbour.probability]
            assert scores[neighbour.entry_id].rank <= each.rank if neighbour.is_above else True


async def test_judges_and_the_run_itself_are_told_in_figures(ranked: Competition):
    judges = await list_judge_figures(ranked.round_id)
    run = await find_run_figures(ranked.round_id)

    assert run is not None
    assert {each.judge_id for each in judges} == {judge.id for judge in ranked.judges}
    severities = [each.severity for each in judges if each.severity is not None]
    assert severities == sorted(severities, reverse=True)
    assert len(run.components) == 1
    assert run.components[0].with_reviews[8] > run.components[0].with_reviews[2]
    assert await list_disputed(ranked.round_id, uuid4()) == ()


async def test_without_a_judge_the_others_decide_and_nothing_is_stored(ranked: Competition):
    run_id = await run_of(ranked)

    answer = await ask_without_judge(ranked.chair, run_id, ranked.judges[0].id)

    given = await read_marks(ranked.round_id)
    others = {each.entry_id for each in given.marks if each.judge_id != ranked.judges[0].id}
    assert {line.entry_id for line in answer.lines if line.rank_would > 0} == others
    assert answer.n_moved == sum(line.rank != line.rank_would for line in answer.lines)
    assert await RankingRun.count() == 1


async def test_an_answer_fits_its_run_even_after_marks_were_changed(ranked: Competition):
    run_id = await run_of(ranked)
    before = await ask_by_method(ranked.chair, run_id, "raw")

    await Mark.update({Mark.step: 1}, force=True)

    assert await ask_by_method(ranked.chair, run_id, "raw") == before
    frozen = await find_frozen_run(run_id)
    assert frozen is not None
    assert write_inputs(read_inputs(frozen.inputs)) == frozen.inputs


async def test_another_method_and_other_weights_are_asked_for_by_name(ranked: Competition):
    run_id = await run_of(ranked)
    criterion = (await read_marks(ranked.round_id)).criteria[0]

    plain = await ask_by_method(ranked.chair, run_id, "raw")
    same = await ask_with_weights(ranked.chair, run_id, {criterion.id: criterion.weight})

    assert plain.method == "raw"
    assert same.n_moved == 0
    assert not same.changes_places
    with pytest.raises(Invalid):
        await ask_by_method(ranked.chair, run_id, "median")
    with pytest.raises(Invalid):
        await ask_with_weights(ranked.chair, run_id, {criterion.id: -1})
    of_category = [
        each for each in (await read_marks(ranked.round_id)).criteria if each.category_id == criterion.category_id
    ]
    with pytest.raises(Invalid):
        await ask_with_weights(ranked.chair, run_id, {each.id: 0 for each in of_category})


async def test_a_sheet_that_was_never_written_cannot_be_left_out(ranked: Competition):
    run_id = await run_of(ranked)
    mark = (await read_marks(ranked.round_id)).marks[0]

    answer = await ask_without_review(ranked.chair, run_id, entry_id=mark.entry_id, judge_id=mark.judge_id)

    assert len(answer.lines) == 4
    with pytest.raises(NotFound):
        await ask_without_review(ranked.chair, run_id, entry_id=uuid4(), judge_id=mark.judge_id)
    with pytest.raises(NotFound):
        await ask_without_judge(ranked.chair, run_id, uuid4())


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.ASSIGNER, Role.OBSERVER])
async def test_who_may_not_read_the_ranking_may_not_ask_it(ranked: Competition, role: Role):
    with pytest.raises(NotAllowed):
        await ask_by_method(ranked.actors[role], await run_of(ranked), "raw")


async def test_a_run_of_another_edition_does_not_exist(ranked: Competition):
    stranger = replace(ranked.chair, edition_id=uuid4())

    with pytest.raises(NotFound):
        await ask_by_method(stranger, await run_of(ranked), "raw")


async def test_own_institutions_and_drift_are_told_to_the_chair_alone(ranked: Competition):
    """R077."""
    run_id = await run_of(ranked)

    report = await report_to_chair(ranked.chair, run_id)

    assert report.own.n_reviews >= 0
    for role in (Role.SECRETARY, Role.MEMBER):
        with pytest.raises(NotAllowed):
            await report_to_chair(ranked.actors[role], run_id)
