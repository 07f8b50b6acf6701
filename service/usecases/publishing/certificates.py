"""Certificates: drawn at publication for each member of an honoured team, printed, verified by anybody, withdrawn.

Judges who served have one of thanks, drawn at the same instant and verified on the same page.
"""

import asyncio
import io
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actors import Actor
from service.audit import Event, record
from service.errors import Conflicting, FieldError, Invalid, NotFound
from service.permissions import Action, require
from service.text import LANGUAGES, Words
from service.typesetting import set_pdf
from service.usecases.people.attempts import LOOK_UPS, count
from storage.columns import from_json
from storage.engine import for_update, insert_many, transaction
from storage.reads.certificates import CertificateView, find_certificate, list_served_judges
from storage.reads.judge.certificate import ThanksView, find_thanks
from storage.rows import get_row
from storage.tables.award import Award, Certificate
from storage.tables.edition import Edition
from storage.tables.panel import JudgeCertificate

__all__ = [
    "issue_certificates",
    "issue_thanks",
    "print_certificates",
    "print_thanks",
    "read_code",
    "verify_certificate",
    "withdraw_certificate",
]

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that are not taken for one another: no 0 and O, no 1, I and L."""
LENGTH, GROUP = 12, 4
"""31 ** 12 codes are 59 bits: thirty guesses in five minutes find none in any time that matters."""


class AlreadyWithdrawn(Conflicting):
    """The certificate was withdrawn before."""

    code = "already-withdrawn"


def draw_code() -> str:
    """Draw a code, in groups of four."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(drawn[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def read_code(typed: str) -> str | None:
    """Read a code as people type it: small letters, blanks and other dashes do not matter. None where it is none."""
    letters = "".join(letter for letter in typed.upper() if letter.isascii() and letter.isalnum())
    if len(letters) != LENGTH or any(letter not in ALPHABET for letter in letters):
        return None
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


async def issue_certificates(awards: Sequence[Award], *, now: datetime) -> int:
    """Make a certificate for each member of each honoured team, in the transaction that publishes; return how many."""
    made = [
        Certificate(
            edition=award.edition, award=award.id, position=position, code=draw_code(), name_ar=name_ar or name_en,
            name_en=name_en or name_ar, issued_at=now, withdrawn_at=None, withdrawn_reason="",
        )
        for award in awards
        for position, (name_ar, name_en) in enumerate(from_json(award.team), start=1)
    ]  # fmt: skip
    await insert_many(made)
    return len(made)


async def issue_thanks(edition_id: UUID, *, now: datetime) -> int:
    """Make a certificate of thanks for each judge who sealed a sheet, in the transaction that publishes; how many."""
    made = [
        JudgeCertificate(
            edition=edition_id, judge=each.id, code=draw_code(), name_ar=each.name_ar or each.name_en,
            name_en=each.name_en or each.name_ar, issued_at=now,
        )
        for each in await list_served_judges(edition_id)
    ]  # fmt: skip
    await insert_many(made)
    return len(made)


async def verify_certificate(typed: str, *, address: str, now: datetime) -> CertificateView | ThanksView | None:
    """Say what a code stands for, None for none. Each look counts against the asker's address: guessing is slow."""
    await count(LOOK_UPS, address, now=now)
    code = read_code(typed)
    if code is None:
        return None
    return await find_certificate(code) or await find_thanks(code)


async def withdraw_certificate(actor: Actor, typed: str, *, reason: str, now: datetime) -> None:
    """Withdraw a certificate for a written reason: verifying it tells so from now on."""
    async with transaction():
        found = await for_update(Certificate.select().where(Certificate.code == (read_code(typed) or ""))).first()
        if found is None:
            raise NotFound
        edition = await get_row(Edition.select(Edition.state).where(Edition.id == found["edition"]))
        require(
            Action.WITHDRAW_CERTIFICATE, actor, stage=edition["state"],
            owns=actor.edition_id in {None, found["edition"]},
        )  # fmt: skip
        if not reason.strip():
            raise Invalid(FieldError("reason", "err.reason_needed"))
        if found["withdrawn_at"] is not None:
            raise AlreadyWithdrawn
        await Certificate.update(
            {Certificate.withdrawn_at: now, Certificate.withdrawn_reason: reason.strip()}
        ).where(Certificate.id == found["id"])  # fmt: skip
        await record(
            Event.CERTIFICATE_WITHDRAWN, by=actor, about=("certificate", UUID(str(found["id"]))), at=now,
            reason=reason.strip(),
        )  # fmt: skip


