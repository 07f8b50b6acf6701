"""A judge's first evening: how few acts lead to the first mark, the practice, the film's second, one duty at a time.

The team's own look at the same project is here too: it is the judges' page of the work, with the same film.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from service.actors import Role
from service.settings import read_settings
from service.text import Words
from service.usecases.people.adding import give_role
from service.world import make_objects
from storage.columns import to_json
from storage.engine import transaction
from storage.objects.store import make_key
from storage.tables.edition import Material
from storage.tables.entry import Entry, EntryVersion
from storage.tables.file import File
from storage.tables.scoresheet import Mark
from tests.browser.conftest import ARABIC_FIRST
from tests.browser.judging import Judging, accept, declare_all, device, make_judging
from tests.cast import PASSWORD
from tests.competition import JUDGED, JUDGING, Competition
from tests.entrants import write_film

__all__ = ["device"]

pytestmark = pytest.mark.browser

SECONDS, NOTED = 20, 12
FIRST = {"ar": 0, "en": 1}
"""The judge of each language who has not practised; those who have come after them, in pairs, a pair for a way."""


async def give_films(competition: Competition, folder: Path) -> None:
    """Put a film that plays behind every project, and give the last two judges a second duty."""
    store = make_objects(read_settings({}, data=folder))
    await store.prepare()
    data = write_film(folder / "film.mp4", seconds=SECONDS).read_bytes()
    materials: dict[object, Material] = {}
    for entry in await Entry.select(Entry.id, Entry.category):
        if entry["category"] not in materials:
            material = materials[entry["category"]] = Material(
                category=entry["category"], slug="film", position=1, name_ar="الفيلم", name_en="Film", rule_ar="",
                rule_en="", formats='["mp4"]', audience="judges", is_required=False, max_files=1, max_bytes=len(data),
            )  # fmt: skip
            await Material.insert(material)
        key, file_id = make_key("copy"), uuid4()
        await store.put(key, data)
        told = {"material": materials[entry["category"]].id, "position": 1, "size": len(data), "sha256": None}
        file = File(
            **told, id=file_id, entry=entry["id"], state="ready", media_type="video/mp4", commitment="",
            object_key=make_key("upload"), judge_key=key, judge_media_type="video/mp4", judge_size=len(data),
            seconds=SECONDS, created_at=JUDGED,
        )  # fmt: skip
        await File.insert(file)
        submitted = told | {"id": str(file_id), "material": "film", "media_type": "video/mp4", "commitment": ""}
        await EntryVersion.update({EntryVersion.files: to_json([submitted])}).where(EntryVersion.entry == entry["id"])
    for judge in competition.judges[-2:]:
        person_id = judge.actor.person_id
        assert person_id is not None
        async with transaction():
            await give_role(person_id, Role.OBSERVER, edition_id=competition.edition_id, now=JUDGING)


@pytest.fixture(scope="module")
def judging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judging]:
    folder = tmp_path_factory.mktemp("evening")
    with make_judging(
        folder, n_entries=8, n_judges=8, n_practised=6, then=lambda made: give_films(made, folder)
    ) as found:
        yield found


class Hand:
    """A judge's hand: what it must do is counted, and whatever it reaches for is there when the page has come."""

    def __init__(self, page: Page) -> None:
        self.page, self.n_pages, self.n_acts = page, 0, 0
        page.on("load", self._turn)

    def _turn(self, _: Page) -> None:
        self.n_pages += 1

    def act(self, target: Locator) -> None:
        """Press or choose something that is in sight and can be pressed now: nothing is waited for."""
        assert target.is_visible()
        assert target.is_enabled()
        target.click()
        self.n_acts += 1

    def go(self, target: Locator, to: str) -> None:
        """Press what leads to another page."""
        self.act(target)
        self.page.wait_for_url(to)


def choose_step(hand: Hand, row: Locator, step: int) -> None:
    hand.act(row.locator(f"label:has(input[value='{step}'])"))


async def _count_marks() -> int:
    return await Mark.count()


