"""A judge's score sheets in a browser: opened, marked, and compared with what the server holds."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from storage.tables.scoresheet import Mark, PrivateNote, ScoreSheet
from tests.browser.conftest import Site


def open_sheet(device: BrowserContext, lang: str, code: str) -> Page:
    page = device.new_page()
    page.goto(f"/{lang}/judging/{code}")
    page.locator("form[data-ready]").wait_for()
    page.locator("[data-module~=shelf][data-kept]").wait_for(state="attached")
    return page


def mark(page: Page, at: int, step: int) -> None:
    row = page.locator("[data-criterion]").nth(at)
    row.evaluate("element => { element.open = true }")
    row.locator(f"input[value='{step}']").check(force=True)
    expect(row.locator("[data-chip]")).to_have_text(str(step))


def is_kept(page: Page) -> None:
    """The device says that it has everything and the server has not."""
    expect(page.locator("[data-save-state].local")).to_be_visible()


def held(site: Site, code: str, judge_email: str) -> dict[str, Any]:
    """What the server holds of one sheet."""

    async def read() -> dict[str, Any]:
        sheet = (
            await ScoreSheet.select()
            .where(
                (ScoreSheet.assignment.entry.code_name == code)
                & (ScoreSheet.assignment.judge.person.email == judge_email)
            )
            .first()
        )
        assert sheet is not None
        marks = await Mark.select(Mark.step).where(Mark.sheet == sheet["id"]).order_by(Mark.criterion.position)
        notes = await PrivateNote.select(PrivateNote.content).where(PrivateNote.sheet == sheet["id"])
        return {
            "marks": [row["step"] for row in marks],
            "team": sheet["comment_team"],
            "notes": sorted(row["content"] for row in notes),
        }

    return site.ask(read)  # type: ignore[no-any-return]
