"""The page of appeals: whose marks an upheld one leaves out, and what it cannot do for an excluded project."""

from datetime import timedelta

from service.actors import Role
from service.usecases.deciding.appeals import lodge_appeal
from service.usecases.ranking.runs import compute_ranking
from storage.reads.committee.decision import list_decisions
from storage.reads.decisions import list_categories
from storage.rows import get_row
from storage.tables.appeal import Appeal
from storage.tables.conflict import Conflict
from storage.tables.entry import Entry
from storage.tables.scoresheet import ScoreSheet
from tests.competition import NOTICE
from tests.conftest import post
from tests.web.committee.conftest import House

PAGE = "/en/committee/appeals"


async def lodge(told: House, ground: str = "conflict") -> tuple[str, str]:
    """A team appeals, because of a conflict unless told otherwise; the number of its entry and the appeal's address."""
    competition = told.competition
    told.clock.set(NOTICE + timedelta(days=1))
    number, entrant = next(iter(competition.entrants.items()))
    words = "One of the judges taught two of our team in the very course that it was made for."
    await lodge_appeal(
        entrant, number, ground=ground, content=words, file=None, objects=competition.objects, now=told.clock()
    )
    return number, f"{PAGE}/{(await get_row(Appeal.select(Appeal.id)))['id']}"


async def test_the_judges_whose_marks_no_longer_count_are_chosen_and_named_to_the_second_member(told: House):
    _, appeal = await lodge(told)
    chair, member = await told.client("chair"), await told.client("member")
    said = {"verdict": "upheld", "answer": "The tie was there."}
    shown = (await chair.get(PAGE)).text
    judges = [part.split('"')[0] for part in shown.split('name="judges" value="')[1:]]
    assert len(judges) > 1

    nobody = await post(chair, f"{appeal}/propose", said, page=PAGE)
    one = await post(chair, f"{appeal}/propose", said | {"judges": judges[0]}, page=PAGE)

    assert nobody.status_code == 422
    assert "choose the judge whose marks no longer count" in nobody.text
    assert "The tie was there." in nobody.text
    assert one.status_code == 303
    read = (await member.get(PAGE)).text
    assert "These judges' marks on the project are to be set aside" in read.replace("&#39;", "'")
    assert read.count('<li class="tag"><bdi>Judge') == 1


async def test_an_upheld_appeal_on_a_mark_says_what_was_set_aside_and_what_is_to_be_done_next(told: House):
    _, appeal = await lodge(told, "score")
    chair, member = await told.client("chair"), await told.client("member")
    shown = (await chair.get(PAGE)).text
    judge = shown.split('name="judges" value="')[1].split('"')[0]
    said = {"verdict": "upheld", "answer": "The judge says that it was meant for another.", "judges": judge}

    proposed = await post(chair, f"{appeal}/propose", said, page=PAGE)
    agreed = await post(member, f"{appeal}/confirm", {}, page=PAGE)

    assert "Nobody but the judge writes a mark" in shown
    assert proposed.status_code == agreed.status_code == 303
    read = (await chair.get(PAGE)).text.replace("&#39;", "'")
    assert "These judges' marks on the project were set aside" in read
    assert read.count('<li class="tag"><bdi>Judge') == 1
    assert "compute the ranking anew, then write the places on it" in read
    competition = told.competition
    (slug,) = [
        each["slug"]
        for each in await list_categories(competition.edition_id)
        if (await list_decisions(competition.round_id)).get(each["id"]) == "open"
    ]
    assert "compute it again" in (await (await told.client("secretary")).get("/en/committee")).text
    for name in ("decision", "ranking"):
        assert "counts a sheet that was set aside since" in (await chair.get(f"/en/committee/{name}/{slug}")).text
    await compute_ranking(competition.actors[Role.SECRETARY], competition.round_id, now=told.clock())
    decided = await list_decisions(competition.round_id)
    for category in await list_categories(competition.edition_id):
        state = decided.get(category["id"])
        ranking = (await chair.get(f"/en/committee/ranking/{category['slug']}")).text
        minutes = (await chair.get(f"/en/committee/minutes/{category['slug']}")).text
        decision = (await chair.get(f"/en/committee/decision/{category['slug']}")).text
        if state == "approved":
            assert "This decision rests on run 1" in decision
            assert "This decision rests on run 1" in ranking
            assert "Run 1, made" in minutes
        elif state == "open":
            assert "These places were written on run 1" in decision
            assert "Write the places on the newer run" in decision
            assert f'action="/en/committee/decision/{category["slug"]}/sign"' not in decision
    assert "Decided on run 1; run 2 was computed since." in (await chair.get("/en/committee/publish")).text
    assert "compute it again" not in (await (await told.client("secretary")).get("/en/committee")).text
    assert "counts a sheet" not in (await chair.get(f"/en/committee/decision/{slug}")).text
    sheets = (await chair.get("/en/committee/sheets")).text
    assert "An appeal was upheld:" in sheets
    assert said["answer"] in sheets
    before = (await chair.get("/en/committee/publish/preview/method")).text
    await competition.place({"id": await competition.find_category(slug)})
    assert f'action="/en/committee/decision/{slug}/sign"' in (await chair.get(f"/en/committee/decision/{slug}")).text
    after = (await chair.get("/en/committee/publish/preview/method")).text
    assert "Decided on run" not in before
    assert before.count('class="digest"') == 2
    assert after.index("Decided on run 1") < after.index("Decided on run 2")
    assert after.count('class="digest"') == 4


