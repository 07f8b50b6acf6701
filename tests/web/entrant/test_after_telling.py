"""Once entrants are told: the outcome, a question, an appeal, each in the team's own hands and nobody else's."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from service.actors import Actor, Role
from service.settings import Settings
from service.usecases.setup.edition_plan import create_edition
from storage.reads.decisions import find_last_run
from storage.tables.appeal import Appeal, ChosenComment, HelpAnswer, Question
from storage.tables.award import Award
from storage.tables.edition import Edition, TimelineDate
from storage.tables.entry import Entry
from storage.tables.scoresheet import ScoreSheet
from tests.competition import NOTICE, PUBLISH, Competition, make_plan
from tests.conftest import SetClock, World, csrf_in, post
from tests.program import get_program

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
REASON = "The total shown on the page is not the sum of its parts as the rules ask for."


class Told(World):
    """A world of a competition whose entrants were told; ``number`` is the first entry's."""

    competition: Competition
    number: str


@pytest.fixture
async def told(notified: Competition, settings: Settings) -> AsyncIterator[Told]:
    clock = SetClock(NOTICE + timedelta(hours=1))
    app = await get_program(settings, clock)
    numbers = list(notified.entrants)
    actors: dict[str, Actor] = {role.value: actor for role, actor in notified.actors.items()}
    actors |= {"mine": notified.entrants[numbers[0]], "other": notified.entrants[numbers[1]]}
    made = Told(app, settings, clock, notified.edition_id, actors)
    made.competition, made.number = notified, numbers[0]
    await app.state.objects.prepare()
    async with made.exit:
        yield made


async def line_of(told: Told) -> dict[str, object]:
    """The entry's own line of the run, as the committee has it."""
    entry = await Entry.select(Entry.id).where(Entry.entry_number == told.number).first()
    run = await find_last_run(told.competition.round_id)
    assert run is not None
    assert entry is not None
    lines = [line for each in run.output["categories"].values() for line in each]
    found: dict[str, object] = next(line for line in lines if line["entry"] == str(entry["id"]))
    return found


async def lodge(told: Told, who: str, *, file: tuple[str, bytes] | None = None, **typed: str):
    browser = await told.client(who)
    page = await browser.get(f"/en/entries/{told.number}/appeal")
    token = csrf_in((await browser.get("/en/account")).text)
    files = {"file": (*file, "application/pdf")} if file else {"file": ("", b"", "application/octet-stream")}
    data = {"ground": "score", "content": REASON} | typed
    assert page.status_code == 200 or who != "mine"
    return await browser.post(f"/en/entries/{told.number}/appeal?csrf={token}", data=data, files=files)


@pytest.mark.parametrize("lang", ["ar", "en"])
async def test_the_outcome_shows_levels_and_steps_that_add_up_and_neither_rank_nor_judge(told: Told, lang: str):
    line = await line_of(told)
    shown = (await (await told.client("mine")).get(f"/{lang}/entries/{told.number}/feedback")).text

    parts = line["parts"]
    assert isinstance(parts, dict)
    assert f"{line['score']:.1f}" in shown
    assert f"{parts['raw']:.1f}" in shown
    drawn = shown[shown.index('class="table parts') :]
    figures = [float(each) for each in re.findall(r">([+\u2212-]?\d+\.\d)<", drawn.replace("\u2212", "-"))]
    assert figures[0] + sum(figures[1:5]) == pytest.approx(figures[5], abs=0.051)
    for judge in told.competition.judges:
        assert judge.actor.name not in shown
        assert str(judge.id) not in shown
    assert str(line["code_name"]) not in shown
    told_of_judges = [f"{each['told']:.2f}" for each in line["by_review"]]  # type: ignore[attr-defined]
    assert not any(each in shown for each in told_of_judges)


async def test_comments_that_the_committee_chose_reach_the_team_and_others_do_not(told: Told):
    entry = await Entry.select(Entry.id).where(Entry.entry_number == told.number).first()
    assert entry is not None
    sheets = await ScoreSheet.select(ScoreSheet.id).where(ScoreSheet.assignment.entry == entry["id"])
    await ChosenComment.insert(
        ChosenComment(entry=entry["id"], sheet=sheets[0]["id"], position=1, content="A calm opening.", chosen_at=NOTICE)
    )

    shown = (await (await told.client("mine")).get(f"/en/entries/{told.number}/feedback")).text

    assert "A calm opening." in shown
    assert "Well made." not in shown  # what every judge wrote, and nobody chose


@pytest.mark.parametrize("path", ["feedback", "appeal", "questions"])
async def test_another_team_finds_nothing_there(told: Told, path: str):
    other = await told.client("other")

    mine = await other.get(f"/en/entries/{told.number}/{path}")
    unknown = await other.get(f"/en/entries/2027-XXXX/{path}")

    assert mine.status_code == unknown.status_code == 404
    strip = re.compile(r"[0-9a-f]{16,64}|2027-\w+|small-2027-\w+")
    assert len(strip.sub("", mine.text)) == pytest.approx(len(strip.sub("", unknown.text)), abs=60)


async def test_before_anybody_is_told_there_is_no_outcome_to_read(told: Told):
    mine = await told.client("mine")
    await told.set_stage("deciding")

    assert (await mine.get(f"/en/entries/{told.number}/feedback")).status_code == 409
    assert "/feedback" not in (await mine.get(f"/en/entries/{told.number}")).text


