"""The projects by code name: found by category and by words, in parts where there are many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from litestar import Controller, get
from markupsafe import Markup

from service.actors import Actor
from service.permissions import Action
from service.text import Words
from service.typed_text import fold_for_search
from service.web.committee.entry import show_entry
from service.web.committee.parts import part_of
from service.web.committee.standing import AnyRequest, Chip, pick, stand
from service.web.language import with_language
from service.web.pages import Page, page
from storage.reads.committee.entries import EntryLine, SheetTotals, list_entries, total_sheets
from storage.reads.committee.standing import Standing

__all__ = ["CommitteeEntriesController"]

ENTRIES_A_PART = 50
"""Projects on one page, as in the other lists: on a phone, some ten screens."""

WHOLE = "all"
WHOLE_AT_MOST = 500
"""Projects that can be asked for on one page, to print or to look through: at most some 300 KB."""

NO_SHEETS = SheetTotals(0, 0)


class EntryRow(NamedTuple):
    """A project in the list; ``sheets`` says how many of its sheets are sealed.

    A tuple, because there are hundreds: it is made and taken apart in half the time of a dataclass.
    """

    href: str
    title: str
    code: str
    category: str
    state: str
    sheets: Markup


@dataclass(frozen=True, slots=True)
class EntriesPage:
    """A part of an edition's projects, the ``first`` of ``n_found``, and how to come to the others.

    ``whole`` leads to all of them on one page, ``in_parts`` from there back; None where there is nothing to choose.
    """

    chips: tuple[Chip, ...]
    category: str
    sought: str
    rows: tuple[EntryRow, ...]
    first: int
    n_found: int
    previous: str | None
    next: str | None
    whole: str | None
    in_parts: str | None


class CommitteeEntriesController(Controller):
    """``/committee/entries``."""

    path = "/committee/entries"

    @get("/", opt={"action": Action.READ_RANKING})
    async def listing(self, request: AnyRequest, actor: Actor, words: Words) -> Page:
        asked = request.query_params
        return page(
            "committee/entries",
            await _entries_page(
                await stand(actor), asked.get("category", ""), asked.get("q", ""), asked.get("part", ""), words
            ),
        )

    @get("/{code:str}", opt={"action": Action.READ_RANKING})
    async def show(self, code: str, actor: Actor, words: Words) -> Page:
        return await show_entry(actor, words, code)


async def _entries_page(standing: Standing, slug: str, sought: str, part: str, words: Words) -> EntriesPage:
    chosen = standing.find_category(slug)
    seen = {each.slug: pick(each, "name", words) for each in ((chosen,) if chosen else standing.categories)}
    lines = [each for each in await list_entries(standing.edition_id) if each.category in seen]
    if sought.strip():
        folded = fold_for_search(sought)
        lines = [each for each in lines if any(folded in fold_for_search(text) for text in _searched(each))]
    is_long = ENTRIES_A_PART < len(lines) <= WHOLE_AT_MOST
    is_whole = is_long and part == WHOLE
    shown = part_of(len(lines), part, WHOLE_AT_MOST if is_whole else ENTRIES_A_PART)
    base = with_language("/committee/entries", words.lang)
    asked = urlencode(
        {name: value for name, value in (("category", chosen and chosen.slug), ("q", sought.strip())) if value}
    )
    here = f"{base}?{asked}" if asked else base
    return EntriesPage(
        chips=(
            Chip(words.plain("pub.all_categories"), base, current=chosen is None),
            *(Chip(pick(each, "name", words), f"{base}?category={each.slug}", current=each == chosen)
              for each in standing.categories),
        ),
        category=chosen.slug if chosen else "",
        sought=sought.strip(),
        rows=await _entry_rows(standing, lines[shown.first - 1 : shown.last], seen, words),
        first=shown.first,
        n_found=len(lines),
        previous=shown.before(here),
        next=shown.after(here),
        whole=f"{here}{'&' if asked else '?'}part={WHOLE}" if is_long and not is_whole else None,
        in_parts=here if is_whole else None,
    )  # fmt: skip


def _searched(line: EntryLine) -> tuple[str, str, str]:
    return line.code_name, line.title_ar, line.title_en


async def _entry_rows(
    standing: Standing, lines: Sequence[EntryLine], seen: Mapping[str, str], words: Words
) -> tuple[EntryRow, ...]:
    if not lines:
        return ()
    totals = await total_sheets(standing.edition_id, lines[0].code_name, lines[-1].code_name)
    said = {  # the same few counts stand in hundreds of rows
        each: words.say("entries.sheets_of", sealed=each.n_sealed, total=each.n_sheets)
        for each in {NO_SHEETS, *totals.values()}
    }
    base = with_language("/committee/entries", words.lang)
    is_arabic = words.lang == "ar"
    return tuple(
        EntryRow(
            f"{base}/{code}",
            (title_ar or title_en) if is_arabic else (title_en or title_ar),
            code,
            seen[category],
            state,
            said[totals.get(code, NO_SHEETS)],
        )
        for code, category, state, title_ar, title_en in lines
    )
