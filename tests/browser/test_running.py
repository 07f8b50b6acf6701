"""What the committee does while a round runs, in a real browser: eligibility, names, conflicts, letters, reminders."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from service.actors import Role
from service.text import LANGUAGES, Words
from service.usecases.entering.eligibility import Check, check_entry
from service.usecases.judging.conflicts import Answer, answer_conflict
from storage.reads.judge.sheets import get_my_sheet
from storage.tables.entry import Entry
from tests.browser.members import House, Members, open_house
from tests.competition import CATEGORIES, DEADLINE, JUDGING, Competition

pytestmark = pytest.mark.browser

OTHER = {"ar": "en", "en": "ar"}
WAITING = "/committee/second-person"
N_ADMITTED = 4


async def _half_checked(competition: Competition) -> None:
    """Four entries are admitted, four wait; two judges have the names of students."""
    numbers = [await competition.enter(f"Student {at}", list(CATEGORIES)[at % 2]) for at in range(8)]
    await competition.close()
    for number in numbers[:N_ADMITTED]:
        await _admit(competition, number)
    for at in range(3):
        await competition.seat(f"Judge {at}")
    for at in range(len(LANGUAGES)):
        await competition.seat(f"Student {at}", email=f"namesake{at}@judges.example")


async def _admit(competition: Competition, number: str) -> None:
    row = await Entry.select(Entry.id).where(Entry.entry_number == number).first()
    assert row
    now = DEADLINE + timedelta(days=2)
    await check_entry(competition.actors[Role.REGISTRAR], row["id"], Check.ADMIT, now=now)


async def _open_round(competition: Competition) -> None:
    """Whoever still waits is admitted and judges are asked; two of them are not sure about their first project."""
    await competition.admit()
    await competition.assign()
    await competition.open_judging()
    for at, judge in enumerate(competition.judges[: len(LANGUAGES)]):
        sheet = await get_my_sheet(judge.id, (await competition.list_codes(judge))[0])
        assert sheet
        await answer_conflict(judge, sheet.id, answer=Answer.UNSURE, note=f"A voice I know, {at}", now=JUDGING)


@pytest.fixture(scope="module")
def checking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Entries are closed and some wait for the registrar."""
    with open_house(tmp_path_factory.mktemp("running"), _half_checked, max_entries_per_judge=5) as opened:
        yield opened


@pytest.fixture(scope="module")
def judging_house(checking: House) -> House:
    """The same site, its round open."""
    checking.site.ask(lambda: _open_round(checking.competition))
    return checking


@pytest.fixture
def members(chromium: Browser, checking: House) -> Iterator[Members]:
    made = Members(chromium, checking.site.address)
    yield made
    made.close()


