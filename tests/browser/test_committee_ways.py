"""The committee's other ways, in a real browser: findings, judges from a sheet, comments, severity, exports."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from service.cli.verify import run as verify_command
from service.text import LANGUAGES, Words
from service.usecases.files.identities import keep_findings
from storage.inspect.report import Finding, Place, PlaceKind, Severity
from storage.tables.entry import Entry
from tests.browser.conftest import ARABIC_FIRST
from tests.browser.members import House, Members, members, open_house, say
from tests.competition import CATEGORIES, DEADLINE, Competition

__all__ = ["members"]

pytestmark = pytest.mark.browser

OTHER = {"ar": "en", "en": "ar"}
N_ENTRIES, N_JUDGES = 4, 3
HEAD = "email,name_ar,name_en,kind,languages,categories"


async def _closed(competition: Competition) -> None:
    """Entries are closed; in the abstract of each a name was found."""
    for at in range(N_ENTRIES):
        name = f"Student {at}"
        number = await competition.enter(name, list(CATEGORIES)[at % 2])
        row = await Entry.select(Entry.id).where(Entry.entry_number == number).first()
        assert row
        facts = {"who": name, "excerpt": f"thanks to {name}"}
        found = Finding("identity.person", Severity.FIX, Place(PlaceKind.METADATA, name="abstract_en"), facts)
        await keep_findings(row["id"], None, [found], now=DEADLINE)
    await competition.close()


async def _ranked(competition: Competition) -> None:
    await competition.admit()
    for at in range(N_JUDGES):
        await competition.seat(f"Judge {at}")
    await competition.assign()
    await competition.open_judging()
    await competition.judge_all()
    await competition.end_judging()
    await competition.rank()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A site whose entries are closed and wait for the registrar."""
    with open_house(tmp_path_factory.mktemp("ways"), _closed, max_entries_per_judge=6) as opened:
        yield opened


@pytest.fixture(scope="module")
def ranked(house: House) -> House:
    """The same site, judged and ranked."""
    house.site.ask(lambda: _ranked(house.competition))
    return house


@pytest.mark.parametrize("language", ARABIC_FIRST)
def test_a_name_found_is_dismissed_with_a_reason_or_confirmed(members: Members, language: str):
    registrar = members.sign_in("registrar", language)
    registrar.goto(f"/{language}/committee/eligibility")
    waiting = registrar.locator("ul.tasks").first.locator("a")
    dismissed, confirmed = [waiting.nth(2 * LANGUAGES.index(language) + at).get_attribute("href") for at in range(2)]

    registrar.goto(str(dismissed))
    registrar.locator("#found button[value=dismissed]").click()
    expect(registrar.locator(".errsum")).to_be_visible()
    registrar.locator("#found input[name^=reason-]").fill("اسم شارع في مسقط")
    registrar.locator("#found button[value=dismissed]").click()
    found = registrar.locator("#found")
    expect(found.locator(".tag")).to_have_text(Words(language).plain("findings.state_dismissed"))
    expect(found).to_contain_text("اسم شارع في مسقط")

    registrar.goto(str(confirmed))
    registrar.locator("#found button[value=confirmed]").click()
    expect(registrar.locator("#found .tag")).to_have_text(Words(language).plain("findings.state_confirmed"))


@pytest.mark.parametrize("language", ARABIC_FIRST)
def test_judges_come_from_a_sheet_once_every_row_is_right(members: Members, tmp_path: Path, language: str):
    chair = members.sign_in("chair", language)
    path = f"/{language}/committee/judges/import"
    good = f"first.{language}@judges.example,حكم أول {language},First {language},academic,ar;en,documentary"
    sheet = tmp_path / "judges.csv"
    sheet.write_text(f"{HEAD}\n{good}\nsecond,ثانٍ,Second,other,fr,none\n", encoding="utf-8-sig")

    chair.goto(path)
    chair.set_input_files("#f-sheet", sheet)
    chair.locator(f"form[action='{path}'] button").click()
    expect(chair.locator(".notice.bad")).to_contain_text(Words(language).plain("import.n_faulty", n=1))
    expect(chair.locator("table tbody tr").nth(0)).to_contain_text(Words(language).plain("import.fine"))
    expect(chair.locator("table tbody tr .bad-ink")).to_have_count(1)
    expect(chair.locator(f"form[action='{path}/confirm']")).to_have_count(0)

    chair.fill("#f-text", f"{HEAD}\n{good}\n")
    chair.locator(f"form[action='{path}'] button").click()
    chair.locator(f"form[action='{path}/confirm'] button").click()
    chair.wait_for_url("**/committee/judges?invited=yes")
    say(chair, language, "invite.sent")
    expect(chair.locator("main")).to_contain_text({"ar": "حكم أول ar", "en": "First en"}[language])


@pytest.mark.parametrize("language", ARABIC_FIRST)
def test_what_a_member_says_of_a_project_stands_on_the_record_for_the_others(
    ranked: House, members: Members, language: str
):
    chair, member = members.sign_in("chair", language), members.sign_in("member", OTHER[language])
    chair.goto(f"/{language}/committee/entries")
    project = str(chair.locator("table tbody a").nth(LANGUAGES.index(language)).get_attribute("href"))
    form = chair.locator("form[action$='/comments']")
    chair.goto(project)
    form.locator("textarea").fill("  ")
    form.locator("button").click()
    expect(chair.locator(".errsum, .field.invalid").first).to_be_visible()
    words = f"الصوت أوضح من الصورة، {language}"
    form.locator("textarea").fill(words)
    form.locator("button").click()
    expect(form.locator("textarea")).to_have_value("")
    expect(chair.locator("main")).to_contain_text(words)

    member.goto(project.replace(f"/{language}/", f"/{OTHER[language]}/"))
    expect(member.locator("main")).to_contain_text(words)


@pytest.mark.parametrize("language", ARABIC_FIRST)
def test_how_strict_each_judge_was_is_read_in_points(ranked: House, members: Members, language: str):
    secretary = members.sign_in("secretary", language)
    secretary.goto(f"/{language}/committee/severity")
    rows = secretary.locator("table.severity tbody tr")
    expect(rows).to_have_count(N_JUDGES)
    for at in range(N_JUDGES):
        assert rows.nth(at).locator("svg").get_attribute("aria-label")
        expect(rows.nth(at).locator("td.num")).not_to_be_empty()


@pytest.mark.parametrize("language", ARABIC_FIRST)
def test_tables_and_the_bundle_are_taken_and_open_again_alike(
    ranked: House, members: Members, tmp_path: Path, language: str
):
    chair = members.sign_in("chair", language)
    chair.goto(f"/{language}/committee/exports")
    taken = {
        kind: _download(chair, f"form[action$='/table/marks/{kind}'] button", tmp_path)
        for kind in ("csv", "xlsx", "json")
    }
    with taken["csv"].open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    sheet = load_workbook(taken["xlsx"]).active
    cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert lines == cells
    assert bool(sheet.sheet_view.rightToLeft) is (language == "ar")
    assert len(json.loads(taken["json"].read_text(encoding="utf-8"))) == len(lines) - 1 > 0

    if not chair.locator("form[action*='/exports/bundle/']").count():
        chair.locator("form[action$='/exports/bundle'] button").click()
    bundle = _download(chair, "form[action*='/exports/bundle/'] button", tmp_path)
    assert verify_command([str(bundle)]) == 0


def _download(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as waited:
        page.locator(button).first.click()
    path = folder / waited.value.suggested_filename
    waited.value.save_as(path)
    return path
