"""The audit trail: who, in which duty, what, when and why; each line with its place in the chain."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from markupsafe import Markup

from service.actors import Actor, Role
from service.audit import Event
from service.audit_check import verify
from service.permissions import Action
from service.text import Ltr, Words
from service.usecases.publishing.log_export import export_log
from service.web.committee.exports import send_file
from service.web.committee.standing import AnyRequest, pick, stand
from service.web.forms import read_form
from service.web.language import with_language
from service.web.pages import Page, page
from storage.reads.committee.log import LogEvent, list_log
from storage.reads.committee.recusals import list_closed_subjects

__all__ = ["AuditController"]

SHOWN_ROLES = (
    Role.REGISTRAR, Role.ASSIGNER, Role.SECRETARY, Role.MEMBER, Role.CHAIR, Role.JUDGE, Role.ENTRANT,
    Role.SUPERVISOR, Role.ADMINISTRATOR,
)  # fmt: skip
LONGEST = 18


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a filter."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of the log."""

    sequence: int
    at: datetime
    who: str
    duty: Markup
    what: Markup
    subject: Markup
    reason: str
    hash: Ltr


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking the whole chain found."""

    n_rows: int
    head: Ltr
    broken: int | None
    how: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the log, with what it is narrowed to."""

    rows: tuple[LogRow, ...]
    older: str | None
    newest: str | None
    event: str
    role: str
    events: tuple[Option, ...]
    roles: tuple[Option, ...]
    last: int
    n_closed: int
    checked: Checked | None


class AuditController(Controller):
    """``/committee/audit``."""

    path = "/committee/audit"

    @get("/", opt={"action": Action.READ_AUDIT})
    async def show(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        asked = request.query_params
        event = asked.get("event", "") if asked.get("event", "") in set(Event) else ""
        role = asked.get("role", "") if asked.get("role", "") in {*SHOWN_ROLES, "system"} else ""
        before = asked.get("before", "")
        start = int(before) if before.isdecimal() and len(before) <= LONGEST else None
        closed = await list_closed_subjects(actor.person_id)
        found = await list_log(event=event, role=role, before=start, closed=closed)
        shown = AuditPage(
            rows=tuple(_row(each, words) for each in found.events),
            older=_address(words, event, role, found.older) if found.older else None,
            newest=_address(words, event, role, None) if start else None,
            event=event,
            role=role,
            events=tuple(
                sorted((Option(each.value, words.plain(f"audit.{each.value}")) for each in Event), key=_label)
            ),
            roles=(
                *(Option(each.value, words.plain(f"duty.{each.value}")) for each in SHOWN_ROLES),
                Option("system", words.plain("audit.system")),
            ),
            last=found.last,
            n_closed=len(closed),
            checked=await _check() if asked.get("check") else None,
        )
        return page("committee/audit", shown)

    @post("/export", opt={"action": Action.EXPORT_AUDIT})
    async def export(self, request: AnyRequest, actor: Actor, now: datetime) -> Response[bytes]:
        await read_form(request)
        standing = await stand(actor)
        content = await export_log(actor, standing.edition_id, now=now)
        return send_file(content, "application/jsonl", f"{standing.slug}-log.jsonl")


def _label(option: Option) -> str:
    return option.label


def _address(words: Words, event: str, role: str, before: int | None) -> str:
    asked = {"event": event, "role": role, "before": str(before or "")}
    query = urlencode({name: value for name, value in asked.items() if value})
    return with_language("/committee/audit", words.lang) + (f"?{query}" if query else "")


def _row(line: LogEvent, words: Words) -> LogRow:
    subject = f"subject.{line.subject}"
    return LogRow(
        sequence=line.sequence,
        at=line.at,
        who=pick(line, "name", words),
        duty=words.say("audit.system" if line.role == "system" else f"duty.{line.role}"),
        what=words.say(f"audit.{line.event}"),
        subject=words.say(subject if subject in words else "subject.other"),
        reason=_reason(line.reason, words),
        hash=Ltr(line.hash),
    )


def _reason(text: str, words: Words) -> str:
    """Give a person's reason as written, one of the program's own in words, and a digest not at all."""
    key = f"log.reason_{text}"
    return words.plain(key) if key in words else "" if _is_digest(text) else text


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)  # noqa: PLR2004 - SHA-256 in hex


async def _check() -> Checked:
    verdict = await verify()
    return Checked(
        n_rows=verdict.rows,
        head=Ltr(verdict.head),
        broken=verdict.broken.sequence if verdict.broken else None,
        how=verdict.broken.how if verdict.broken else "",
    )