async def test_an_appeal_is_lodged_once_with_its_file_and_can_be_followed(told: Told):
    answer = await lodge(told, "mine", file=("proof.pdf", PDF))
    again = await lodge(told, "mine")

    row = await Appeal.select().first()
    assert answer.status_code == 303
    assert again.status_code == 409
    assert row is not None
    assert (row["ground"], row["file_name"], row["size"]) == ("score", "proof.pdf", len(PDF))
    assert await told.app.state.objects.stat(row["object_key"]) is not None
    shown = (await (await told.client("mine")).get(f"/en/entries/{told.number}/appeal")).text
    assert "Your appeal is lodged" in shown
    assert "proof.pdf" in shown
    assert await told.work() > 0
    assert any("appeal" in str(letter["Subject"]).lower() for letter in told.letters()) or any(
        "تظلّم" in str(letter["Subject"]) for letter in told.letters()
    )


async def test_what_one_member_proposes_is_not_shown_until_another_agrees(told: Told):
    await lodge(told, "mine")
    chair = told.actors["chair"].person_id
    await Appeal.update({Appeal.state: "proposed", Appeal.verdict: "upheld", Appeal.answer: "Secret so far"}).where(
        Appeal.proposed_by.is_null()
    )
    mine = await told.client("mine")

    before = (await mine.get(f"/en/entries/{told.number}/appeal")).text
    await Appeal.update(
        {Appeal.state: "answered", Appeal.confirmed_by: chair, Appeal.answered_at: told.clock.now}
    ).where(Appeal.state == "proposed")
    after = (await mine.get(f"/en/entries/{told.number}/appeal")).text

    assert "Secret so far" not in before
    assert "Secret so far" in after


@pytest.mark.parametrize(
    ("typed", "file"),
    [({"ground": "taste"}, None), ({"content": "Too short"}, None), ({}, ("film.mp4", b"\x00\x00\x00\x18ftypmp42"))],
)
async def test_a_form_that_cannot_be_taken_comes_back_with_what_was_typed(told: Told, typed: dict[str, str], file):
    answer = await lodge(told, "mine", file=file, **typed)

    assert answer.status_code == 422
    assert typed.get("content", REASON) in answer.text
    assert await Appeal.count() == 0


async def test_after_the_window_nothing_more_is_taken(told: Told):
    told.clock.advance(days=7)
    mine = await told.client("mine")

    late = await lodge(told, "mine")
    asked = await post(mine, f"/en/entries/{told.number}/questions", {"content": "Why?"})

    assert (late.status_code, asked.status_code) == (409, 409)
    assert await Appeal.count() == 0
    assert await Question.count() == 0


async def test_one_question_on_the_outcome_is_answered_by_the_registrar_and_copied_without_names(told: Told):
    mine, registrar = await told.client("mine"), await told.client("registrar")
    path = f"/en/entries/{told.number}/questions"
    assert (await post(mine, path, {"content": "How was the raw mean made?"})).status_code == 303
    assert (await post(mine, path, {"content": "And another?"})).status_code == 409
    queue = await registrar.get("/en/committee/questions")
    assert told.number in queue.text
    thread = f"/en/committee/questions/{told.number}"
    asked = re.search(r'name="question" value="([^"]+)"', (await registrar.get(thread)).text)
    assert asked is not None
    half = {"question": asked[1], "answer": "It is the mean of the reviews.", "for_all": "yes", "question_en": "How?"}

    refused = await post(registrar, thread, half, page=thread)
    whole = half | {"question_ar": "كيف؟", "answer_ar": "متوسط التقييمات.", "answer_en": "The mean."}
    answered = await post(registrar, thread, whole, page=thread)

    assert (refused.status_code, answered.status_code) == (422, 303)
    assert "It is the mean of the reviews." in (await mine.get(path)).text
    assert await HelpAnswer.count() == 1
    assert "متوسط التقييمات." in (await told.visitor().get("/ar/help")).text


async def test_certificates_are_the_team_s_own_and_only_once_published(told: Told):
    competition = told.competition
    numbers = {entry["entry_number"]: entry["id"] for entry in await Entry.select(Entry.id, Entry.entry_number)}
    mine = await told.client("mine")
    page = f"/en/entries/{told.number}/certificates"
    assert (await mine.get(page)).status_code == 409

    await competition.schedule()
    await competition.publish()
    honoured = {row["entry"] for row in await Award.select(Award.entry)}
    shown = (await mine.get(page)).text
    code = next(iter(re.findall(r"/certificates/([A-Z2-9-]{14})", shown)), None)

    assert (code is not None) == (numbers[told.number] in honoured)
    assert (await (await told.client("other")).get(page)).status_code == 404
    assert (await mine.get(f"{page}/AAAA-BBBB-CCCC")).status_code == 404
    if code is not None:
        given = await mine.get(f"{page}/{code}")
        assert given.headers["content-type"] == "application/pdf"
        assert given.content.startswith(b"%PDF")


async def test_a_project_keeps_its_own_edition_s_date_and_certificates_once_the_next_edition_stands(told: Told):
    competition = told.competition
    mine = await told.client("mine")
    page = f"/en/entries/{told.number}"
    link = f'href="{page}/certificates"'
    before = (await mine.get(page)).text
    await competition.schedule()
    await competition.publish()
    following = await create_edition(
        competition.actors[Role.ADMINISTRATOR], make_plan(slug="next-2028"), now=PUBLISH + timedelta(days=1)
    )
    await Edition.update({Edition.state: "open", Edition.name_en: "The next edition"}, force=True).where(
        Edition.id == following
    )
    await TimelineDate.update({TimelineDate.at: PUBLISH + timedelta(days=365)}, force=True).where(
        TimelineDate.edition == following
    )

    after = (await mine.get(page)).text

    assert link not in before
    assert "The next edition" not in after
    assert link in after
    assert f"{PUBLISH:%-d %B %Y}" in after
    assert f"{PUBLISH + timedelta(days=365):%-d %B %Y}" not in after
