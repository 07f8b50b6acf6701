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

__all__ = ["DEPENDENCIES"]

AnyRequest = Request[Any, Any, Any]


async def _actor(request: AnyRequest) -> Actor:
    return visit_of(request).actor


async def _judge(request: AnyRequest) -> JudgeActor:
    visit = visit_of(request)
    if visit.judge_id is None or visit.actor.edition_id is None:
        raise NotAllowed(action=Action.LIST_SHEETS)
    return JudgeActor(id=visit.judge_id, edition_id=visit.actor.edition_id, actor=visit.actor)


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
