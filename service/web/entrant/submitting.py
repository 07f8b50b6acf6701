"""Checking, seeing the project as judges do, submitting, the receipt, withdrawing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.settings import Settings
from service.text import Ltr, Words
from service.usecases.entering.entries import open_entry
from service.usecases.entering.submission import submit_entry, withdraw_entry
from service.usecases.entering.withdrawing import WITHDRAWABLE, ask_withdrawal
from service.usecases.publishing.certificates import print_certificates
from service.web.declared import say_ai
from service.web.entrant.file_views import Trace, list_traces
from service.web.entrant.lengths import write_clock
from service.web.entrant.views import Head, make_head, pick
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from service.web.work import Place, WorkPage, work_page
from storage.lifecycle import FileState
from storage.reads.certificates import CertificateView, list_certificates_of_entry
from storage.reads.entrant.asking import list_questions
from storage.reads.entrant.edition import list_ai_statements, list_expertise
from storage.reads.entrant.entry import EntryView
from storage.reads.entrant.files import FileView
from storage.reads.entrant.receipts import ReceiptView, find_receipt
from storage.reads.judge.files import list_blind_files
from storage.reads.judge.views import BlindEntry

__all__ = ["SubmittingController"]

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class CheckFile:
    """A file in the list of what will be submitted."""

    label: str
    name: str
    size: int
    state: str


@dataclass(frozen=True, slots=True)
class WithdrawPage:
    """Withdrawing while entries are open; asking the registrar for it afterwards."""

    head: Head
    may_ask: bool
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A member's certificate."""

    code: Ltr
    name: str
    honour: str
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class CertificatesPage:
    """The certificates of one project's members: none where it has no honour."""

    head: Head
    rows: tuple[CertificateLine, ...]


@dataclass(frozen=True, slots=True)
class CheckPage:
    """All the answers before submitting, with what may reveal somebody."""

    head: Head
    entry: EntryView
    tags: tuple[str, ...]
    duration: str
    credits: str
    institution: str
    supervisor: str
    members: tuple[tuple[str, bool], ...]
    files: tuple[CheckFile, ...]
    missing: tuple[str, ...]
    ai: str
    traces: tuple[Trace, ...]


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """The project without its people, as the judges' own page lays it out. ``waiting``: files without a copy yet."""

    head: Head
    work: WorkPage
    waiting: tuple[str, ...]
    traces: tuple[Trace, ...]


@dataclass(frozen=True, slots=True)
class SubmittedPage:
    """The receipt, or both."""

    head: Head
    receipt: ReceiptView
    is_incomplete: bool
    is_earlier_standing: bool


