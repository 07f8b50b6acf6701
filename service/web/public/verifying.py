"""Verifying a certificate: valid and for whom, withdrawn, or unknown."""

from dataclasses import dataclass
from datetime import datetime

from litestar import get
from litestar.response import Redirect

from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.publishing.certificates import read_code, verify_certificate
from service.web.committee.standing import AnyRequest, pick
from service.web.pages import Page, go_to, page
from service.web.visit import visit_of
from storage.reads.judge.certificate import ThanksView

__all__ = ["VERIFYING_PAGES"]

MOST_TYPED = 100


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """The answer, and the field to ask again; ``state`` is asked, valid, withdrawn or unknown."""

    state: str
    typed: str
    code: Ltr
    is_judge: bool = False
    name: str = ""
    other_name: str = ""
    honour: str = ""
    is_shared: bool = False
    project: str = ""
    category: str = ""
    institution: str = ""
    edition: str = ""
    href: str = ""
    issued_at: datetime | None = None
    withdrawn_at: datetime | None = None


@get("/verify", opt={"action": Action.READ_PUBLIC})
async def ask_code(request: AnyRequest) -> Page | Redirect:
    """Ask for a code; a typed one leads to its own address."""
    typed = request.query_params.get("code", "").strip()[:MOST_TYPED]
    code = read_code(typed)
    if code:
        return go_to(f"/verify/{code}")
    return page("public/verify", VerifyPage("unknown" if typed else "asked", typed, Ltr("")))


@get("/verify/{certificate:str}", opt={"action": Action.READ_PUBLIC})
async def show_certificate(request: AnyRequest, certificate: str, words: Words, now: datetime) -> Page:
    """Say what a certificate's code stands for. The answer is the same page whether or not there is one."""
    found = await verify_certificate(certificate, address=visit_of(request).address, now=now)
    typed = certificate[:MOST_TYPED]
    if found is None:
        return page("public/verify", VerifyPage("unknown", typed, Ltr("")))
    other = "en" if words.lang == "ar" else "ar"
    if isinstance(found, ThanksView):
        return page("public/verify", _of_judge(found, words, other))
    if found.withdrawn_at is not None:
        return page("public/verify", VerifyPage("withdrawn", "", Ltr(found.code), withdrawn_at=found.withdrawn_at))
    shown = VerifyPage(
        state="valid",
        typed="",
        code=Ltr(found.code),
        name=pick(found, "name", words),
        other_name=str(getattr(found, f"name_{other}")),
        honour=pick(found, "honour", words),
        is_shared=found.is_shared,
        project=pick(found, "title", words),
        category=pick(found, "category", words),
        institution=pick(found, "institution", words),
        edition=pick(found, "edition", words),
        href=f"/winners/{found.edition_slug}/{found.award_slug}",
        issued_at=found.issued_at,
    )
    return page("public/verify", shown)


def _of_judge(found: ThanksView, words: Words, other: str) -> VerifyPage:
    return VerifyPage(
        state="valid",
        typed="",
        code=Ltr(found.code),
        is_judge=True,
        name=pick(found, "name", words),
        other_name=str(getattr(found, f"name_{other}")),
        honour=words.plain("thanks.honour"),
        edition=pick(found, "edition", words),
        issued_at=found.issued_at,
    )


VERIFYING_PAGES = [ask_code, show_certificate]