def say(page: Page, language: str, key: str) -> None:
    """Expect the page to say this in its language."""
    expect(page.locator("main")).to_contain_text(Words(language).plain(key))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_entry_is_admitted_by_one_and_excluded_by_two(checking: House, members: Members, language: str):
    registrar, secretary = members.sign_in("registrar", language), members.sign_in("secretary", OTHER[language])
    queue = f"/{language}/committee/eligibility"
    registrar.goto(queue)
    waiting = registrar.locator("ul.tasks").first.locator("a")
    admitted, excluded = [str(waiting.nth(at).get_attribute("href")) for at in range(2)]

    registrar.goto(admitted)
    registrar.locator("input[name=decision][value=admit]").check()
    registrar.locator("#check button[type=submit]").click()
    expect(registrar.locator(".errsum")).to_be_visible()
    registrar.locator("input[name^=rule-][value=yes]").check()
    registrar.locator("#check button[type=submit]").click()
    registrar.wait_for_url(f"**{queue}")

    registrar.goto(excluded)
    registrar.locator("input[name=decision][value=exclude]").check()
    registrar.locator("input[name^=rule-][value=no]").check()
    registrar.locator("#f-rule").select_option(index=1)
    registrar.locator("#f-reason").fill("خارج العام الجامعي")
    registrar.locator("#check button[type=submit]").click()
    say(registrar, language, "eligibility.exclusion_asked")
    expect(registrar.locator("ul.tasks").first.locator(f"a[href='{excluded}']")).to_have_count(1)

    secretary.goto(f"/{OTHER[language]}{WAITING}")
    expect(secretary.locator("main")).to_contain_text("خارج العام الجامعي")
    secretary.locator("button[value=agree]").click()
    expect(secretary.locator("button[value=agree]")).to_have_count(0)
    registrar.goto(queue)
    expect(registrar.locator("li", has=registrar.locator(f"a[href='{excluded}']"))).to_contain_text(
        Words(language).plain("entry_state.excluded")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_conflict_that_the_names_show_is_confirmed_with_a_reason(checking: House, members: Members, language: str):
    secretary = members.sign_in("secretary", language)
    secretary.goto(f"/{language}/committee/conflicts")
    secretary.locator("form[action$='/conflicts/search'] button").click()
    expect(secretary.locator(".notice.ok")).to_be_visible()
    first = secretary.locator("main article").first
    judge = first.locator("h3").inner_text()
    first.locator("button[value=confirm]").click()
    expect(secretary.locator("#f-reason-error")).to_be_visible()
    secretary.locator("#f-reason").fill("الاسم نفسه")
    secretary.locator("article", has=secretary.locator("#f-reason")).locator("button[value=confirm]").click()

    expect(secretary.locator("details", has_text="الاسم نفسه")).to_contain_text(judge)


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_two_who_decide_a_judges_doubt_at_once_the_second_is_told(
    judging_house: House, members: Members, language: str
):
    secretary, chair = members.sign_in("secretary", language), members.sign_in("chair", language)
    for page in (secretary, chair):
        page.goto(f"/{language}/committee/declared-conflicts")
    note = secretary.locator("main article blockquote").first.inner_text()
    for page, decision in ((secretary, "dismiss"), (chair, "confirm")):
        card = page.locator("article", has_text=note)
        card.locator("input[name=reason]").fill("شخص آخر بالاسم نفسه")
        card.locator(f"button[value={decision}]").click()

    expect(secretary.locator("details", has_text=note)).to_be_visible()
    say(chair, language, "refused.conflict-decided")
    chair.goto(f"/{language}/committee/declared-conflicts")
    expect(chair.locator("article", has_text=note).locator("button")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_to_the_judges_is_seen_in_both_languages_and_sent_once(
    judging_house: House, members: Members, language: str
):
    secretary = members.sign_in("secretary", language)
    secretary.goto(f"/{language}/committee/messages")
    secretary.locator("input[name=audience][value=judges]").check()
    words = {"subject_ar": "موعد اللقاء", "subject_en": f"When we meet, {language}", "body_ar": "نلتقي يوم الأحد."}
    for name, text in words.items():
        secretary.fill(f"#f-{name}", text)
    secretary.evaluate("document.querySelector('#f-body_en').removeAttribute('required')")
    secretary.locator("form[action$='/committee/messages'] button").click()
    expect(secretary.locator("#f-body_en-error")).to_be_visible()
    expect(secretary.locator("#f-body_ar")).to_have_value(words["body_ar"])
    secretary.fill("#f-body_en", "We meet on Sunday.")
    secretary.locator("form[action$='/committee/messages'] button").click()

    for lang, text in (("ar", words["body_ar"]), ("en", "We meet on Sunday.")):
        expect(secretary.locator(f"#preview article[lang={lang}]")).to_contain_text(text)
    secretary.locator("form[action$='/send'] button").click()
    secretary.wait_for_url("**queued=5")
    expect(secretary.locator("h3", has_text=words[f"subject_{language}"]).first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_judge_who_is_behind_is_reminded_once_a_day(judging_house: House, members: Members, language: str):
    assigner = members.sign_in("assigner", language)
    path = f"/{language}/committee/progress/reminders"
    for is_again in (False, True):
        assigner.goto(path)
        expect(assigner.locator("article[lang=ar]")).to_be_visible()
        boxes = assigner.locator("input[name=judge]")
        for at in range(boxes.count()):
            boxes.nth(at).set_checked(at == LANGUAGES.index(language))
        assigner.locator("form[action$='/reminders'] button").click()
        if is_again:
            say(assigner, language, "refused.reminded-today")
        else:
            expect(assigner.locator(".notice.ok")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_shown_once_two_members_agreed(judging_house: House, members: Members, language: str):
    secretary, chair = members.sign_in("secretary", language), members.sign_in("chair", OTHER[language])
    secretary.goto(f"/{language}/committee/entries")
    code = secretary.locator("table tbody a").nth(LANGUAGES.index(language)).get_attribute("href")
    page = f"{code}/unmask"
    secretary.goto(page)
    secretary.fill("#f-reason", f"شكوى تذكر اسمًا، {language}")
    secretary.locator("form[action$='/unmask'] button").click()
    say(secretary, language, "unmask.waiting")
    expect(secretary.locator("main")).not_to_contain_text("Supervisor")

    chair.goto(f"/{OTHER[language]}{WAITING}")
    asked = chair.locator("li", has_text=f"شكوى تذكر اسمًا، {language}")
    asked.locator("button[value=agree]").click()
    expect(asked.locator("button")).to_have_count(0)
    secretary.goto(page)
    say(secretary, language, "unmask.logged")
    expect(secretary.locator("main")).to_contain_text({"ar": "مشرفة", "en": "Supervisor"}[language])
