"""A judge's own certificate of thanks, as PDF, from the publication on."""

from litestar import Controller, Response, get

from service.actors import JudgeActor
from service.errors import NotFound
from service.permissions import Action, require
from service.settings import Settings
from service.usecases.publishing.certificates import print_thanks
from storage.reads.judge.certificate import find_my_thanks

__all__ = ["JudgeCertificateController"]


class JudgeCertificateController(Controller):
    """``/judging/certificate``."""

    path = "/judging/certificate"

    @get("/", opt={"action": Action.READ_OWN_THANKS})
    async def take(self, judge: JudgeActor, settings: Settings) -> Response[bytes]:
        found = await find_my_thanks(judge.id)
        if found is None:
            raise NotFound
        require(Action.READ_OWN_THANKS, judge.actor, stage=found.stage)
        content = await print_thanks(found, base_url=settings.base_url)
        named = {"content-disposition": f'attachment; filename="certificate-{found.code}.pdf"'}
        return Response(content, media_type="application/pdf", headers=named | {"cache-control": "private, no-store"})
