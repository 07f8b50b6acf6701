"""A judge who marks over HTTP while something fails, and what was acknowledged meanwhile."""

from __future__ import annotations

import httpx

from storage.engine import run_sql
from tests.competition import Competition
from tests.conftest import World, csrf_in


class Marker:
    """Saves one mark after the other on one sheet; a refused one may be sent again as it was."""

    def __init__(self, browser: httpx.AsyncClient, code: str, criterion: str, headers: dict[str, str]) -> None:
        self.browser, self.code = browser, code
        self._criterion, self._headers = criterion, headers
        self.acknowledged: dict[int, int] = {}
        """The mark by revision of its sheet."""

    async def save(self) -> httpx.Response:
        revision = max(self.acknowledged, default=0)
        body = {"criterion": self._criterion, "step": revision % 8 + 1, "revision": revision}
        answer = await self.browser.put(f"/en/judging/{self.code}/marks", json=body, headers=self._headers)
        if answer.status_code == httpx.codes.OK:
            self.acknowledged[answer.json()["revision"]] = body["step"]
        return answer

    async def save_until_refused(self, *, at_most: int) -> httpx.Response:
        """Save on: on a disk that is full there may be room in files that are there already."""
        for _ in range(at_most):
            answer = await self.save()
            if answer.status_code != httpx.codes.OK:
                return answer
        raise AssertionError("nothing was refused")

    async def find_wrong(self) -> dict[int, tuple[str | None, str | None]]:
        """What stands otherwise than it was acknowledged, lost and unasked ones alike: by revision, (stands, told)."""
        rows = await run_sql("SELECT revision, after FROM mark_change")
        stands = {row["revision"]: row["after"] for row in rows}
        told = {revision: str(step) for revision, step in self.acknowledged.items()}
        return {
            each: (stands.get(each), told.get(each))
            for each in sorted({*stands, *told})
            if stands.get(each) != told.get(each)
        }


async def begin_to_mark(world: World, judging: Competition) -> Marker:
    """The first judge of a competition at the first sheet."""
    judge = judging.judges[0]
    sheet, code = await judging.sheet(judge), (await judging.list_codes(judge))[0]
    browser = await world.client("judge")
    token = csrf_in((await browser.get("/en/account")).text)
    headers = {"accept": "application/json", "x-csrf-token": token}
    return Marker(browser, code, str(sheet.criteria[0].id), headers)
