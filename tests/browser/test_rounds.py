"""Follow-up reviews asked for from the ranking, and a second round begun with its shortlist; in a real browser."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.sheets import seal_sheet
from storage.tables.further_round import RoundRule
from storage.tables.panel import Round
from tests.browser.conftest import ARABIC_FIRST
from tests.browser.members import House, Members, members, move, open_house, say
from tests.competition import CATEGORIES, JUDGED, JUDGING, STEPS, Competition

__all__ = ["members"]

pytestmark = pytest.mark.browser

OTHER = {"ar": "en", "en": "ar"}


async def _ranked(competition: Competition) -> None:
    """The first of two rounds is ranked, judges far apart; by the clock of this machine it closed yesterday."""
    await competition.reach_judging()
    codes = sorted({code for judge in competition.judges for code in await competition.list_codes(judge)})
    seen: Counter[str] = Counter()
    for judge in competition.judges:
        for at in range(len(await competition.list_codes(judge))):
            sheet = await competition.sheet(judge, at)
            lower = 1 + 2 * (codes.index(sheet.entry.code_name) % 2)  # no two of a category are level
            step = (lower, STEPS)[seen[sheet.entry.code_name]]
            seen[sheet.entry.code_name] += 1
            await competition.mark(judge, sheet, [step] * 2)
            await seal_sheet(judge, sheet.id, now=JUDGING)
    await competition.end_judging()
    await competition.rank()
    await RoundRule(
        edition=competition.edition_id, ordinal=2, takes=1, reviews_per_entry=2, is_carried=False,
        begins_at=JUDGED + timedelta(days=3), ends_at=JUDGED + timedelta(days=9),
    ).save()  # fmt: skip
    now = datetime.now(UTC)
    days = {Round.opens_at: now - timedelta(days=20), Round.closes_at: now - timedelta(days=1)}
    await Round.update(days).where(Round.id == competition.round_id)


async def _seal_what_waits(competition: Competition) -> None:
    """Every judge answers, marks and seals what was not sealed yet."""
    now = datetime.now(UTC)
    for number, judge in enumerate(competition.judges):
        for at in range(len(await competition.list_codes(judge))):
            sheet = await competition.read_sheet(judge, at)
            if sheet.state != "draft":
                continue
            if sheet.answer is None:
                await answer_conflict(judge, sheet.id, answer=Answer.NO, now=now)
            await competition.mark(judge, await competition.read_sheet(judge, at), [5 + number] * 2, now=now)
            await seal_sheet(judge, sheet.id, now=now)


async def _begin_now() -> None:
    """The second round's first day has come."""
    now = datetime.now(UTC)
    days = {Round.opens_at: now - timedelta(hours=1), Round.closes_at: now + timedelta(days=9)}
    await Round.update(days).where(Round.ordinal == 2)


@pytest.fixture(scope="module", params=ARABIC_FIRST)
def chairs(request: pytest.FixtureRequest) -> str:
    """The chair's language: in the soak the whole way is gone again in English."""
    return str(request.param)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, chairs: str) -> Iterator[House]:
    """A site whose first round of two is ranked, with judges who have room for more."""
    with open_house(tmp_path_factory.mktemp("rounds"), _ranked, max_entries_per_judge=6) as opened:
        yield opened


@pytest.mark.parametrize(("language", "category"), [("ar", "documentary"), ("en", "podcast")])
def test_a_review_asked_for_from_the_ranking_is_given_and_counts_in_the_next_run(
    house: House, members: Members, language: str, category: str
):
    chair, secretary = members.sign_in("chair", language), members.sign_in("secretary", language)
    ranking = f"/{language}/committee/ranking/{category}"
    reviews = f"/{language}/committee/follow-up-reviews"
    chair.goto(ranking)
    before = chair.locator(".digest").first.inner_text()
    chair.locator(f"a[href='{reviews}']").click()
    form = chair.locator(f"form[action='{reviews}']")
    form.locator("[name=reason]").fill("الفرق بين المحكّمين كبير")
    form.locator("button").click()
    expect(chair.locator(".errsum")).to_be_visible()
    form.locator("label.choice", has_text=f"{CATEGORIES[category]}-").first.locator("input").check()
    form.locator("button").click()
    chair.wait_for_url("**/follow-up-reviews?asked=1")
    expect(chair.locator(".notice.ok")).to_be_visible()
    chair.goto(ranking)
    expect(chair.locator("table.rank")).to_have_count(0)

    house.site.ask(lambda: _seal_what_waits(house.competition))
    move(chair, "close-round", language)
    secretary.goto(ranking)
    secretary.locator("form[action$='/compute'] button").first.click()

    expect(secretary.locator("table.rank tbody tr")).to_have_count(2)
    assert secretary.locator(".digest").first.inner_text() != before


def test_the_second_round_is_begun_once_judged_by_itself_and_decided(house: House, members: Members, chairs: str):
    """The chair works in one language, everybody else in the other."""
    others = OTHER[chairs]
    chair, member = members.sign_in("chair", chairs), members.sign_in("member", others)
    chair.goto(f"/{chairs}/committee")
    chair.locator("main a[href$='/shortlist']").first.click()
    shortlist = chair.locator("form[action$='/shortlist']")
    expect(shortlist).to_have_count(1)
    stale = chair.context.new_page()
    stale.goto(chair.url)
    member.goto(chair.url.replace(f"/{chairs}/", f"/{others}/"))
    expect(member.locator("tbody tr", has=member.locator(".tag.ok"))).to_have_count(2)
    expect(member.locator("form[action$='/shortlist']")).to_have_count(0)
    shortlist.locator("button").click()
    say(chair, chairs, "rounds.begun")
    stale.locator("form[action$='/shortlist'] button").click()
    stale.goto(f"/{chairs}/committee/rounds")
    expect(stale.locator("tbody tr")).to_have_count(2)

    house.site.ask(_begin_now)
    assigner, secretary = members.sign_in("assigner", others), members.sign_in("secretary", others)
    assigner.goto(f"/{others}/committee/assignments")
    assigner.locator("form[action$='/assignments/propose'] button").click()
    expect(assigner.locator("tbody tr li")).to_have_count(4)
    move(chair, "open-judging", chairs)
    house.site.ask(lambda: _seal_what_waits(house.competition))
    move(chair, "close-round", chairs)
    secretary.goto(f"/{others}/committee/ranking/podcast")
    secretary.locator("form[action$='/compute'] button").first.click()
    expect(secretary.locator("table.rank tbody tr")).to_have_count(1)

    chair.goto(f"/{chairs}/committee")
    chair.locator(f"main a[href='/{chairs}/committee/decision/documentary']").first.click()
    chair.locator(f"form[action='/{chairs}/committee/decision/documentary/open'] button").click()
    places = chair.locator(f"form[action='/{chairs}/committee/decision/documentary/places']")
    expect(places.locator("#f-place-1 option", has_text="DOC-")).to_have_count(1)
