"""An edition's public pages as a folder that opens from disk, without the application: published rows only (R100)."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from urllib.parse import parse_qs, unquote, urlsplit

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from service.errors import NotFound
from service.text import LANGUAGES, Ltr, Words
from service.web.language import with_language
from service.web.method_pages import fingerprints_page, method_page
from service.web.public.pages import (
    CategoriesPage,
    TimelinePage,
    category_cards,
    category_page,
    date_steps,
    rules_as_sealed,
)
from service.web.ranges import Readable
from service.web.result_pages import winner_page, winners_page
from service.web.static import StaticFiles
from storage.reads.award_files import find_picture
from storage.reads.public.categories import find_category, list_categories
from storage.reads.public.editions import DateView, list_dates
from storage.reads.results import PublishedEdition, find_fingerprints, find_winner, find_winners

__all__ = ["build_archive"]

LINK = re.compile(r'\b(href|src)="([^"]*)"')
PICTURES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/svg+xml": "svg"}
SEALED = re.compile(r"/(?:rules|timeline|categories(?:/[^/]+)?)")
"""Pages of what the edition was from its opening."""
NAME = re.compile(r"[^a-z0-9-]+")
DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a ZIP file tells: the same edition gives the same bytes."""


TABS = (
    ("nav.winners", "/winners"), ("nav.categories", "/categories"), ("nav.rules", "/rules"),
    ("nav.timeline", "/timeline"), ("pub.method", "/method"), ("pub.fingerprints", "/fingerprints"),
)  # fmt: skip
"""What stands over every archived page, and how its pages' addresses begin."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A page that every page leads to."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class ArchiveShell:
    """What the frame of an archived page needs."""

    lang: str
    dir: str
    other_lang: str
    other_lang_url: str
    home: str
    name: str
    tabs: tuple[Tab, ...]
    edition: None = None


class NoForm:
    """Archived pages have no forms, and so no errors."""

    errors: tuple[str, ...] = ()


async def build_archive(slug: str, objects: Readable, static: StaticFiles) -> bytes:
    """Make a ZIP of the winners, their pages and pictures, categories, rules, dates, method and fingerprints.

       It is in both languages.
    Raises NotFound before the edition is published. The same edition gives the same bytes.
    """
    found = await find_winners(slug)
    if found is None:
        raise NotFound
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        pictures: dict[str, str] = {}
        for language in LANGUAGES:
            await _write_language(folder, found.edition, language, objects, pictures)
        for name, file in sorted(static.files.items()):
            if name.startswith(("css/", "fonts/", "img/mark")):
                _add(folder, name, file.content)
        first = LANGUAGES[0]
        words = Words(first)
        _add(
            folder, "index.html",
            f'<!doctype html><html lang="{first}" dir="{words.dir}"><meta charset="utf-8">'
            f'<meta http-equiv="refresh" content="0; url={first}/index.html"><title>{escape(words.plain("app.name"))}'
            f'</title><a href="{first}/index.html">{escape(words.plain("pub.winners"))}</a>'.encode(),
        )  # fmt: skip
    return out.getvalue()


async def _write_language(
    folder: zipfile.ZipFile, edition: PublishedEdition, language: str, objects: Readable, pictures: dict[str, str]
) -> None:
    """Walk from the winners' page through every page of the edition that it leads to."""
    words, slug = Words(language), edition.slug
    environment = _environment(words)
    waiting, known = [f"/winners?edition={slug}"], {f"/winners?edition={slug}": "index.html"}
    while waiting:
        address = waiting.pop(0)
        name = known[address]
        template, data = await _read(edition, address, words)
        html = environment.get_template(f"pages/public/{template}.html").render(
            page=data, form=NoForm(), shell=_shell(edition, words, name, address)
        )
        links = {target for _, target in LINK.findall(html)}
        for target in sorted(links):
            path = _own(target, language, slug)
            if path and path.endswith("/picture"):
                pictures.setdefault(path, await _write_picture(folder, path, objects))
            elif path and path not in known:
                known[path] = _file_name(path, known)
                waiting.append(path)
        _add(folder, f"{language}/{name}", LINK.sub(_relative(language, slug, known, pictures), html).encode())


async def _read(edition: PublishedEdition, address: str, words: Words) -> tuple[str, object]:
    """Read what one page shows, by the same functions that serve it."""
    slug = edition.slug
    parts = urlsplit(address)
    asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
    steps = parts.path.strip("/").split("/")
    if steps[0] == "winners" and len(steps) == 1:
        found = await find_winners(slug)
        if found is not None:
            return "winners", winners_page(found, words, asked.get("category", ""), asked.get("institution", ""))
    elif steps[0] == "winners":
        one = await find_winner(slug, steps[2])
        if one is not None:
            shown = winner_page(*one, words)
            return "winner", replace(shown, winner=replace(shown.winner, player=None))  # films stay where they are
    elif steps[0] == "method":
        found = await find_winners(slug)
        if found is not None:
            return "method", method_page(found, words)
    elif steps[0] == "fingerprints":
        prints = await find_fingerprints(slug)
        if prints is not None:
            return "fingerprints", fingerprints_page(prints, words)
    else:
        return await _read_rules(edition, steps, words)
    raise NotFound