@pytest.mark.parametrize("lang", ARABIC_FIRST)
def test_from_the_invitation_to_the_first_mark_four_pages_open_and_five_acts_are_needed(
    device: BrowserContext, judging: Judging, lang: str
) -> None:
    page = device.new_page()
    hand, before = Hand(page), judging.site.ask(_count_marks)

    page.goto(f"/{lang}{judging.links[2 + FIRST[lang]]}")
    hand.go(page.locator("main form button[type=submit]"), f"**/{lang}/judging")
    hand.go(page.locator("a.cover").first, "**/conflict")
    hand.act(page.locator("label:has(input[name=answer][value=no])"))
    hand.go(page.locator("main form button[type=submit]").first, f"**/{lang}/judging/*-*")
    page.locator("form[data-ready]").wait_for()  # the sheet's own script: its first press must not be lost
    with page.expect_response(lambda answer: answer.url.endswith("/marks") and answer.ok):
        choose_step(hand, page.locator("[data-criterion]").first, 6)

    assert judging.site.ask(_count_marks) == before + 1
    assert (hand.n_pages, hand.n_acts) == (4, 5)


@pytest.mark.parametrize("lang", ARABIC_FIRST)
def test_a_judge_practises_first_and_then_sees_the_panel_s_spread(
    device: BrowserContext, judging: Judging, lang: str
) -> None:
    page, words = device.new_page(), Words(lang)
    hand = Hand(page)
    page.goto(f"/{lang}{judging.links[FIRST[lang]]}")
    hand.go(page.locator("main form button[type=submit]"), f"**/{lang}/judging")
    hand.go(page.locator("main a.btn[href$='/judging/practice']").first, "**/practice")
    hand.go(page.locator("main a[href$='/practice/1']"), "**/practice/1")
    expect(page.locator("#reference")).to_have_count(0)
    rows = page.locator("[data-criterion]")
    choose_step(hand, rows.first, 7)
    hand.act(rows.nth(1).locator("summary"))
    choose_step(hand, rows.nth(1), 3)
    hand.go(page.locator("main form button[type=submit]"), "**/practice/1#reference")

    assert (hand.n_pages, hand.n_acts) == (5, 7)
    spreads = page.locator(".spreads > div")
    expect(spreads).to_have_count(2)
    expect(page.locator("#reference")).to_contain_text(words.plain("practice.panel_lead", n=6 + FIRST[lang]))
    for at, own in enumerate((7, 3)):
        said = spreads.nth(at).locator("svg").get_attribute("aria-label") or ""
        assert words.plain("practice.yours_at", step=own) in said
        assert words.plain("practice.spread_at", step=5, n=6) in said
    expect(page.locator(".spreads .tick.own")).to_have_text(["7", "3"])
    page.locator("#reference .actions a").click()
    page.wait_for_url(f"**/{lang}/judging")
    expect(page.locator("main")).not_to_contain_text(words.plain("list.practice_first"))


def seek(media: Locator, second: int) -> None:
    """Move the film to a second and let it play there, so slowly that the second does not pass meanwhile."""
    media.evaluate(
        """async (media, second) => {
          const next = (what) => new Promise((go) => media.addEventListener(what, go, { once: true }));
          if (!media.readyState) await next("loadedmetadata");
          media.muted = true;
          media.playbackRate = 0.0625;
          await media.play();
          const there = next("seeked");
          media.currentTime = second;
          await there;
        }""",
        second,
    )


