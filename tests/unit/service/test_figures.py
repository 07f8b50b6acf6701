"""The figures that publication freezes: each category told by the run that its decision rests on."""

from datetime import timedelta

from service.actors import Role
from service.usecases.deciding.signing import approve_decision, sign_decision
from service.usecases.publishing.figures import count_figures
from service.usecases.ranking.runs import compute_ranking
from storage.reads.decisions import find_last_run, read_decided
from storage.tables.scoresheet import ScoreSheet
from tests.competition import Competition


async def test_a_category_s_figures_and_fingerprints_are_those_of_the_run_that_it_was_decided_on(ranked: Competition):
    first, second = await ranked.find_category("documentary"), await ranked.find_category("podcast")
    older = await find_last_run(ranked.round_id)
    now = ranked.judged + timedelta(days=1)
    decision = await ranked.place({"id": first})
    for actor in (ranked.chair, ranked.actors[Role.MEMBER]):
        await sign_decision(actor, decision, now=now)
    await approve_decision(ranked.chair, decision, now=now)
    before = await count_figures(ranked.edition_id, ranked.round_id, await read_decided(ranked.round_id))
    whole = {line["entry"]: line for each in older.output["categories"].values() for line in each}
    sheets = await ScoreSheet.select(ScoreSheet.id, ScoreSheet.assignment.entry.category.as_alias("category"))
    for category in (first, second):
        mine = next(each["id"] for each in sheets if each["category"] == category)
        await ScoreSheet.update({ScoreSheet.state: "set-aside"}).where(ScoreSheet.id == mine)
    await compute_ranking(ranked.actors[Role.SECRETARY], ranked.round_id, now=now)
    newer = await find_last_run(ranked.round_id)
    await ranked.place({"id": second})

    figures = await count_figures(ranked.edition_id, ranked.round_id, await read_decided(ranked.round_id))

    assert [each["ordinal"] for each in before["runs"]] == [1]
    assert [(each["ordinal"], each["categories"], each["output_hash"]) for each in figures["runs"]] == [
        (1, [str(first)], older.output_hash), (2, [str(second)], newer.output_hash)
    ]  # fmt: skip
    assert older.output_hash != newer.output_hash
    told = older.output["categories"][str(first)] + newer.output["categories"][str(second)]
    counts = [line["reviews"] for line in told]
    assert figures["reviews"] == [min(counts), max(counts)]
    assert figures["moved"] == sum(line["rank"] != line["raw_rank"] for line in told)
    of_newer = [line["reviews"] for each in newer.output["categories"].values() for line in each]
    assert sorted(counts) != sorted(of_newer)
    by_judge = [judge["reviews"] for judge in older.output["judges"]]
    assert before["judged"] == [min(by_judge), max(by_judge)]
    assert len(whole) == before["entries"]
