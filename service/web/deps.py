"""What handlers may ask for by a parameter's name."""

from datetime import datetime
from typing import Any

from litestar import Request
from litestar.di import Provide

from service.actors import Actor, JudgeActor
from service.errors import NotAllowed
from service.permissions import Action
from service.settings import Settings
from service.text import Words
from service.web.visit import visit_of
from storage.reads.accounts import find_judge_id

__all__ = ["DEPENDENCIES"]

AnyRequest = Request[Any, Any, Any]


async def _actor(request: AnyRequest) -> Actor:
    return visit_of(request).actor


async def _judge(request: AnyRequest) -> JudgeActor:
    actor = visit_of(request).actor
    judge_id = await find_judge_id(actor.person_id, actor.edition_id) if actor.person_id and actor.edition_id else None
    if judge_id is None or actor.edition_id is None:
        raise NotAllowed(action=Action.LIST_SHEETS)
    return JudgeActor(id=judge_id, edition_id=actor.edition_id, actor=actor)


async def _now(request: AnyRequest) -> datetime:
    return visit_of(request).received_at


async def _settings(request: AnyRequest) -> Settings:
    return visit_of(request).settings


async def _words(request: AnyRequest) -> Words:
    visit = visit_of(request)
    return Words(visit.language, digits=visit.digits)


async def _objects(request: AnyRequest) -> Any:
    return request.app.state.objects


DEPENDENCIES = {
    "actor": Provide(_actor),
    "judge": Provide(_judge),
    "now": Provide(_now),
    "settings": Provide(_settings),
    "words": Provide(_words),
    "objects": Provide(_objects),
}
