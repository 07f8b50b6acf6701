"""What follows telling entrants: appeals and their answers, feedback, a certificate withdrawn; in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from service.text import LANGUAGES, Words
from storage.tables.award import Certificate
from storage.tables.entry import Entry
from tests.browser.members import House, Members, decide_the_rest, fold_of, members, open_house, say
from tests.competition import Competition

__all__ = ["members"]

pytestmark = pytest.mark.browser

WHY = {
    "ar": "لا يساوي المجموع الظاهر في الصفحة مجموع أجزائه كما تنص القواعد المنشورة.",
    "en": "The total shown on the page is not the sum of its parts as the rules ask for.",
}
ANSWER = {"ar": "أُعيد الجمع أمام عضوين.", "en": "Two members added it up again."}
VERDICT = {"ar": "dismissed", "en": "upheld"}
"""Each language has its own project and its own answer."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A site whose entrants were told; appeals run."""
    with open_house(tmp_path_factory.mktemp("telling"), Competition.reach_notified) as opened:
        yield opened


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_appeal_is_lodged_by_its_team_and_answered_by_two_members(house: House, members: Members, language: str):
    at = LANGUAGES.index(language)
    number = list(house.competition.entrants)[at]
    path, queue = f"/{language}/entries/{number}/appeal", f"/{language}/committee/appeals"
    student = members.sign_in(f"student.{at}", language, home="entries")
    student.goto(path)
    student.locator("form[action*='/appeal'] button[type=submit]").click()
    expect(student.locator(".errsum")).to_be_visible()
    student.locator("input[name=ground][value=score]").check()
    student.fill("#f-content", WHY[language])
    student.locator("form[action*='/appeal'] button[type=submit]").click()
    say(student, language, "appeal.received")

    member, chair = members.sign_in("member", language), members.sign_in("chair", language)
    member.goto(f"/{language}/committee")
    member.goto(queue)
    form = member.locator("form[action$='/propose']")
    fold_of(member, form).click()
    form.locator("button").click()
    expect(member.locator(".errsum")).to_be_visible()
    form.locator(f"input[name=verdict][value={VERDICT[language]}]").check()
    form.locator("textarea[name=answer]").fill(ANSWER[language])
    form.locator("button").click()
    say(member, language, "appeals.wait_second")
    student.goto(path)
    expect(student.locator("main")).not_to_contain_text(ANSWER[language])
    expect(member.locator("form[action$='/confirm']")).to_have_count(0)

    chair.goto(queue)
    chair.locator("form[action$='/confirm'] button").click()
    expect(chair.locator("form[action$='/confirm']")).to_have_count(0)
    student.goto(path)
    say(student, language, f"appeal.verdict_{VERDICT[language]}")
    expect(student.locator("main")).to_contain_text(ANSWER[language])
    student.goto(f"/{language}/entries/{number}/feedback")
    is_open = VERDICT[language] == "upheld"
    expect(student.locator("#outcome")).to_contain_text(
        Words(language).plain("feedback.reopened") if is_open else "Place"
    )


async def _publish(competition: Competition) -> tuple[list[str], dict[str, str]]:
    """Decide what an appeal opened again, publish; the certificates' codes, and each project's title by its number."""
    await decide_the_rest(competition)
    await competition.schedule()
    await competition.publish()
    codes = await Certificate.select(Certificate.code).order_by(Certificate.code)
    rows = await Entry.select(Entry.entry_number, Entry.title_en)
    return [str(row["code"]) for row in codes], {row["entry_number"]: row["title_en"] for row in rows}


@pytest.fixture(scope="module")
def published(house: House) -> tuple[list[str], dict[str, str]]:
    """The same site once its results are out."""
    told: tuple[list[str], dict[str, str]] = house.site.ask(lambda: _publish(house.competition))
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_publication_a_team_reads_its_feedback_without_a_rank_or_another_project(
    house: House, members: Members, published: tuple[list[str], dict[str, str]], language: str
):
    at = LANGUAGES.index(language)
    numbers = list(house.competition.entrants)
    student = members.sign_in(f"student.{at}", language, home="entries")
    student.goto(f"/{language}/entries/{numbers[at]}/feedback")
    expect(student.locator("#outcome")).to_contain_text("Place")
    for heading in ("feedback.levels", "feedback.how", "feedback.comments"):
        say(student, language, heading)
    for number in numbers:
        if number != numbers[at]:
            expect(student.locator("main")).not_to_contain_text(published[1][number])
    expect(student.locator(f"a[href$='{numbers[at]}/appeal']")).to_have_count(0)


@pytest.mark.parametrize("chairs", LANGUAGES)
def test_a_withdrawn_certificate_says_so_to_whoever_verifies_it(
    house: House, members: Members, published: tuple[list[str], dict[str, str]], chairs: str
):
    code = published[0][LANGUAGES.index(chairs)]
    anybody, chair = members.visitor(), members.sign_in("chair", chairs)
    for language in LANGUAGES:
        anybody.goto(f"/{language}/verify/{code}")
        expect(anybody.locator(".notice.ok")).to_be_visible()
    chair.goto(f"/{chairs}/committee/certificates")
    form = chair.locator(f"form[action$='/{code}/withdraw']")
    for fold in chair.locator("details", has=form).all():  # the category, and within it the form
        if fold.get_attribute("open") is None:
            fold.locator(":scope > summary").click()
    form.locator("textarea[name=reason]").fill("صدرت باسم غير صاحبها")
    form.locator("button").click()
    say(chair, chairs, "cert.withdrawn_tag")
    for language in LANGUAGES:
        anybody.goto(f"/{language}/verify")
        anybody.fill("#f-code", code.lower())
        anybody.locator("form[action$='/verify'] button").click()
        say(anybody, language, "verify.withdrawn_note")
        expect(anybody.locator(".notice.ok")).to_have_count(0)
