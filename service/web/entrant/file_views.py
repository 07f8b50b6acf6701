"""The cards of an entry's files, in every state that a file can be in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from service.text import Words
from service.usecases.entering.own_entry import OwnEntry
from service.usecases.files.findings import say_findings, say_trace
from service.web.entrant.views import pick
from service.web.limits import list_limits, list_shapes
from storage.lifecycle import FileState, UploadState
from storage.reads.entrant.entry import EntryView
from storage.reads.entrant.files import FileView, MaterialView

__all__ = ["Check", "FileCard", "Progress", "Trace", "list_cards", "list_traces"]

_FILMS = frozenset({"mp4", "mov", "webm", "mkv"})
_SOUNDS = frozenset({"mp3", "m4a", "wav", "ogg", "flac"})
_PICTURES = frozenset({"jpeg", "png", "webp", "gif", "tiff"})
_CAPTIONS = frozenset({"srt", "vtt"})
_ENDINGS = {"jpeg": ".jpg,.jpeg", "tiff": ".tif,.tiff", "mp4": ".mp4,.m4v"}


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a file the store holds."""

    done: int
    total: int
    share: float


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the inspection's result."""

    label: str
    ok: bool


@dataclass(frozen=True, slots=True)
class FileCard:
    """One card: a file that is asked for, or one that was sent."""

    name: str
    slug: str
    label: str
    kind: str
    state: str
    file_id: str
    upload_id: str
    file_name: str
    size: int | None
    at: datetime | None
    rules: Markup
    rule: str
    limits: tuple[Markup, ...]
    accept: str
    max_bytes: int
    progress: Progress | None
    until: datetime | None
    error: str | None
    is_kept: bool
    is_damaged: bool
    checks: tuple[Check, ...]
    digest: str | None
    is_required: bool
    is_committee_only: bool
    is_addition: bool
    may_send: bool
    may_open: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """A place where a name or an institution may stand, with where to mend it."""

    where: str
    place: str
    what: str
    do: str
    href: str


def list_cards(
    own: OwnEntry, entry: EntryView, words: Words, *, held: dict[str, int], now: datetime, only: str | None = None
) -> tuple[FileCard, ...]:
    """List the cards of an entry's files in the category's order. ``held``: bytes in the store by upload."""
    cards: list[FileCard] = []
    for material in entry.materials:
        if material.is_link or (only is not None and material.slug != only):
            continue
        maker = _CardMaker(own, material, words, held, now)
        cards.extend(maker.card(file) for file in maker.files)
        places = {file.position for file in material.files if file.state is not FileState.REFUSED}
        if not material.files or (material.max_files > 1 and len(places) < material.max_files):
            cards.append(maker.blank())
    return tuple(cards)