async def print_certificates(certificates: Sequence[CertificateView], *, base_url: str) -> bytes:
    """Set certificates as one PDF, a page each. Raises NotFound where there is none that stands."""
    standing = [each for each in certificates if each.withdrawn_at is None]
    if not standing:
        raise NotFound
    return await asyncio.to_thread(set_pdf, "certificate", describe(standing, base_url))


async def print_thanks(thanks: ThanksView, *, base_url: str) -> bytes:
    """Set a judge's certificate of thanks as PDF."""
    return await asyncio.to_thread(set_pdf, "certificate", describe_thanks(thanks, base_url))


def describe_thanks(thanks: ThanksView, base_url: str) -> dict[str, Any]:
    """Give what the template reads: the edition stands where a winner's certificate names the project."""
    spoken = {language: Words(language) for language in LANGUAGES}
    link = link_of(thanks.code, base_url)
    return {
        "title": spoken["ar"].plain("thanks.title"),
        "words": {
            language: {name: words.plain(f"thanks.{name}") for name in ("title", "awarded_to", "for_project")}
            | {name: words.plain(f"cert.{name}") for name in ("verify", "chair")}
            for language, words in spoken.items()
        },
        "certificates": [
            {
                "code": thanks.code,
                "link": link,
                "qr": draw_qr(link),
                **{
                    language: {
                        "name": getattr(thanks, f"name_{language}"),
                        "institution": "",
                        "project": getattr(thanks, f"edition_{language}"),
                        "honour": words.plain("thanks.honour"),
                        "category": "",
                        "edition": "",
                        "date": words.date_of(thanks.issued_at),
                    }
                    for language, words in spoken.items()
                },
            }
        ],
    }


def describe(certificates: Sequence[CertificateView], base_url: str) -> dict[str, Any]:
    """Give what the template reads."""
    spoken = {language: Words(language) for language in LANGUAGES}
    return {
        "title": spoken["ar"].plain("cert.title"),
        "words": {
            language: {
                name: words.plain(f"cert.{name}") for name in ("title", "awarded_to", "for_project", "verify", "chair")
            }
            for language, words in spoken.items()
        },
        "certificates": [
            {
                "code": each.code,
                "link": link_of(each.code, base_url),
                "qr": draw_qr(link_of(each.code, base_url)),
                **{language: _side(each, language, words) for language, words in spoken.items()},
            }
            for each in certificates
        ],
    }


def _side(each: CertificateView, language: str, words: Words) -> dict[str, str]:
    other = "en" if language == "ar" else "ar"

    def pick(name: str) -> str:
        return str(getattr(each, f"{name}_{language}") or getattr(each, f"{name}_{other}") or "")

    honour = pick("honour")
    return {
        "name": pick("name"),
        "institution": pick("institution"),
        "project": pick("title"),
        "honour": f"{honour} · {words.plain('place.shared')}" if each.is_shared else honour,
        "category": pick("category"),
        "edition": pick("edition"),
        "date": words.date_of(each.issued_at),
    }


def link_of(code: str, base_url: str) -> str:
    """Give the address that the square opens: it has no language, so that the reader's own is chosen."""
    return f"{base_url}/verify/{code}"


def draw_qr(link: str) -> str:
    """Draw an address as a square to be scanned, with the quiet border that scanners need, as SVG."""
    import segno  # noqa: PLC0415 (only printing needs it)

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=4, dark="#000", light="#fff", xmldecl=False)
    return out.getvalue().decode()