class SubmittingController(Controller):
    """``/entries/{number}``: ``/check``, ``/preview``, ``/submitted``, ``/withdraw``."""

    path = "/entries/{number:str}"

    @get("/check", opt={"action": Action.READ_ENTRY})
    async def check(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return page("entrant/check", await _check_page(number, actor, words, now))

    @post("/check", opt={"action": Action.SUBMIT_ENTRY})
    async def submit(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Redirect:
        async def again() -> Page:
            return page("entrant/check", await _check_page(number, actor, words, now))

        typed = await read_form(request, again=again)
        await submit_entry(
            actor, number, revision=typed.number("revision") or 0, is_declared=typed.flag("declared"), now=now
        )
        return go_to(f"/entries/{number}/submitted")

    @get("/preview", opt={"action": Action.READ_ENTRY})
    async def preview(self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        shown = request.query_params.get("file")
        return page("entrant/preview", await _preview_page(number, actor, words, now, shown=shown))

    @get("/submitted", opt={"action": Action.READ_ENTRY})
    async def submitted(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        own, entry = await open_entry(actor, number)
        receipt = await find_receipt(own.id)
        if receipt is None:
            raise NotFound
        head = make_head(own, entry, actor, words, now)
        is_over = head.grace_until is not None and now >= head.grace_until
        return page(
            "entrant/submitted",
            SubmittedPage(
                head=head,
                receipt=receipt,
                is_incomplete=is_over and receipt.complete_at is None,
                is_earlier_standing=receipt.has_later,
            ),
        )

    @get("/withdraw", opt={"action": Action.READ_ENTRY})
    async def ask_withdraw(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        return await _withdraw_page(number, actor, words, now)

    @post("/withdraw", opt={"action": Action.WITHDRAW_ENTRY})
    async def withdraw(self, number: str, actor: Actor, now: datetime) -> Redirect:
        await withdraw_entry(actor, number, now=now)
        return go_to("/entries")

    @post("/withdraw/request", opt={"action": Action.ASK_WITHDRAWAL})
    async def request_withdrawal(
        self, request: AnyRequest, number: str, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        async def again() -> Page:
            return await _withdraw_page(number, actor, words, now)

        typed = await read_form(request, again=again)
        await ask_withdrawal(actor, number, reason=typed.text("reason"), now=now)
        return go_to(f"/entries/{number}/withdraw")

    @get("/certificates", opt={"action": Action.READ_OWN_CERTIFICATES})
    async def certificates(self, number: str, actor: Actor, words: Words, now: datetime) -> Page:
        own, entry = await open_entry(actor, number, Action.READ_OWN_CERTIFICATES)
        found = await list_certificates_of_entry(own.id)
        rows = tuple(_certificate(each, words) for each in found)
        return page("entrant/certificates", CertificatesPage(make_head(own, entry, actor, words, now), rows))

    @get("/certificates/{certificate:str}", opt={"action": Action.READ_OWN_CERTIFICATES})
    async def certificate(self, number: str, certificate: str, actor: Actor, settings: Settings) -> Response[bytes]:
        own, _ = await open_entry(actor, number, Action.READ_OWN_CERTIFICATES)
        found = [each for each in await list_certificates_of_entry(own.id) if each.code == certificate]
        content = await print_certificates(found, base_url=settings.base_url)
        named = {"Content-Disposition": f'attachment; filename="certificate-{certificate}.pdf"'}
        return Response(content, media_type="application/pdf", headers=named | {"Cache-Control": "private, no-store"})


async def _withdraw_page(number: str, actor: Actor, words: Words, now: datetime) -> Page:
    own, entry = await open_entry(actor, number)
    asked = [each for each in await list_questions(own.id) if each.kind == "withdrawal" and each.answered_at is None]
    may_ask = own.is_lead and own.state in WITHDRAWABLE and may(Action.ASK_WITHDRAWAL, actor, stage=own.rules.state)
    shown = WithdrawPage(make_head(own, entry, actor, words, now), may_ask, asked[0].asked_at if asked else None)
    return page("entrant/withdraw", shown)


def _certificate(each: CertificateView, words: Words) -> CertificateLine:
    return CertificateLine(Ltr(each.code), pick(each, "name", words), pick(each, "honour", words), each.withdrawn_at)


async def _check_page(number: str, actor: Actor, words: Words, now: datetime) -> CheckPage:
    own, entry = await open_entry(actor, number)
    fields = {each.slug: pick(each, "name", words) for each in await list_expertise(own.rules.id)}
    supervision = entry.supervision
    return CheckPage(
        head=make_head(own, entry, actor, words, now),
        entry=entry,
        tags=tuple(fields.get(tag, tag) for tag in entry.tags),
        duration=write_clock(entry.duration_seconds),
        credits=write_clock(entry.credits_start),
        institution=pick(entry, "institution", words),
        supervisor=pick(supervision, "name", words) if supervision else "",
        members=tuple((pick(each, "name", words), each.confirmed_at is not None) for each in entry.members),
        files=tuple(
            CheckFile(pick(material, "name", words), file.name, file.size, _state(file))
            for material in entry.materials
            for file in material.standing
        ),
        missing=tuple(
            pick(material, "name", words)
            for material in entry.materials
            if material.is_required and not material.is_link and not material.standing
        ),
        ai=await _say_ai(entry, words),
        traces=list_traces(own, entry, words, now=now),
    )


def _state(file: FileView) -> str:
    if file.state is FileState.READY:
        return "ready"
    return "arriving" if file.is_arriving else "checking"


async def _preview_page(number: str, actor: Actor, words: Words, now: datetime, *, shown: str | None) -> PreviewPage:
    own, entry = await open_entry(actor, number)
    sent = [(material, file) for material in entry.materials if material.is_for_judges for file in material.standing]
    files = await list_blind_files([file.id for _, file in sent], None)
    base = f"/entries/{own.number}"
    return PreviewPage(
        head=make_head(own, entry, actor, words, now),
        work=work_page(await _blind(entry), files, words, Place(f"{base}/preview", f"{base}/files"), shown=shown),
        waiting=tuple(pick(material, "name", words) for material, file in sent if file.judge_key is None),
        traces=list_traces(own, entry, words, now=now),
    )


async def _blind(entry: EntryView) -> BlindEntry:
    """Give the draft as its judges would read it, were it submitted now. It has no code name before entries close."""
    ready = {each.slug: each for each in await list_ai_statements(entry.rules.id)}.get(entry.ai_slug or "")
    return BlindEntry(
        code_name="",
        title_ar=entry.title_ar,
        title_en=entry.title_en,
        abstract_ar=entry.abstract_ar,
        abstract_en=entry.abstract_en,
        category_ar=entry.category.name_ar,
        category_en=entry.category.name_en,
        work_language=entry.work_language,
        seconds=entry.duration_seconds,
        ai_ready_ar=ready.text_ar if ready else "",
        ai_ready_en=ready.text_en if ready else "",
        ai_text=entry.ai_text or "",
    )


async def _say_ai(entry: EntryView, words: Words) -> str:
    chosen = [each for each in await list_ai_statements(entry.rules.id) if each.slug == entry.ai_slug]
    ready_ar, ready_en = (chosen[0].text_ar, chosen[0].text_en) if chosen else ("", "")
    return say_ai(ready_ar, ready_en, entry.ai_text or "", words)
