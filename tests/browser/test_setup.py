"""An administrator makes the next edition out of the last and invites its chair, who opens it; in a real browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from service.actors import Role
from service.fonts import ensure_fonts
from service.text import Words
from storage.engine import bind, close_database, open_database, sqlite_url
from storage.migrations.run import migrate
from storage.piccolo_app import TABLES
from tests.browser.conftest import Site, run_apart, serving
from tests.cast import PASSWORD
from tests.competition import add_person, make_competition
from tests.conftest import FONTS

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Office:
    """A site with one finished set-up, and its administrator."""

    site: Site
    edition_id: UUID


async def _seed(data: Path) -> UUID:
    engine = await open_database(sqlite_url(data / "tahkim.db"))
    await migrate(engine)
    bind(engine, TABLES)
    try:
        competition = await make_competition()
        await add_person("Lubna", Role.ADMINISTRATOR, None)
        return competition.edition_id
    finally:
        await close_database(engine)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("office")
    ensure_fonts(FONTS)
    (data / "fonts").symlink_to(FONTS)
    edition_id = run_apart(lambda: _seed(data))
    with serving(data) as address:
        yield Office(Site(address, data), edition_id)


@pytest.fixture
def browsers(chromium: Browser, office: Office) -> Iterator[list[BrowserContext]]:
    """Two browsers without script: every form works so."""
    made = [
        chromium.new_context(
            base_url=office.site.address, viewport={"width": width, "height": 900}, java_script_enabled=False
        )
        for width in (1280, 390)
    ]
    for context in made:
        context.set_default_timeout(60_000)
    yield made
    for context in made:
        context.close()


def sign_in(page: Page, language: str) -> None:
    page.goto(f"/{language}/sign-in")
    page.fill("#f-email", "lubna@people.example")
    page.fill("#f-password", PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/{language}/admin/editions")


def find_invitation(page: Page, data: Path, email: str) -> str:
    """Find the address in the letter that invited this chair, once it has come."""
    for _ in range(300):
        for letter in (data / "mail").glob("invitation-*.eml"):
            message = message_from_bytes(letter.read_bytes(), policy=default)
            body = message.get_body(("plain",)) if email in message["to"] else None
            found = re.search(r"/invitations/[\w-]+", body.get_content() if body else "")
            if found:
                return found[0]
        page.wait_for_timeout(200)
    raise AssertionError("the letter did not come")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_an_edition_is_copied_corrected_previewed_and_opened_by_the_chair_who_was_invited(
    office: Office, browsers: list[BrowserContext], language: str
):
    admin, chair = browsers[0].new_page(), browsers[1].new_page()
    sign_in(admin, language)
    admin.goto(f"/{language}/admin/editions/new")
    for name, words in {"name_ar": "المسابقة القادمة", "name_en": "The next", "short_ar": "دورة 2029",
                        "short_en": "Edition 2029", "slug": f"next-{language}"}.items():  # fmt: skip
        admin.fill(f"#f-{name}", words)
    admin.fill("#f-opens_at", "2029-01-14T08:00")
    admin.locator("main form button[type=submit]").click()
    admin.wait_for_url(f"**/{language}/admin/editions/*created*")
    base = admin.url.split("?")[0]
    expect(admin.locator(".notice.ok").last).to_contain_text(Words(language).plain("setup.ready"))

    admin.goto(f"{base}/criteria")
    weights = admin.locator("form[action$='/criteria/weights']").first
    weights.locator("input[name^=weight-]").first.fill("70")
    weights.locator("button").click()
    expect(admin.locator(".errsum")).to_contain_text("110")
    weights = admin.locator("form[action$='/criteria/weights']").first
    weights.locator("input[name^=weight-]").nth(1).fill("30")
    weights.locator("button").click()
    expect(admin.locator(".notice.ok")).to_be_visible()

    for view, seen in {
        "home": ".hero",
        "winners": ".podium",
        "judging": ".linkcard",
        "judging/DOC-417": ".rubric",
    }.items():
        admin.goto(f"{base}/preview/{view}")
        expect(admin.locator(seen).first).to_be_visible()
    admin.goto(f"/{language}/admin/people?edition=" + base.rsplit("/", 1)[-1])
    admin.fill("#f-email", f"chair.{language}@people.example")
    admin.fill("#f-name_ar", "رئيسة الدورة")
    admin.fill("#f-name_en", "The Chair")
    admin.locator("input[name=role][value=chair]").check()
    admin.fill("#f-reason", "Decision 12 of 2028")
    admin.locator("#invite button[type=submit]").click()
    expect(admin.locator(".notice.ok")).to_be_visible()

    chair.goto(f"/{language}" + find_invitation(chair, office.site.data, f"chair.{language}@people.example"))
    chair.fill("#f-password", PASSWORD)
    chair.locator("main form button[type=submit]").first.click()
    chair.goto(f"/{language}/committee")
    form = chair.locator(f"form[action='/{language}/committee/open']")
    chair.locator("details", has=form).locator("summary").click()
    form.locator("button").click()
    expect(chair.locator(f"form[action='/{language}/committee/open']")).to_have_count(0)
    admin.goto(base)
    expect(admin.locator(".digest")).to_have_text(re.compile("[0-9a-f]{64}"))


@pytest.mark.parametrize(
    ("language", "names", "reads"),
    [
        (
            "en",
            ("جامعة النهر", "River University"),
            ("You have {n} left until {closes_at:date}.", "You have 3 sheets left until"),
        ),
        ("ar", ("جامعة البحر", "Sea University"), ("بقيت {n} حتى {closes_at:date}.", "بقيت 3 بطاقات حتى")),
    ],
)
def test_institutions_come_from_a_sheet_and_a_letter_says_it_in_the_edition_s_words(
    office: Office, browsers: list[BrowserContext], language: str, names: tuple[str, str], reads: tuple[str, str]
):
    page = browsers[1].new_page()
    sign_in(page, language)
    head = "name_ar,name_en,city_ar,mail_domain"
    for sheet, tone in (
        (f"{head}\nجامعة,,,a b", ".notice.bad"),
        (f"{head}\n{names[0]},{names[1]},صور,sea-{language}.example", ".notice.ok"),
    ):
        page.goto(f"/{language}/admin/institutions")
        page.fill("#f-text", sheet)
        page.locator("#import form[enctype] button").click()
        expect(page.locator(f"#import {tone}")).to_be_visible()
    page.locator("#import form[action$='/confirm'] button").click()
    page.get_by_role("link", name=names[0] if language == "ar" else names[1]).click()
    page.fill(f"#f-short_{language}", f"S{language.upper()}")
    page.locator("#f-seen button").click()
    expect(page.get_by_text(f"(S{language.upper()})").first).to_be_visible()

    page.goto(f"/{language}/admin/editions/{office.edition_id}/wording/mail.judge-reminder.body")
    page.fill(f"#f-text_{language}", "Dear {name}, please.")
    page.locator("button[name=look]").click()
    expect(page.locator(".errsum")).to_contain_text("{name}")
    page.fill(f"#f-text_{language}", reads[0])
    page.locator("button[name=look]").click()
    expect(page.get_by_text(reads[1])).to_be_visible()
    page.locator("#f-seen button").first.click()
    expect(page.locator(".notice.ok")).to_be_visible()
    lacks_arabic = page.get_by_text(Words(language).plain("wording.state_lacks_ar"))
    expect(lacks_arabic).to_have_count(1 if language == "en" else 0)  # written in English first, then in both


@pytest.mark.parametrize(("language", "title"), [("en", "Memory"), ("ar", "ذاكرة")])
def test_past_projects_come_from_a_sheet_whose_faulty_row_is_named_and_one_is_removed(
    office: Office, browsers: list[BrowserContext], language: str, title: str
):
    page, words = browsers[1].new_page(), Words(language)
    sign_in(page, language)
    page.goto(f"/{language}/admin/past-entries")
    head = "year,title_ar,title_en,makers,honour\n"
    page.fill("#f-text", f"{head}19,,,,\n")
    page.locator("#import form[enctype] button").click()
    expect(page.locator("#import .notice.bad")).to_be_visible()
    page.fill("#f-text", f"{head}2019,ذاكرة,Memory,أحمد;Ahmed,First place\n2021,بحر,Sea,سالم;Salim,\n")
    page.locator("#import form[enctype] button").click()
    page.locator("#import form[action$='/confirm'] button").click()
    rows = page.locator("main table tbody tr")
    expect(rows).to_have_count(2)
    row = rows.filter(has_text=title)
    row.locator("summary").click()
    row.get_by_role("button", name=words.plain("past.remove_now")).click()

    expect(page.get_by_text(words.plain("past.removed"))).to_be_visible()
    expect(rows).to_have_count(1)
    rows.locator("summary").click()
    rows.get_by_role("button").click()
    expect(rows).to_have_count(0)
