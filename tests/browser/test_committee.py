"""The committee from the assignment to the winners, in a real browser; others act through the use cases."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from storage.tables.panel import Round
from tests.browser.conftest import ARABIC_FIRST
from tests.browser.members import House, Members, members, move, open_house
from tests.competition import CATEGORIES, Competition

__all__ = ["members"]

pytestmark = pytest.mark.browser

SHORT = {"ar": "Small 2027 بالعربية", "en": "Small 2027"}
PUBLISHED_WITHIN_SECONDS = 90
"""The worker looks for due jobs every few seconds, and makes certificates and the bundle first."""


async def _assignable(competition: Competition) -> None:
    for at in range(8):
        await competition.enter(f"Student {at}", list(CATEGORIES)[at % 2])
    await competition.close()
    await competition.admit()
    for at in range(4):
        await competition.seat(f"Judge {at}")
    await Round.update({Round.opens_at: datetime.now(UTC) - timedelta(hours=1)}).where(Round.id == competition.round_id)


@pytest.fixture(scope="module", params=ARABIC_FIRST)
def language(request: pytest.FixtureRequest) -> str:
    """The committee's: in the soak the whole way is gone again in English."""
    return str(request.param)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, language: str) -> Iterator[House]:
    """A site whose entries are admitted and whose round may open."""
    data = tmp_path_factory.mktemp("committee")
    with open_house(data, _assignable, appeals_days=None, max_entries_per_judge=4) as opened:
        yield opened


def decide(chair: Page, member: Page, category: str, language: str) -> None:
    path = f"/{language}/committee/decision/{category}"
    chair.goto(path)
    chair.locator(f"form[action='{path}/open'] button").click()
    places = chair.locator(f"form[action='{path}/places']")
    for number in (1, 2):
        places.locator(f"[name=citation-{number}]").fill(f"رأي اللجنة في المركز {number}")
        places.locator(f"[name=citation-en-{number}]").fill(f"What the jury says of place {number}")
    places.locator("button[type=submit]").click()
    for page in (chair, member):
        page.goto(path)
        page.locator(f"form[action='{path}/sign'] button").click()
        expect(page.locator(f"form[action='{path}/sign']")).to_have_count(0)
    chair.goto(path)
    chair.locator(f"form[action='{path}/approve'] button").click()
    expect(chair.locator(".notice.ok")).to_be_visible()


def wait_until_published(public: Page) -> None:
    """Look again until the public page shows winners: another process publishes, and tells nobody when."""
    for _ in range(PUBLISHED_WITHIN_SECONDS):
        if 'class="card win' in public.request.get("/en/winners").text():
            return
        public.wait_for_timeout(1_000)
    raise AssertionError("nothing was published in time")


def test_the_committee_assigns_ranks_decides_and_publishes_and_the_public_sees_it(
    house: House, members: Members, language: str
):
    chair, assigner = members.sign_in("chair", language), members.sign_in("assigner", language)
    secretary, member = members.sign_in("secretary", language), members.sign_in("member", language)
    public = members.visitor()

    assigner.goto(f"/{language}/committee/assignments")
    assigner.locator(f"form[action='/{language}/committee/assignments/propose'] button").click()
    expect(assigner.locator("tbody tr li")).to_have_count(16)
    move(chair, "open-judging", language)
    secretary.goto(f"/{language}/committee/ranking/documentary")
    expect(secretary.locator("table.rank")).to_have_count(0)

    house.site.ask(house.competition.judge_all)
    chair.goto(f"/{language}/committee/progress")
    expect(chair.locator("td.cell-sealed")).to_have_count(16)
    move(chair, "close-round", language)
    secretary.reload()
    secretary.locator("form[action$='/compute'] button").click()
    expect(secretary.locator("table.rank tbody tr")).to_have_count(4)

    for category in CATEGORIES:
        decide(chair, member, category, language)
    public.goto("/en/winners")
    expect(public.locator("article.win")).to_have_count(0)

    chair.goto(f"/{language}/committee/publish")
    here = datetime.now(ZoneInfo("Asia/Muscat"))
    chair.fill("#f-at", here.strftime("%Y-%m-%dT%H:%M"))
    chair.fill("#f-typed_name", SHORT[language])
    chair.locator(f"form[action='/{language}/committee/publish'] button").click()
    expect(chair.locator(".notice").first).to_be_visible()

    wait_until_published(public)
    for lang, sentence in (("ar", "رأي اللجنة في المركز 1"), ("en", "What the jury says of place 1")):
        public.goto(f"/{lang}/winners")
        expect(public.locator("article.win")).to_have_count(4)
        expect(public.locator("article.win.first").first).to_contain_text(sentence)
        public.locator("article.win h3 a").first.click()
        public.wait_for_url(re.compile(rf".*/{lang}/winners/small-2027/.+"))
        expect(public.locator("h1")).to_contain_text("The work of Student")
