"""The judge's copies: each address checks that the project is this judge's, then leads to a short-lived link."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, get
from litestar.response import Redirect

from service.actors import JudgeActor
from service.errors import NotFound
from service.permissions import Action
from service.usecases.files.reading import make_reading_link
from service.usecases.judging.notes import note_opening
from storage.reads.judge.files import find_my_file

__all__ = ["JudgeFileController"]


class JudgeFileController(Controller):
    """``/judging/{code}/files/{file}``: the copy, a lighter one, its pages, its poster."""

    path = "/judging/{code:str}/files/{file:uuid}"

    @get("/copy", opt={"action": Action.READ_SHEET})
    async def copy(self, code: str, file: UUID, judge: JudgeActor, now: datetime, objects: Any) -> Redirect:
        found = await find_my_file(judge.id, code, file)
        if found is None:
            raise NotFound
        await note_opening(judge, found.sheet_id, file, now=now)
        return await _lead_to(objects, found.key, found.media_type, found.name)

    @get("/light", opt={"action": Action.READ_SHEET})
    async def light(self, code: str, file: UUID, judge: JudgeActor, now: datetime, objects: Any) -> Redirect:
        found = await find_my_file(judge.id, code, file, light=True)
        if found is None:
            raise NotFound
        await note_opening(judge, found.sheet_id, file, now=now)
        return await _lead_to(objects, found.key, found.media_type, found.name)

    @get("/pages/{number:int}", opt={"action": Action.READ_SHEET})
    async def leaf(
        self, code: str, file: UUID, number: int, judge: JudgeActor, now: datetime, objects: Any
    ) -> Redirect:
        found = await find_my_file(judge.id, code, file, page=number)
        if found is None:
            raise NotFound
        await note_opening(judge, found.sheet_id, file, now=now)
        return await _lead_to(objects, found.key, found.media_type, found.name)

    @get("/poster", opt={"action": Action.READ_SHEET})
    async def poster(self, code: str, file: UUID, judge: JudgeActor, objects: Any) -> Redirect:
        found = await find_my_file(judge.id, code, file, poster=True)
        if found is None:
            raise NotFound
        return await _lead_to(objects, found.key, found.media_type, found.name)


async def _lead_to(objects: Any, key: str, media_type: str, name: str) -> Redirect:
    return Redirect(await make_reading_link(objects, key, media_type=media_type, name=name), status_code=302)
