"""A student from the first letter to the last word, in both languages: by keys alone, and without script.

Sign up, confirm the address, enter, a member confirms, the supervisor approves, check, submit, edit what stands, be
asked for something missing, complete it, withdraw.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from service.actors import Actor, Role
from service.text import Words
from service.usecases.entering.eligibility import Check, check_entry
from storage.lifecycle import EditionState
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.person import Person
from storage.tables.session import WebSession
from tests.browser import keys
from tests.browser.conftest import Site, sign_in
from tests.cast import PASSWORD
from tests.entrants import WORDS_AR, WORDS_EN

pytestmark = pytest.mark.browser


class Student:
    """One student's browser: forms are filled in and sent with script and keys alone, or with neither."""

    def __init__(self, context: BrowserContext, site: Site, lang: str, *, by_keys: bool) -> None:
        self.page, self.site, self.lang, self.by_keys = context.new_page(), site, lang, by_keys
        self.words = Words(lang)
        self.base = ""

    def go(self, path: str) -> None:
        self.page.goto(f"/{self.lang}{path}")

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            if self.by_keys:
                keys.write(self.page, f"#f-{name}", value)
            else:
                self.page.fill(f"#f-{name}", value)

    def choose(self, name: str, value: str = "yes") -> None:
        if self.by_keys:
            keys.choose(self.page, name, value)
        else:
            self.page.check(f"input[name={name}][value={value}]")

    def pick(self, name: str, value: str) -> None:
        if self.by_keys:
            keys.pick(self.page, f"#f-{name}", value)
        else:
            self.page.select_option(f"#f-{name}", value)

    def send(self, key: str = "") -> None:
        """Press the form's button that says this; its first button where nothing is asked."""
        buttons = self.page.get_by_role("button", name=self.words.plain(key), exact=True) if key else None
        button = buttons or self.page.locator("main form button[type=submit]").first
        if self.by_keys:
            keys.press(self.page, button)
        else:
            button.click()

    def is_back_at_the_entry(self) -> None:
        self.page.wait_for_url(re.compile(re.escape(self.base) + "$"))

    def letter(self, template: str, wanted: str, *, to: str) -> str:
        """The link in somebody's letter, once the worker has handed it over."""
        for _ in range(150):
            for letter in (self.site.data / "mail").glob(f"{template}-*.eml"):
                message = message_from_bytes(letter.read_bytes(), policy=default)
                body = message.get_body(("plain",)) if message["To"] == to else None
                found = re.search(wanted, body.get_content() if body else "")
                if found:
                    return found[0]
            self.page.wait_for_timeout(200)
        raise AssertionError(f"no letter {template} with {wanted} came")


