"""Letters as people get them: plain text and simple HTML, in their language, or in both where we do not know it.

A letter is three messages of the catalogues: ``mail.<template>.subject``, ``.body`` (paragraphs divided by empty lines)
and, where it has a link, ``.action``. A template ``templates/mail/<template>.txt`` may add to the body.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from service.mail.queue import OF_EDITION
from service.settings import Settings
from service.text import LANGUAGES, Ltr, Words
from service.wording import OwnWords
from storage.columns import from_json
from storage.engine import Row
from storage.reads.wording import OwnTexts

__all__ = ["Letter", "preview_letter", "write_letter"]

_CODES = frozenset({"number", "code", "digest"})
"""Facts that run left to right in every language."""

_LATER_FACTS: Mapping[str, dict[str, Any]] = {"entry-exclude": {"rule": "–"}}
"""What a letter says in place of facts that an earlier release did not queue: it may have waited for the upgrade."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be handed over. ``id`` is the same each time it is written."""

    id: UUID
    email: str
    template: str
    message: EmailMessage


@dataclass(frozen=True, slots=True)
class LetterPart:
    """A letter in one language."""

    language: str
    direction: str
    subject: str
    paragraphs: tuple[str, ...]
    link: str | None
    action: str | None
    footer: str


def write_letter(row: Row, settings: Settings, *, now: datetime, own: OwnTexts | None = None) -> Letter:
    """Write a queued letter, in its edition's ``own`` words where it has some.

    Raises KeyError for a template that the catalogues do not know.
    """
    facts = from_json(row["facts"]) or {}
    languages = LANGUAGES if row["language"] == "both" else (row["language"],)
    parts = [_write_part(row["template"], language, facts, settings, own) for language in languages]
    message = EmailMessage(_policy())
    message["Subject"] = _one_line(" · ".join(part.subject for part in parts))
    message["From"] = settings.mail_from
    message["To"] = row["email"]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{row['id']}@{urlsplit(settings.base_url).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = ", ".join(languages)
    message.set_content("\n\n\u2014\n\n".join(_as_text(part) for part in parts) + "\n")
    message.add_alternative(_environment().get_template("letter.html").render(parts=parts), subtype="html")
    return Letter(id=row["id"], email=row["email"], template=row["template"], message=message)


def preview_letter(
    template: str, language: str, facts: Mapping[str, Any], settings: Settings, own: OwnTexts | None = None
) -> tuple[str, tuple[str, ...]]:
    """Give the subject and paragraphs of a letter as it will read; nothing is queued."""
    part = _write_part(template, language, facts, settings, own)
    return part.subject, part.paragraphs


def _write_part(
    template: str, language: str, facts: Mapping[str, Any], settings: Settings, own: OwnTexts | None
) -> LetterPart:
    words = Words(language)
    told = OwnWords(words, (own or {}).get(language, {}))
    facts = {**_LATER_FACTS.get(template, {}), **_in_language(facts, language), **facts}
    said = {name: _typed(words, name, fact) for name, fact in facts.items() if name not in {"path", OF_EDITION}}
    path = facts.get("path")
    key = f"mail.{template}"
    body = told.plain(f"{key}.body", **said)
    try_more = f"{template}.txt"
    if try_more in _more_to_say():
        body += "\n\n" + _environment().get_template(try_more).render(t=words, facts=facts, said=said, ltr=Ltr)
    action = f"{key}.action"
    return LetterPart(
        language=language,
        direction=words.dir,
        subject=told.plain(f"{key}.subject", **said),
        paragraphs=tuple(paragraph.strip() for paragraph in body.split("\n\n") if paragraph.strip()),
        link=f"{settings.base_url}/{language}{path}" if path else None,
        action=words.plain(action) if path and action in words else None,
        footer=words.plain("mail.footer"),
    )


def _in_language(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Give what was queued in two languages (``rule_ar``, ``rule_en``) by its own name: in this one where it can be."""
    named = {name.removesuffix("_ar") for name in facts if name.endswith("_ar") and f"{name[:-3]}_en" in facts}
    other = "en" if language == "ar" else "ar"
    return {name: facts[f"{name}_{language}"] or facts[f"{name}_{other}"] for name in named}


def _typed(words: Words, name: str, fact: object) -> object:
    """Give a fact of the queue the type that is said well: times were written as ISO text, roles are words."""
    if not isinstance(fact, str):
        return fact if isinstance(fact, int | float) and not isinstance(fact, bool) else ""
    if name == "role":
        return words.say(f"duty.{fact}")
    if name in _CODES:
        return Ltr(fact)
    try:
        moment = datetime.fromisoformat(fact)
    except ValueError:
        return fact
    return moment if moment.tzinfo else fact


def _as_text(part: LetterPart) -> str:
    lines = ["\n\n".join(part.paragraphs)]
    if part.link:
        lines.append(f"{part.action}:\n{part.link}" if part.action else part.link)
    lines.append(part.footer)
    return "\n\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Registry(HeaderRegistry):
    """Python makes a class for each header that is set; one for each name is enough."""

    @cache  # noqa: B019 (there is one registry a process)
    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)


@cache
def _policy() -> "EmailPolicy[Any]":
    return EmailPolicy(header_factory=_Registry())


@cache
def _more_to_say() -> frozenset[str]:
    """Templates in the folder, listed once a process: a letter in two languages would look twice."""
    return frozenset(_environment().list_templates())


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(str(files("templates").joinpath("mail"))),
        autoescape=select_autoescape(["html"]),  # the plain-text letters are not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