async def _read_rules(edition: PublishedEdition, steps: list[str], words: Words) -> tuple[str, object]:
    """Read what the competition was: its categories with their rubrics, its rules and its dates."""
    if steps[0] == "categories" and len(steps) > 1:
        found = await find_category(edition.id, steps[1])
        if found is None:
            raise NotFound
        return "category", category_page(found, words)
    if steps[0] == "categories":
        return "categories", CategoriesPage(category_cards(await list_categories(edition.id), words))
    if steps[0] == "timeline":
        dates = await list_dates(edition.id)
        return "timeline", TimelinePage(date_steps(dates, words, max(_ends(edition, dates))))
    return "rules", await rules_as_sealed(edition.id, words)


def _ends(edition: PublishedEdition, dates: tuple[DateView, ...]) -> list[datetime]:
    """List when each date ends. The archive is read once all of them are past, whenever it was made."""
    return [edition.published_at, *(each.until or each.at for each in dates)]


def _own(target: str, language: str, slug: str) -> str | None:
    """Give the address of a page of this edition, without its language; None for every other."""
    address = target.replace("&amp;", "&").removeprefix(f"/{language}")
    path, query = urlsplit(address).path, urlsplit(address).query
    if path == "/winners" and parse_qs(query).get("edition") == [slug]:
        return f"{path}?{query}"
    steps = path.strip("/").split("/")
    if SEALED.fullmatch(path):
        return path
    is_award = steps[0] == "winners" and len(steps) in {3, 4} and steps[1] == slug
    return path if is_award or path in {f"/method/{slug}", f"/fingerprints/{slug}"} else None


def _file_name(path: str, known: dict[str, str]) -> str:
    """Name the file of a page; what is no plain name is counted."""
    parts = urlsplit(path)
    asked = parse_qs(parts.query)
    if "category" in asked:
        stem = f"category-{asked['category'][0]}"
    elif "institution" in asked:
        stem = f"institution-{sum(name.startswith('institution-') for name in known.values()) + 1}"
    else:
        steps = parts.path.strip("/").split("/")
        stem = f"winner-{unquote(steps[2])}" if steps[0] == "winners" else steps[0]
        stem = f"rubric-{unquote(steps[1])}" if steps[0] == "categories" and len(steps) > 1 else stem
    return f"{NAME.sub('-', stem.lower())}.html"


def _relative(
    language: str, slug: str, known: dict[str, str], pictures: dict[str, str]
) -> Callable[[re.Match[str]], str]:
    """Make addresses relative; a link to what the archive does not hold loses its address and stays as text."""

    def put(link: re.Match[str]) -> str:
        kind, target = link[1], link[2]
        path = _own(target, language, slug)
        if path in known:
            return f'{kind}="{known[path]}"'
        if path in pictures:
            return f'{kind}="../{pictures[path]}"' if pictures[path] else ""
        is_inside = target.startswith(("#", "../")) or "/" not in target
        return link[0] if is_inside or target.startswith("https://") else ""

    return put


async def _write_picture(folder: zipfile.ZipFile, path: str, objects: Readable) -> str:
    """Put an award's picture in the folder; give its place there, or nothing where the store has lost it."""
    _, _, slug, award, _ = path.split("/")
    found = await find_picture(slug, award)
    if found is None or await objects.stat(found.key) is None:
        return ""
    chunks = [chunk async for chunk in await objects.open_range(found.key)]
    name = f"pictures/{NAME.sub('-', award)}.{PICTURES.get(found.media_type, 'bin')}"
    _add(folder, name, b"".join(chunks))
    return name


def _add(folder: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    folder.writestr(info, content)


def _shell(edition: PublishedEdition, words: Words, name: str, address: str) -> ArchiveShell:
    other = next(each for each in LANGUAGES if each != words.lang)
    there = name if not name.startswith("institution-") else "index.html"  # lists differ between the languages
    ends = {"/winners": f"?edition={edition.slug}", "/method": f"/{edition.slug}", "/fingerprints": f"/{edition.slug}"}
    tabs = tuple(
        Tab(words.plain(label), with_language(begins + ends.get(begins, ""), words.lang), address.startswith(begins))
        for label, begins in TABS
    )
    named = edition.name_ar if words.lang == "ar" else edition.name_en
    return ArchiveShell(words.lang, words.dir, other, f"../{other}/{there}", "index.html", named, tabs)


def _environment(words: Words) -> Environment:
    """Read the public pages' own templates inside the archive's frame."""
    root = files("templates")
    layout = root.joinpath("archive/layout.html").read_text(encoding="utf-8")
    made = Environment(
        loader=ChoiceLoader([DictLoader({"layouts/public.html": layout}), FileSystemLoader(str(root))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        {
            "t": words,
            "url": lambda path: with_language(path, words.lang),
            "static": lambda name: f"../{name}",
            "ltr": Ltr,
        }
    )
    return made
