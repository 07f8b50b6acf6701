"""The pages of an edition's set-up: each lists its lines, and marks what is missing or should be thought over."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from litestar import Controller, get
from markupsafe import Markup

from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.setup.calendar import list_remarks
from service.usecases.setup.fields import Shape
from service.usecases.setup.kinds import KEPT_DATES, KINDS, Kind
from service.usecases.setup.sealing import why_fixed
from service.usecases.setup.showing import Line, Setup, get_setup, open_section
from service.web.admin.frame import SECTIONS, EditionHead, head_of
from service.web.admin.values import say_value
from service.web.committee.standing import AnyRequest, pick
from service.web.pages import Page, page
from storage.reads.public.categories import list_categories

__all__ = ["SectionController", "group_of"]

_UNORDERED = frozenset({"date", "expertise", "further-round"})
"""Kinds whose lines have an order of their own, or none."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a page: its name, what it says in short, and where it is changed."""

    id: UUID
    name: str
    facts: tuple[tuple[Markup, Markup | str], ...]
    lacks: tuple[str, ...]
    remarks: tuple[Markup, ...]
    weight: int
    href: str
    parts: tuple["Group", ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind. ``add`` is the address that adds one; None where none can be added now."""

    kind: str
    title: Markup
    note: Markup | None
    none: Markup
    lines: tuple[LineView, ...]
    add: str | None
    add_label: Markup
    may_move: bool
    is_own: bool
    move: str


@dataclass(frozen=True, slots=True)
class SectionPage:
    """One page of the set-up."""

    head: EditionHead
    section: str
    groups: tuple[Group, ...]
    saved: bool
    fixed: Markup | None


class SectionController(Controller):
    """The pages whose lines are simply listed."""

    path = "/admin/editions/{edition_id:uuid}"

    @get(
        ["/texts", "/categories", "/rounds", "/timeline", "/honours", "/rules"],
        opt={"action": Action.MANAGE_EDITIONS},
    )
    async def show(self, request: AnyRequest, edition_id: UUID, words: Words) -> Page:
        """Show one page."""
        section = str(request.url.path).rsplit("/", 1)[-1]
        if section not in SECTIONS:
            raise NotFound
        setup = await get_setup(edition_id)
        found = await open_section(edition_id, section)
        names = {each.slug: pick(each, "name", words) for each in await list_categories(edition_id)}
        groups = [
            group_of(setup, KINDS[name], lines, words, names=names)
            for name, lines in found.items()
            if name != "material"
        ]
        if "material" in found:
            groups = [_with_parts(setup, each, found["material"], words) for each in groups]
        shown = SectionPage(
            head=head_of(setup, section, words),
            section=section,
            groups=tuple(groups),
            saved="saved" in request.query_params,
            fixed=_say_fixed(setup, section, words),
        )
        return page("admin/section", shown)


def group_of(
    setup: Setup,
    kind: Kind,
    lines: list[Line],
    words: Words,
    *,
    category: UUID | None = None,
    names: Mapping[str, str] | None = None,
) -> Group:
    """Make a group of a page out of its lines. ``names`` are those of categories, by the slug that a line keeps."""
    base = f"/admin/editions/{setup.id}/lines/{kind.name}"
    note = f"setup.{kind.name}_lines_note"
    is_fixed = why_fixed(kind, setup.state, is_other_number=True) is not None
    has_number = not kind.is_own and kind.name not in {"round", "level"}
    return Group(
        kind=kind.name,
        title=words.say(f"setup.{kind.name}_lines"),
        note=words.say(note) if note in words else None,
        none=words.say("setup.no_lines"),
        lines=tuple(_line(setup, kind, each, f"{base}/{each.id}", words, names or {}) for each in lines),
        add=None if is_fixed or not has_number else f"{base}/new" + (f"?category={category}" if category else ""),
        add_label=words.say(f"setup.add_{kind.name}") if has_number else Markup(""),
        may_move=has_number and not is_fixed and kind.name not in _UNORDERED and len(lines) > 1,
        is_own=kind.is_own,
        move=base,
    )


def _with_parts(setup: Setup, group: Group, materials: list[Line], words: Words) -> Group:
    """Put a category's files under it."""
    if group.kind != "category":
        return group
    lines = tuple(
        replace(
            line,
            parts=(
                group_of(
                    setup, KINDS["material"], [each for each in materials if each.parent == line.id], words,
                    category=line.id,
                ),
            ),
        )
        for line in group.lines
    )  # fmt: skip
    return replace(group, lines=lines)


def _line(setup: Setup, kind: Kind, line: Line, href: str, words: Words, names: Mapping[str, str]) -> LineView:
    return LineView(
        id=line.id,
        name=words.plain("setup.round_name", n=int(line.slug)) if "round" in kind.name else pick(line, "name", words),
        facts=_facts(kind, line.values, words, names),
        lacks=line.lacks,
        remarks=_remarks(setup, kind, line, words),
        weight=line.weight,
        href=href,
        parts=(),
    )


def _facts(
    kind: Kind, values: Mapping[str, object], words: Words, names: Mapping[str, str]
) -> tuple[tuple[Markup, Markup | str], ...]:
    """Say the values of a line in short: of an edition's own, its words too; of others, what its name does not say."""
    told = []
    for field in kind.fields:
        if field.shape is Shape.ANCHORS or (field.is_both and field.shape is Shape.TEXT and not kind.is_own):
            continue
        if field.is_both and not kind.is_own:
            continue
        columns = [f"{field.name}_{lang}" for lang in ("ar", "en")] if field.is_both else [field.name]
        if field.name == "only_for":
            told.append((words.say("setup.f_only_for"), names.get(str(values["only_for"] or ""), "–")))
            continue
        said = [each for each in (say_value(field, values[column], words) for column in columns) if each]
        if said or kind.is_own:
            told.append((words.say(f"setup.f_{field.name}"), Markup("<br>").join(said) if said else "–"))
    return tuple(told)


def _remarks(setup: Setup, kind: Kind, line: Line, words: Words) -> tuple[Markup, ...]:
    """Say what stands against a date, and which dates cannot be left out."""
    if kind.name != "date":
        return ()
    found = [words.say(f"calendar.{each}") for each in list_remarks(line.values["at"], setup.time_zone)]
    if line.slug == "deadline" and found:
        found.append(words.say("calendar.deadline"))
    if line.slug in KEPT_DATES:
        return tuple(found)
    return tuple(found)


def _say_fixed(setup: Setup, section: str, words: Words) -> Markup | None:
    """Say once over the page why its rules cannot change any more, or that a change needs a reason."""
    kinds = [kind for kind in KINDS.values() if kind.section == section and kind.is_sealed]
    if not kinds or setup.state == "draft":
        return None
    why = why_fixed(kinds[-1], setup.state)
    return words.say(why) if why else words.say("setup.sealed_note")