async def test_an_excluded_project_s_appeal_says_what_upholding_it_cannot_do(told: House):
    number, _ = await lodge(told)
    chair = await told.client("chair")
    note = "the project is not judged in this edition"
    before = (await chair.get(PAGE)).text
    await Entry.update({Entry.state: "excluded"}).where(Entry.entry_number == number)

    after = (await chair.get(PAGE)).text

    assert note not in before
    assert note in after


async def test_the_chair_has_another_judge_review_a_project_in_place_of_a_sheet_left_out(told: House):
    _, appeal = await lodge(told, "score")
    chair, member = await told.client("chair"), await told.client("member")
    judge = (await chair.get(PAGE)).text.split('name="judges" value="')[1].split('"')[0]
    said = {"verdict": "upheld", "answer": "The judge says that it was meant for another.", "judges": judge}
    await post(chair, f"{appeal}/propose", said, page=PAGE)
    await post(member, f"{appeal}/confirm", {}, page=PAGE)
    asking = (await chair.get(PAGE)).text.split('href="/en/committee/follow-up-reviews?only=')[1].split('"')[0]
    assert "follow-up-reviews" not in (await member.get(PAGE)).text.split("<main")[1]
    reviews = f"/en/committee/follow-up-reviews?only={asking}"
    shown = (await chair.get(reviews)).text
    assert "outcomes stay as they were told" in shown
    pair = shown.split('name="pairs" value="')[1].split('"')[0]
    due = (told.clock() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")

    asked = await post(
        chair, "/en/committee/follow-up-reviews",
        {"pairs": pair, "due_at": due, "reason": "In place of a sheet left out", "only": asking}, page=reviews,
    )  # fmt: skip

    assert asked.status_code == 303
    plan = (await chair.get("/en/committee/progress/reminders")).text
    assert "for sheets given until" in plan
    assert plan.count('name="judge"') == 1
    number = next(at for at, each in enumerate(told.competition.judges) if str(each.id) == pair.split(":")[1])
    reader = await told.client(f"judge{number}")
    listed = (await reader.get("/en/judging")).text
    assert f'href="/en/judging/{asking}' in listed
    assert "The round closed" not in listed
    assert "Only sheets sealed before" in listed
    sheet = f"/en/judging/{asking}"
    first = await post(reader, f"{sheet}/conflict", {"answer": "no"}, page=f"{sheet}/conflict")
    assert first.status_code == 303
    marked = (await reader.get(sheet)).text
    fields = [part.split('"')[0] for part in marked.split('name="mark-')[1:]]
    marks = {f"mark-{each}": "6" for each in fields}
    saved = await post(reader, sheet, marks | {"comment_team": "Well made.", "done": "1"}, page=sheet)
    assert saved.status_code == 303, saved.text
    review = "/en/judging/review"
    assert "Seal" in (await reader.get(review)).text
    sealed = await post(reader, review, {"confirm": "yes"}, page=review)
    assert sealed.status_code == 303, sealed.text
    assert await ScoreSheet.exists().where(
        (ScoreSheet.assignment.due_at > told.clock()) & (ScoreSheet.state == "sealed")
    )
    assert "Close the round" in (await chair.get("/en/committee")).text
    slug = (await chair.get("/en/committee/ranking", follow_redirects=False)).headers["location"].rpartition("/")[2]
    for name in ("decision", "ranking"):
        assert "The round is not closed yet" in (await chair.get(f"/en/committee/{name}/{slug}")).text
    closed = await post(chair, "/en/committee/close-round", {}, page="/en/committee")
    assert closed.status_code == 303


async def test_ties_left_open_are_not_decided_once_teams_were_told_and_the_page_says_what_is_done(
    told: House,
):
    chair, page = await told.client("chair"), "/en/committee/conflicts"
    number, _ = await lodge(told)
    note = "ties are not decided here any more"
    before = (await chair.get(page)).text
    entry = await get_row(Entry.select(Entry.id).where(Entry.entry_number == number))
    await Conflict.insert(
        Conflict(
            judge=told.competition.judges[0].id, entry=entry["id"], source="institution", facts="{}", kind="",
            state="proposed", note="", reason="", made_at=told.clock(),
        )
    )  # fmt: skip

    after = (await chair.get(page)).text

    assert note not in before
    assert note in after
    assert 'name="decision"' not in after


async def test_after_telling_reviews_are_offered_only_in_the_category_that_an_appeal_gave_back(told: House):
    _, appeal = await lodge(told, "score")
    chair, member = await told.client("chair"), await told.client("member")
    page = "/en/committee/follow-up-reviews"
    await post(chair, f"{appeal}/propose", {"verdict": "upheld", "answer": "The mark was another's."}, page=PAGE)
    await post(member, f"{appeal}/confirm", {}, page=PAGE)
    stand = await list_decisions(told.competition.round_id)
    codes = {row["code_name"]: stand[row["category"]] for row in await Entry.select(Entry.code_name, Entry.category)}

    shown = (await chair.get(f"{page}?{'&'.join(f'only={each}' for each in codes)}")).text

    offered = {each for each in codes if each in shown.split('name="pairs"', 1)[-1].split("</fieldset>")[0]}
    assert set(codes.values()) == {"open", "approved"}
    assert offered == {each for each, state in codes.items() if state == "open"}