@pytest.mark.parametrize("lang", ARABIC_FIRST)
def test_a_note_takes_the_playing_film_s_second_and_leads_back_to_it_and_the_team_sees_the_same_film(
    device: BrowserContext, judging: Judging, lang: str
) -> None:
    page = device.new_page()
    accept(page, judging, 4 + FIRST[lang], lang)
    code = declare_all(page, lang)[0]
    page.goto(f"/{lang}/judging/{code}")
    page.locator("form[data-ready]").wait_for()
    title, media = page.locator("h1").inner_text(), page.locator("[data-media]")
    seek(media, NOTED)
    page.locator("[data-criterion] input[type=radio]").first.focus()
    page.keyboard.press("KeyN")
    page.keyboard.type("The light changes here")
    with page.expect_response(lambda answer: answer.url.endswith("/notes") and answer.ok):
        page.keyboard.press("Enter")
    jump = page.locator("[data-notes] [data-seek]")
    expect(jump).to_have_text(f"00:{NOTED}")
    for _ in range(2):  # as it was written, and as the server gives it back
        seek(media, 2)
        jump.click()
        page.wait_for_function(
            "second => Math.floor(document.querySelector('[data-media]').currentTime) === second", arg=NOTED
        )
        page.reload()
        page.locator("form[data-ready]").wait_for()
    expect(page.locator(".player-marks .at")).to_have_count(1)

    team = page.context.browser.new_context(base_url=judging.site.address)  # type: ignore[union-attr]
    theirs = team.new_page()
    numbers = list(judging.competition.entrants)
    theirs.goto(f"/{lang}/sign-in")
    theirs.fill("#f-email", f"student.{title_at(title)}@people.example")
    theirs.fill("#f-password", PASSWORD)
    theirs.locator("main form button[type=submit]").first.click()
    theirs.wait_for_url(f"**/{lang}/entries")
    theirs.goto(f"/{lang}/entries/{numbers[title_at(title)]}")
    theirs.locator("main a[href$='/preview']").click()
    theirs.wait_for_url("**/preview")
    expect(theirs.locator("h1").last).to_have_text(title)
    seek(theirs.locator("[data-media]"), NOTED)
    assert theirs.locator("[data-media]").evaluate("media => Math.round(media.duration)") == SECONDS
    expect(theirs.locator("body")).not_to_contain_text(code)
    expect(theirs.locator("[data-notes], .player-marks")).to_have_count(0)
    team.close()


def title_at(title: str) -> int:
    """Which student's project this is: each is called after its student."""
    return int("".join(filter(str.isdigit, title)))


@pytest.mark.parametrize("lang", ARABIC_FIRST)
def test_who_has_two_duties_sees_which_one_acts_and_never_both_on_a_page(
    device: BrowserContext, judging: Judging, lang: str
) -> None:
    page, words = device.new_page(), Words(lang)
    accept(page, judging, 6 + FIRST[lang], lang)
    areas = {"judge": f"/{lang}/judging", "observer": f"/{lang}/committee"}

    def acts_as(role: str) -> None:
        """The menus, the page's links and what the account's menu says are this duty's alone."""
        (other,) = set(areas) - {role}
        assert page.locator("header nav.nav a").count() > 0
        expect(page.locator(f"header nav.nav a:not([href^='{areas[role]}'])")).to_have_count(0)
        expect(page.locator(f"main a[href^='{areas[other]}'], main form[action^='{areas[other]}']")).to_have_count(0)
        expect(page.locator(".who-head").first).to_contain_text(words.plain(f"role.{role}"))
        answer = page.request.get(areas[other], max_redirects=0)
        assert answer.status in {403, 404}

    def choose(button: Locator, role: str) -> None:
        button.click()
        page.wait_for_url(f"**{areas[role]}")

    acts_as("judge")
    left_open = device.new_page()
    left_open.goto(f"/{lang}/judging")
    page.locator("details.menu:has(form[action$='/account/role']) > summary").click()
    offered = page.locator("header form[action$='/account/role'] button[name=grant]")
    choose(offered.filter(has_text=words.plain("role.observer")), "observer")
    acts_as("observer")
    left_open.reload()
    expect(left_open.locator("main a[href*='/judging/'], a.cover")).to_have_count(0)
    page.goto(f"/{lang}/account/role")
    expect(page.locator("main .card", has_text=words.plain("account.role_now"))).to_have_count(1)
    choose(page.locator("main .card", has_text=words.plain("role.judge")).locator("button"), "judge")
    acts_as("judge")