class _CardMaker:
    """Makes the cards of one material."""

    def __init__(
        self, own: OwnEntry, material: MaterialView, words: Words, held: dict[str, int], now: datetime
    ) -> None:
        self._own, self._material, self._words, self._held, self._now = own, material, words, held, now
        self._may_edit = own.is_changeable(now=now)
        self.files = tuple(
            file for at, file in enumerate(material.files) if not _is_outdone(file, material.files[at + 1 :])
        )

    def blank(self) -> FileCard:
        """Make the card of a file that was not sent yet."""
        is_addition = bool(self._material.files)
        return self._card(name=f"{self._material.slug}{'-new' if is_addition else ''}", is_addition=is_addition)

    def card(self, file: FileView) -> FileCard:
        """Make the card of a file that was registered."""
        upload = file.upload
        state = self._state_of(file)
        is_only = self._material.max_files == 1 and len(self.files) == 1
        progress = None
        if upload is not None and upload.state is UploadState.OPEN:
            done = min(self._held.get(str(upload.id), 0), file.size)
            progress = Progress(done, file.size, done / file.size if file.size else 0)
        accepted = [each for each in self._material.accepted if each.position == file.position]
        return self._card(
            name=self._material.slug if is_only else f"{self._material.slug}-{file.id}",
            state=state,
            file_id=str(file.id),
            upload_id=str(upload.id) if upload else "",
            file_name=file.name,
            size=file.size,
            at=file.created_at if state == "ready" else None,
            progress=progress,
            until=self._grace_until() if state == "arriving" else None,
            error=self._error(file) if state == "refused" else None,
            is_kept=state == "refused" and bool(accepted),
            is_damaged=bool(upload and upload.missing and state in {"paused", "arriving"}),
            checks=self._checks(file, state),
            digest=file.sha256 if state == "ready" else None,
            may_open=file.state is FileState.READY,
            is_arriving=file.is_arriving,
        )

    def _card(self, *, name: str, is_arriving: bool = False, **known: Any) -> FileCard:
        material, words = self._material, self._words
        grace = self._grace_until()
        may_finish = is_arriving and grace is not None and self._now < grace
        values: dict[str, Any] = {
            "state": "needed", "file_id": "", "upload_id": "", "file_name": "", "size": None, "at": None,
            "progress": None, "until": None, "error": None, "is_kept": False, "is_damaged": False, "checks": (),
            "digest": None, "is_addition": False, "may_open": False,
        }  # fmt: skip
        return FileCard(
            name=name,
            slug=material.slug,
            label=pick(material, "name", words),
            kind=_kind(material),
            rules=_rules(material, words),
            rule=pick(material, "rule", words),
            limits=list_limits(material, words),
            accept=",".join(_ENDINGS.get(name, f".{name}") for name in material.formats),
            max_bytes=material.max_bytes,
            is_required=material.is_required,
            is_committee_only=not material.is_for_judges,
            may_send=self._may_edit or may_finish,
            **values | known,
        )

    def _grace_until(self) -> datetime | None:
        return self._own.rules.grace_until

    def _state_of(self, file: FileView) -> str:
        upload = file.upload
        if file.state is FileState.READY:
            return "ready"
        if file.state is FileState.REFUSED:
            return "refused"
        if upload is not None and upload.state is not UploadState.OPEN:
            return "checking"
        return "paused" if self._may_edit else "arriving"

    def _error(self, file: FileView) -> str:
        said = say_findings(_findings(file), self._words, severities=frozenset({"refused"}))
        return " ".join(f"{each.what} {each.do}" for each in said) or self._words.plain("file.refused_plain")

    def _checks(self, file: FileView, state: str) -> tuple[Check, ...]:
        if state in {"paused", "arriving"}:
            return (Check(self._words.plain("file.committed"), ok=True),)
        if not self._may_edit:
            return ()
        said = say_findings(_findings(file), self._words, severities=frozenset({"fix", "committee"}))
        places: dict[tuple[str, str], list[str]] = {}
        for each in said:
            places.setdefault((each.what, each.do), []).append(each.where)
        between = self._words.plain("list.separator")
        return tuple(
            Check(f"{_stand_first(between.join(where))}: {what} {do}", ok=False) for (what, do), where in places.items()
        )


def list_traces(own: OwnEntry, entry: EntryView, words: Words, *, now: datetime) -> tuple[Trace, ...]:
    """List where a name may stand, in words, each with the page where it can be mended; nothing once none can be."""
    if not own.is_changeable(now=now):
        return ()
    names = {file.id: material for material in entry.materials for file in material.files}
    traces = []
    for finding in entry.findings:
        said = say_trace(finding.code, finding.place, finding.excerpt, words)
        known = names.get(finding.file_id) if finding.file_id else None
        if known is None:
            field = finding.place["name"]
            where, href = words.plain(f"entry.{field}"), f"/entries/{entry.number}/{_page_of(field)}"
        else:
            where, href = pick(known, "name", words), f"/entries/{entry.number}/files/{known.slug}"
        place = said.where if known is not None else ""
        traces.append(Trace(where, place, said.what, said.do, href))
    return tuple(traces)


def _is_outdone(file: FileView, later: Sequence[FileView]) -> bool:
    """Say whether a file that was not accepted has been followed by another in its place: it has no more to say."""
    return file.state is FileState.REFUSED and any(each.position == file.position for each in later)


def _stand_first(where: str) -> str:
    """Begin a sentence with a place in the file: one warning may hold of several."""
    return where[:1].upper() + where[1:]


def _page_of(field: str) -> str:
    return "ai-statement" if field == "ai_text" else f"details#f-{field}"


def _findings(file: FileView) -> tuple[dict[str, Any], ...]:
    return file.upload.findings if file.upload else ()


def _kind(material: MaterialView) -> str:
    formats = set(material.formats)
    for kind, known in (("film", _FILMS), ("sound", _SOUNDS), ("captions", _CAPTIONS), ("image", _PICTURES)):
        if formats <= known:
            return kind
    if formats & _FILMS:
        return "film"
    return "archive" if formats == {"zip"} else "document"


def _rules(material: MaterialView, words: Words) -> Markup:
    """Say what is asked, before the button: the rule in words, the formats, how many files, the largest size.

    Lengths are told here where no rule tells them; the file's own page tells every limit.
    """
    rule = pick(material, "rule", words)
    limits = list_shapes(material, words) if rule else list_limits(material, words)
    optional = Markup(" ") + words("field.optional") if not material.is_required else Markup("")
    return (Markup("{}. ").format(rule.rstrip(".")) if rule else Markup("")) + Markup(" · ").join(limits) + optional
