"""``/criteria`` and ``/practice`` of an edition's set-up: rubrics with their weights, seen as a judge sees them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.response import Redirect
from markupsafe import Markup

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action
from service.text import Words
from service.usecases.setup.fields import list_of
from service.usecases.setup.kinds import KINDS
from service.usecases.setup.rubrics import WHOLE, copy_rubric, save_references, save_weights
from service.usecases.setup.sealing import why_fixed
from service.usecases.setup.showing import (
    Line,
    Setup,
    get_setup,
    list_references,
    open_line,
    open_section,
    stamp_weights,
)
from service.web.admin.frame import EditionHead, head_of
from service.web.admin.sections import Group, group_of
from service.web.committee.standing import AnyRequest, pick
from service.web.forms import read_form
from service.web.pages import Page, go_to, page
from storage.lifecycle import EditionState
from storage.reads.public.categories import CategoryLine, list_categories

__all__ = ["CriterionView", "RubricController", "as_judge_reads"]

PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class Source:
    """A rubric that can be taken over."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class LevelView:
    """A level as a judge reads it."""

    name: str
    anchor: str


@dataclass(frozen=True, slots=True)
class CriterionView:
    """A criterion as a judge reads it."""

    name: str
    ask: str
    weight: int
    levels: tuple[LevelView, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """A category's criteria (or the practice's): lines, weights and the preview."""

    key: str
    name: str
    group: Group
    total: int
    seen: str
    sources: tuple[Source, ...]
    preview: tuple[CriterionView, ...]


@dataclass(frozen=True, slots=True)
class RubricsPage:
    """All the rubrics of a page, after the groups that stand before them."""

    head: EditionHead
    section: str
    groups: tuple[Group, ...]
    rubrics: tuple[Rubric, ...]
    whole: int
    is_sealed: bool
    fixed: Markup | None
    saved: bool


@dataclass(frozen=True, slots=True)
class ReferenceField:
    """A criterion and its reference mark."""

    id: UUID
    name: str
    step: str
    reason_ar: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class ReferencesPage:
    """The reference marks of a practice work."""

    head: EditionHead
    work: str
    action: str
    steps: int
    fields: tuple[ReferenceField, ...]
    fixed: Markup | None


class RubricController(Controller):
    """The two pages of rubrics."""

    path = "/admin/editions/{edition_id:uuid}"

    @get("/criteria", opt={"action": Action.MANAGE_EDITIONS})
    async def show_criteria(self, request: AnyRequest, edition_id: UUID, words: Words) -> Page:
        """Show the rubrics of the categories, and the scale."""
        return await _show(edition_id, "criteria", words, saved="saved" in request.query_params)

    @get("/practice", opt={"action": Action.MANAGE_EDITIONS})
    async def show_practice(self, request: AnyRequest, edition_id: UUID, words: Words) -> Page:
        """Show the practice works and their rubric."""
        return await _show(edition_id, PRACTICE, words, saved="saved" in request.query_params)

    @post(["/criteria/weights", "/practice/weights"], opt={"action": Action.MANAGE_EDITIONS})
    async def weigh(self, request: AnyRequest, edition_id: UUID, actor: Actor, words: Words, now: datetime) -> Redirect:
        """Set a rubric's weights."""
        section = request.url.path.rsplit("/", 2)[-2]

        async def again() -> Page:
            return await _show(edition_id, section, words, saved=False)

        typed = await read_form(request, again=again)
        category_id = None if section == PRACTICE else typed.uuid("category")
        await save_weights(actor, edition_id, category_id, typed, now=now)
        return go_to(f"/admin/editions/{edition_id}/{section}?saved=yes")

    @post(["/criteria/copy", "/practice/copy"], opt={"action": Action.MANAGE_EDITIONS})
    async def copy(self, request: AnyRequest, edition_id: UUID, actor: Actor, now: datetime) -> Redirect:
        """Take a rubric over."""
        section = request.url.path.rsplit("/", 2)[-2]
        typed = await read_form(request)
        target = None if section == PRACTICE else typed.uuid("category")
        await copy_rubric(actor, edition_id, typed.uuid("source"), target, now=now)
        return go_to(f"/admin/editions/{edition_id}/{section}?saved=yes")

    @get("/practice/references/{work_id:uuid}", opt={"action": Action.MANAGE_EDITIONS})
    async def show_references(self, edition_id: UUID, work_id: UUID, words: Words) -> Page:
        """Show the reference marks of a practice work."""
        return await _references(edition_id, work_id, words)

    @post("/practice/references/{work_id:uuid}", opt={"action": Action.MANAGE_EDITIONS})
    async def save_references(
        self, request: AnyRequest, edition_id: UUID, work_id: UUID, actor: Actor, words: Words, now: datetime
    ) -> Redirect:
        """Save them."""

        async def again() -> Page:
            return await _references(edition_id, work_id, words)

        typed = await read_form(request, again=again)
        setup = await get_setup(edition_id)
        await save_references(actor, edition_id, work_id, typed, steps=setup.steps, now=now)
        return go_to(f"/admin/editions/{edition_id}/practice?saved=yes")


async def _show(edition_id: UUID, section: str, words: Words, *, saved: bool) -> Page:
    setup = await get_setup(edition_id)
    found = await open_section(edition_id, section)
    kind = KINDS["practice-criterion" if section == PRACTICE else "criterion"]
    categories = await list_categories(edition_id)
    levels = found["level"] if "level" in found else (await open_section(edition_id, "criteria"))["level"]
    rubrics = []
    if section == PRACTICE:
        rubrics.append(_rubric(setup, None, found[kind.name], categories, levels, words))
    else:
        for category in categories:
            lines = [line for line in found[kind.name] if line.parent == category.id]
            full = [each for each in categories if any(line.parent == each.id for line in found[kind.name])]
            rubrics.append(_rubric(setup, category, lines, tuple(full), levels, words))
    why = why_fixed(kind, setup.state)
    is_sealed = kind.is_sealed and setup.state != EditionState.DRAFT
    shown = RubricsPage(
        head=head_of(setup, section, words),
        section=section,
        groups=tuple(group_of(setup, KINDS[name], lines, words) for name, lines in found.items() if name != kind.name),
        rubrics=tuple(rubrics),
        whole=WHOLE,
        is_sealed=is_sealed,
        fixed=words.say(why) if why else words.say("setup.sealed_note") if is_sealed else None,
        saved=saved,
    )
    return page("admin/rubrics", shown)


def _rubric(
    setup: Setup,
    category: CategoryLine | None,
    lines: list[Line],
    sources: tuple[CategoryLine, ...],
    levels: list[Line],
    words: Words,
) -> Rubric:
    kind = KINDS["criterion" if category else "practice-criterion"]
    return Rubric(
        key=str(category.id) if category else "",
        name=pick(category, "name", words) if category else words.plain("setup.practice-criterion_lines"),
        group=group_of(setup, kind, lines, words, category=category.id if category else None),
        total=sum(line.weight for line in lines),
        seen=stamp_weights(lines),
        sources=tuple(Source(str(each.id), pick(each, "name", words)) for each in sources) if not lines else (),
        preview=tuple(as_judge_reads(line, levels, words) for line in lines),
    )


def as_judge_reads(line: Line, levels: list[Line], words: Words) -> CriterionView:
    """Give a criterion as a judge reads it, the highest level first."""
    anchors = list_of(line.values[f"anchors_{words.lang}"])
    return CriterionView(
        name=pick(line, "name", words),
        ask=str(line.values[f"ask_{words.lang}"] or ""),
        weight=line.weight,
        levels=tuple(
            LevelView(pick(level, "name", words), anchor)
            for level, anchor in reversed(list(zip(levels, anchors, strict=False)))
        ),
    )


async def _references(edition_id: UUID, work_id: UUID, words: Words) -> Page:
    setup = await get_setup(edition_id)
    work = await open_line(edition_id, KINDS["practice-work"], work_id)
    if work is None:
        raise NotFound
    stored = await list_references(work_id)
    lines = (await open_section(edition_id, PRACTICE))["practice-criterion"]
    fields = []
    for line in lines:
        found = stored.get(line.id)
        fields.append(
            ReferenceField(
                line.id, pick(line, "name", words), str(found.step) if found else "", found.reason_ar if found else "",
                found.reason_en if found else "",
            )
        )  # fmt: skip
    why = why_fixed(KINDS["practice-work"], setup.state)
    shown = ReferencesPage(
        head=head_of(setup, PRACTICE, words),
        work=pick(work, "name", words),
        action=f"/admin/editions/{edition_id}/practice/references/{work_id}",
        steps=setup.steps,
        fields=tuple(fields),
        fixed=words.say(why) if why else None,
    )
    return page("admin/references", shown)