@pytest.fixture(params=[("ar", True), ("en", False)], ids=["ar-by-keys", "en-without-script"])
def student(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[Student]:
    lang, by_keys = request.param
    context = chromium.new_context(base_url=site.address, java_script_enabled=by_keys)
    context.set_default_timeout(30_000)
    yield Student(context, site, lang, by_keys=by_keys)
    context.close()


def sign_up(student: Student) -> str:
    address = f"maha-{student.lang}@student.example"
    student.go("/sign-up")
    student.fill(name_ar="مها الزدجالية", name_en="Maha Al-Zadjali", email=address)
    student.send()
    student.go(student.letter("confirm", r"/sign-up/\S+", to=address))
    student.fill(password=PASSWORD)
    student.send()
    student.page.wait_for_url(lambda url: "/sign-up" not in url)
    return address


def enter(student: Student) -> None:
    student.go("/entries/new")
    student.fill(title_ar="صوت البحر")
    student.choose("category", "podcast")
    student.send("entry.start")
    student.page.wait_for_url(re.compile(rf"/{student.lang}/entries/2027-\w{{4}}$"))
    student.base = student.page.url.removeprefix(f"{student.site.address}/{student.lang}")


def tell_all(student: Student) -> None:
    student.go(f"{student.base}/details")
    student.fill(title_en="Voice of the sea", abstract_ar=WORDS_AR, abstract_en=WORDS_EN)
    student.choose("work_language", "ar")
    student.send("act.save_continue")
    student.is_back_at_the_entry()
    student.go(f"{student.base}/rights")
    student.choose("material", "own")
    student.choose("people", "consented")
    student.choose("declared")
    student.send("act.save_continue")
    student.is_back_at_the_entry()
    student.go(f"{student.base}/ai-statement")
    student.choose("statement", "none")
    student.send("act.save_continue")
    student.is_back_at_the_entry()


def confirm_by_letter(student: Student, link: str) -> None:
    """What a letter's receiver does: open the link in a browser of their own, and press its one button."""
    browser = student.page.context.browser
    assert browser is not None
    theirs = browser.new_context(base_url=student.site.address)
    page = theirs.new_page()
    page.goto(f"/{student.lang}{link}")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_be_visible()
    assert page.title()
    theirs.close()


def team_and_supervisor(student: Student) -> None:
    student.go(f"{student.base}/team")
    member = f"rashid-{student.lang}@student.example"
    student.fill(name_ar="راشد المعمري", name_en="Rashid Al-Maamari", email=member)
    student.send("entry.invite")
    number = student.base.rpartition("/")[2]
    student.page.wait_for_url(re.compile("/team"))
    confirm_by_letter(student, student.letter("member", r"/members/\S+", to=member))
    supervisor = f"noura-{student.lang}-podcast@squ.example"
    student.go(f"{student.base}/supervisor")
    student.pick("institution", "squ")
    student.fill(
        department="Media", academic_year="2026-2027", supervisor_name_ar="د. نورة الساقية",
        supervisor_name_en="Dr Noura Al-Saqiya", email=supervisor,
    )  # fmt: skip
    student.send("act.save_continue")
    student.is_back_at_the_entry()
    confirm_by_letter(student, student.letter("supervisor", rf"/approvals/{number}\?key=\S+", to=supervisor))


def submit(student: Student) -> None:
    student.go(f"{student.base}/check")
    student.choose("declared")
    student.send("entry.submit")
    student.page.wait_for_url(re.compile(re.escape(student.base) + "/submitted"))


def state_of(student: Student) -> str:
    number = student.base.rpartition("/")[2]

    async def read() -> str:
        row = await Entry.select(Entry.state).where(Entry.entry_number == number).first()
        assert row is not None
        return str(row["state"])

    return str(student.site.ask(read))


def return_it(student: Student) -> None:
    """The registrar closes the door, and asks this team for what is missing."""
    number = student.base.rpartition("/")[2]

    async def ask() -> None:
        entry = await Entry.select(Entry.id, Entry.edition, Entry.saved_at).where(Entry.entry_number == number).first()
        registrar = await Person.select(Person.id).where(Person.email == "khadija@tahkim.example").first()
        assert entry is not None
        assert registrar is not None
        await Edition.update({Edition.state: EditionState.CLOSED.value}).where(Edition.id == entry["edition"])
        now = entry["saved_at"]
        await check_entry(
            Actor(Role.REGISTRAR, registrar["id"], entry["edition"]), entry["id"], Check.RETURN,
            reason="The abstract names a member.", due_at=now + timedelta(days=3), now=now,
        )  # fmt: skip

    student.site.ask(ask)


def open_again(student: Student) -> None:
    async def set_open() -> None:
        await Edition.update({Edition.state: EditionState.OPEN.value}).where(Edition.slug == "edition-2027")

    student.site.ask(set_open)


def test_from_the_first_letter_to_the_last_word(student: Student) -> None:
    sign_up(student)
    enter(student)
    tell_all(student)
    team_and_supervisor(student)
    submit(student)
    assert student.base.rpartition("/")[2] in student.page.locator(".confirm").inner_text()
    assert state_of(student) == "submitted"

    student.go(f"{student.base}/details")
    student.fill(title_en="Voices of the sea")
    student.send("act.save_continue")
    student.is_back_at_the_entry()
    expect(student.page.locator("main")).to_contain_text(student.words.plain("entry.two_versions"))
    submit(student)

    return_it(student)
    try:
        student.go(student.base)
        expect(student.page.locator("main")).to_contain_text("The abstract names a member.")
        expect(student.page.locator("main")).to_contain_text(student.words.plain("time.return_in"))
        assert state_of(student) == "returned"
        student.go(f"{student.base}/details")
        student.fill(title_en="Voices of the gulf")
        student.send("act.save_continue")
        student.is_back_at_the_entry()
        submit(student)
        assert state_of(student) == "submitted"
    finally:
        open_again(student)

    student.go(f"{student.base}/withdraw")
    student.send("entry.withdraw")
    student.page.wait_for_url(re.compile("/entries$"))
    assert state_of(student) == "withdrawn"


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_a_session_that_ends_while_a_student_types_loses_nothing(chromium: Browser, site: Site, lang: str) -> None:
    context = chromium.new_context(base_url=site.address)
    context.set_default_timeout(30_000)
    student = Student(context, site, lang, by_keys=False)
    name = {"ar": "ghaith", "en": "hadi"}[lang]
    sign_in(student.page, name, lang)
    enter(student)
    student.go(f"{student.base}/details")
    student.page.locator("#f-title_en").press_sequentially("Typed to the end")
    student.choose("work_language", "en")

    async def end_session() -> None:
        await WebSession.delete().where(WebSession.person.email == f"{name}@tahkim.example")

    def sign_in_again(send: str, path: str) -> None:
        """Send a form after the session has ended, and come back to it."""
        site.ask(end_session)
        student.send(send)
        student.page.get_by_role("link", name=student.words.plain("nav.sign_in")).last.click()
        student.fill(email=f"{name}@tahkim.example", password=PASSWORD)
        student.page.locator("main form button[type=submit]").first.click()
        student.page.wait_for_url(re.compile(re.escape(student.base) + path))
        expect(student.page.locator("[data-typed]")).to_be_visible()

    sign_in_again("act.save_continue", "/details")
    expect(student.page.locator("#f-title_en")).to_have_value("Typed to the end")
    expect(student.page.locator("input[name=work_language][value=en]")).to_be_checked()
    student.fill(abstract_ar=WORDS_AR, abstract_en=WORDS_EN)
    student.send("act.save_continue")
    student.is_back_at_the_entry()
    student.go(f"{student.base}/details")
    expect(student.page.locator("#f-title_en")).to_have_value("Typed to the end")
    expect(student.page.locator("[data-typed]")).to_have_count(0)

    student.go(f"{student.base}/questions")
    student.fill(content="May the film open with a title card?")
    sign_in_again("question.send", "/questions")
    expect(student.page.locator("#f-content")).to_have_value("May the film open with a title card?")
    student.send("question.send")
    expect(student.page.locator("main")).to_contain_text("May the film open with a title card?")
    expect(student.page.locator("[data-typed]")).to_have_count(0)
    expect(student.page.locator("#f-content")).to_have_value("")
    student.fill(content="For my eyes only")
    site.ask(end_session)
    sign_in(student.page, "iman", lang)
    assert "For my eyes only" not in student.page.evaluate("Object.values(sessionStorage).join()")
    context.close()
