"""One project as the committee sees it."""

from service.usecases.entering.withdrawing import withdraw_for_team
from storage.tables.entry import Entry
from tests.competition import JUDGED
from tests.web.committee.conftest import House


async def test_a_project_withdrawn_after_judging_says_so_and_that_its_sheets_count_no_more(ranked_now: House):
    chair = await ranked_now.client("chair")
    entry = await Entry.select(Entry.id, Entry.code_name).where(Entry.state == "admitted").first()
    assert entry is not None
    path = f"/en/committee/entries/{entry['code_name']}"
    before = (await chair.get(path)).text
    assert "withdrawn" not in before

    await withdraw_for_team(ranked_now.actors["registrar"], entry["id"], reason="Asked by the team", now=JUDGED)
    after = (await chair.get(path)).text

    assert "This project was withdrawn" in after
    assert "is kept, and no longer counts" in after
    assert "No sheet counts any more" in after
    assert "No sheets for this project yet" not in after
    assert "Asked by the team" not in after
