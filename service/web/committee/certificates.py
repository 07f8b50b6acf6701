"""Certificates of a published edition: one or all as PDF, and withdrawing one for a written reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.settings import Settings
from service.text import Ltr, Words
from service.usecases.publishing.certificates import print_certificates, withdraw_certificate
from service.web.committee.exports import send_file
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState
from storage.reads.certificates import CertificateView, list_certificates, list_thanks

__all__ = ["CertificatesController"]


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate in the list."""

    code: Ltr
    name: str
    honour: str
    title: str
    withdrawn_at: datetime | None
    withdrawn_reason: str


@dataclass(frozen=True, slots=True)
class CertificateGroup:
    """The certificates of one category, folded away until they are asked for; ``name`` is empty where it has none."""

    name: str
    rows: tuple[CertificateRow, ...]
    n_withdrawn: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class ThanksLine:
    """A judge's certificate of thanks in the list; the judge takes it from the own list of projects."""

    code: Ltr
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class CertificatesPage:
    """The certificates of the edition; ``failed`` is the code of the form that came back with an error."""

    is_locked: bool
    groups: tuple[CertificateGroup, ...]
    thanks: tuple[ThanksLine, ...]
    n_standing: int
    may_withdraw: bool
    failed: str


class CertificatesController(Controller):
    """``/committee/certificates``."""

    path = "/committee/certificates"

    @get("/", opt={"action": Action.READ_CERTIFICATES})
    async def show(self, actor: Actor, words: Words) -> Page:
        return await _show(actor, words)

    @get("/all.pdf", opt={"action": Action.READ_CERTIFICATES})
    async def print_all(self, actor: Actor, settings: Settings) -> Response[bytes]:
        standing = await stand(actor)
        content = await print_certificates(await list_certificates(standing.edition_id), base_url=settings.base_url)
        return send_file(content, "application/pdf", f"{standing.slug}-certificates.pdf")

    @get("/{certificate:str}/pdf", opt={"action": Action.READ_CERTIFICATES})
    async def print_one(self, certificate: str, actor: Actor, settings: Settings) -> Response[bytes]:
        found = await _find(actor, certificate)
        content = await print_certificates([found], base_url=settings.base_url)
        return send_file(content, "application/pdf", f"certificate-{found.code}.pdf")

    @post("/{certificate:str}/withdraw", opt={"action": Action.WITHDRAW_CERTIFICATE})
    async def withdraw(
        self, request: AnyRequest, certificate: str, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        async def again() -> Page:
            return await _show(actor, words, failed=certificate)

        typed = await read_form(request, again=again)
        await withdraw_certificate(actor, certificate, reason=typed.text("reason"), now=now)
        return go_to("/committee/certificates")


async def _find(actor: Actor, code: str) -> CertificateView:
    standing = await stand(actor)
    found = next((each for each in await list_certificates(standing.edition_id) if each.code == code), None)
    if found is None:
        raise NotFound
    return found


async def _show(actor: Actor, words: Words, *, failed: str = "") -> Page:
    standing = await stand(actor)
    found = await list_certificates(standing.edition_id)
    shown = CertificatesPage(
        is_locked=standing.state not in {EditionState.PUBLISHED, EditionState.ARCHIVED},
        groups=_group(found, words, failed),
        thanks=tuple(
            ThanksLine(Ltr(each.code), pick(each, "name", words), f"/verify/{each.code}")
            for each in await list_thanks(standing.edition_id)
        ),
        n_standing=sum(each.withdrawn_at is None for each in found),
        may_withdraw=may(Action.WITHDRAW_CERTIFICATE, actor, stage=standing.state),
        failed=failed,
    )  # fmt: skip
    return page("committee/certificates", shown)


def _group(found: Sequence[CertificateView], words: Words, failed: str) -> tuple[CertificateGroup, ...]:
    """Group certificates by category, as awards are ordered; a fold is open that holds a form to be mended, or all."""
    by_category: dict[str, list[CertificateRow]] = {}
    for each in found:
        row = CertificateRow(
            Ltr(each.code), pick(each, "name", words), pick(each, "honour", words), pick(each, "title", words),
            each.withdrawn_at, each.withdrawn_reason,
        )  # fmt: skip
        by_category.setdefault(pick(each, "category", words), []).append(row)
    return tuple(
        CertificateGroup(
            name, tuple(rows), sum(each.withdrawn_at is not None for each in rows),
            len(by_category) == 1 or any(str(each.code) == failed for each in rows),
        )
        for name, rows in by_category.items()
    )  # fmt: skip
