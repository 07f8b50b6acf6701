"""A project as its judges see it: the one page of it that judges score beside and that its team looks at beforehand.

What reaches judges is decided by ``storage/reads/judge`` and laid out here; nothing else lays it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.text import Ltr, Words
from service.web.declared import say_ai
from service.web.language import with_language
from storage.reads.judge.views import BlindEntry, BlindFile

__all__ = ["FilePage", "Place", "WorkPage", "pick", "work_page"]

_ORDER = {"film": 0, "sound": 1, "pages": 2, "picture": 3}


@dataclass(frozen=True, slots=True)
class LeafPage:
    """A page picture and its text."""

    number: int
    src: str
    width: int
    height: int
    text: str


@dataclass(frozen=True, slots=True)
class TrackPage:
    """Captions of a film."""

    src: str
    lang: str
    label: str
    default: bool


@dataclass(frozen=True, slots=True)
class FilePage:
    """A file as the evidence beside the rubric shows it."""

    id: str
    label: str
    kind: str
    src: str
    href: str
    poster: str | None
    light: str | None
    light_size: int | None
    size: int
    seconds: int | None
    is_opened: bool
    pages: tuple[LeafPage, ...]
    captions: tuple[TrackPage, ...]


@dataclass(frozen=True, slots=True)
class WorkPage:
    """The work: what is said of it, and its files, of which one is shown. ``noted``: seconds with a reader's note."""

    title: str
    abstract: str
    category: str
    language: str
    length: Ltr | None
    ai_text: str
    files: tuple[FilePage, ...]
    shown: FilePage | None
    noted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the work is looked at: the page's own address, and the one under which its files are given."""

    page: str
    files: str

    def of(self, file: BlindFile) -> str:
        """Give the address of the page with this file shown."""
        return f"{self.page}{'&' if '?' in self.page else '?'}file={file.id}"

    def at(self, file: BlindFile, what: str, words: Words) -> str:
        """Give the address of the file's copy, poster, lighter copy or a page of it."""
        return with_language(f"{self.files}/{file.id}/{what}", words.lang)


def work_page(
    entry: BlindEntry,
    files: Sequence[BlindFile],
    words: Words,
    place: Place,
    *,
    shown: str | None,
    noted: tuple[int, ...] = (),
) -> WorkPage:
    """Turn a project into the reader's language. ``shown`` is the id of the file that is open, else the first is."""
    pages = _files_page(files, words, place)
    return WorkPage(
        title=pick(entry, "title", words),
        abstract=pick(entry, "abstract", words),
        category=pick(entry, "category", words),
        language=entry.work_language,
        length=words.duration_clock(entry.seconds) if entry.seconds else None,
        ai_text=say_ai(entry.ai_ready_ar, entry.ai_ready_en, entry.ai_text, words),
        files=pages,
        shown=next((each for each in pages if each.id == shown), pages[0] if pages else None),
        noted=noted,
    )


def _files_page(files: Sequence[BlindFile], words: Words, place: Place) -> tuple[FilePage, ...]:
    captions = tuple(
        TrackPage(place.at(each, "copy", words), words.lang, pick(each, "material", words), default=at == 0)
        for at, each in enumerate(each for each in files if each.kind == "captions")
    )
    shown = sorted(files, key=lambda each: _ORDER.get(each.kind, len(_ORDER)))
    counts: dict[str, int] = {}
    for each in files:
        counts[each.material_slug] = counts.get(each.material_slug, 0) + 1
    seen: dict[str, int] = {}
    pages = []
    for each in shown:
        seen[each.material_slug] = seen.get(each.material_slug, 0) + 1
        several = f" {seen[each.material_slug]}" if counts[each.material_slug] > 1 else ""
        pages.append(_file_page(each, words, place, captions, several))
    return tuple(pages)


def _file_page(file: BlindFile, words: Words, place: Place, captions: tuple[TrackPage, ...], several: str) -> FilePage:
    return FilePage(
        id=str(file.id),
        label=pick(file, "material", words) + several,
        kind=file.kind,
        src=place.at(file, "copy", words),
        href=place.of(file),
        poster=place.at(file, "poster", words) if file.has_poster else None,
        light=place.at(file, "light", words) if file.light_size else None,
        light_size=file.light_size,
        size=file.size,
        seconds=file.seconds,
        is_opened=file.is_opened,
        pages=tuple(
            LeafPage(leaf.page, place.at(file, f"pages/{leaf.page}", words), leaf.width, leaf.height, leaf.content)
            for leaf in file.pages
        ),
        captions=captions if file.kind == "film" else (),
    )


def pick(row: object, name: str, words: Words) -> str:
    """Pick the reader's language; the other one where the reader's is empty."""
    mine = getattr(row, f"{name}_{words.lang}")
    return str(mine or getattr(row, f"{name}_{'en' if words.lang == 'ar' else 'ar'}"))
