"""A category decided in its session, and the publication fixed once; in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from service.actors import Role
from service.text import LANGUAGES
from tests.browser.members import House, Members, decide_the_rest, fold_of, members, open_house, say
from tests.competition import CATEGORIES, Competition, add_person

__all__ = ["members"]

pytestmark = pytest.mark.browser

OTHER = {"ar": "en", "en": "ar"}
SHORT = {"ar": "Small 2027 بالعربية", "en": "Small 2027"}


async def _ranked(competition: Competition) -> None:
    await competition.reach_ranked()
    await add_person("Third", Role.MEMBER, competition.edition_id)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A site whose round is closed and ranked; three members sit in the committee."""
    with open_house(tmp_path_factory.mktemp("deciding"), _ranked, appeals_days=None) as opened:
        yield opened


def note_attendance(chair: Page, path: str) -> None:
    """Two are there and one steps aside, which needs a reason."""
    form = chair.locator(f"form[action='{path}/attendance']")
    fold_of(chair, form).click()
    for name, state in (("Chair", "present"), ("Member", "present"), ("Third", "recused")):
        form.locator("fieldset", has_text=name).locator(f"input[value={state}]").check()
    form.locator("button").click()
    expect(chair.locator(".errsum")).to_be_visible()
    form.locator("fieldset", has_text="Third").locator("input[name^=reason-]").fill("خالي من فريق المشروع")
    form.locator("button").click()
    expect(chair.locator(".errsum")).to_have_count(0)


def vote(chair: Page, member: Page, path: str) -> None:
    """A member's motion is carried by two ballots."""
    for page in (member, chair):
        page.goto(path)
        if page is member:
            page.fill("#f-motion", "نقدّم الثاني على الأول")
            page.locator(f"form[action='{path}/motions'] button").click()
        page.locator("form[action$='/ballot'] button[value=for]").click()
    chair.locator("form[action$='/close'] button").click()
    expect(chair.locator("form[action$='/ballot']")).to_have_count(0)


def swap_places(chair: Page, path: str) -> None:
    """The second of the computed order is placed first: refused without a reason, then kept with it."""
    form = chair.locator(f"form[action='{path}/places']")
    first, second = (form.locator(f"#f-place-{number}").input_value() for number in (1, 2))
    form.locator("#f-place-1").select_option(second)
    form.locator("#f-place-2").select_option(first)
    for number in (1, 2):
        form.locator(f"#f-citation-{number}").fill(f"رأي اللجنة في المركز {number}")
        form.locator(f"#f-citation-en-{number}").fill(f"What the jury says of place {number}")
    form.locator("button[type=submit]").click()
    expect(chair.locator("#f-reason-1-error")).to_be_visible()
    expect(form.locator("#f-place-1")).to_have_value(second)
    for number in (1, 2):
        form.locator(f"#f-reason-{number}").fill("أجمع الحاضرون على أن أثره أبقى")
    form.locator("button[type=submit]").click()
    expect(chair.locator(".errsum")).to_have_count(0)


@pytest.mark.parametrize(("language", "category"), list(zip(LANGUAGES, CATEGORIES, strict=True)))
def test_a_category_is_decided_in_its_session_and_its_minutes_tell_it(
    house: House, members: Members, language: str, category: str
):
    path, minutes = f"/{language}/committee/decision/{category}", f"/{language}/committee/minutes/{category}"
    chair, member = members.sign_in("chair", language), members.sign_in("member", language)
    third = members.sign_in("third", language)
    chair.goto(path)
    chair.locator(f"form[action='{path}/open'] button").click()
    note_attendance(chair, path)
    vote(chair, member, path)
    swap_places(chair, path)

    member.goto(path)
    stale = chair.context.new_page()
    stale.goto(path)
    chair.locator(f"form[action='{path}/places'] #f-citation-1").fill("رأي اللجنة بعد المراجعة")
    chair.locator(f"form[action='{path}/places'] button[type=submit]").click()
    member.locator(f"form[action='{path}/sign'] button").click()
    say(member, language, "err.stale_signing")
    expect(member.locator("main table")).to_contain_text("رأي اللجنة بعد المراجعة")
    stale.locator(f"form[action='{path}/places'] button[type=submit]").click()
    beside = stale.locator(".field.invalid", has=stale.locator("#f-citation-1"))
    expect(beside).to_contain_text("رأي اللجنة بعد المراجعة")

    third.goto(path)
    say(third, language, "session.out")
    expect(third.locator(f"form[action='{path}/sign'], form[action='{path}/motions']")).to_have_count(0)
    for page in (member, chair):
        page.goto(path)
        expect(page.locator(f"form[action='{path}/approve']")).to_have_count(0)
        page.locator(f"form[action='{path}/sign'] button").click()
    chair.locator(f"form[action='{path}/approve'] button").click()
    expect(chair.locator(".notice.ok")).to_be_visible()

    member.goto(minutes)
    name = {"ar": "Chair بالعربية", "en": "Chair"}[language]
    expect(member.locator("dl, .summary").first).to_contain_text(name)
    for text in ("خالي من فريق المشروع", "نقدّم الثاني على الأول", "أجمع الحاضرون", "رأي اللجنة بعد المراجعة"):
        expect(member.locator("main")).to_contain_text(text)
    printed = member.request.get(f"{minutes}/pdf")
    assert printed.body().startswith(b"%PDF")


@pytest.fixture(scope="module")
def decided(house: House) -> House:
    """The same site, every category decided."""
    house.site.ask(lambda: decide_the_rest(house.competition))
    return house


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_two_pages_that_fix_the_publication_one_does_and_the_other_is_told(
    decided: House, members: Members, language: str
):
    first = members.sign_in("chair", language)
    second = first.context.new_page()
    path = f"/{language}/committee/publish"
    form = f"form[action='{path}']"
    at = datetime.now(ZoneInfo("Asia/Muscat")) + timedelta(days=1 + LANGUAGES.index(language))
    for page in (first, second):
        page.goto(path)
        if page.locator("details", has=page.locator(form)).count():
            fold_of(page, page.locator(form)).click()
        page.fill("#f-at", at.strftime("%Y-%m-%dT%H:%M"))
        page.fill("#f-typed_name", "small")
    first.locator(f"{form} button").click()
    expect(first.locator("#f-typed_name-error")).to_be_visible()
    for page in (first, second):
        page.fill("#f-typed_name", SHORT[language])
        page.locator(f"{form} button").click()

    expect(first.locator(".notice").first).to_be_visible()
    say(second, language, "err.saved_meanwhile")
    second.goto(path)
    expect(second.locator("input[name=seen]")).to_have_value(
        at.replace(second=0, microsecond=0).astimezone(UTC).isoformat()
    )
