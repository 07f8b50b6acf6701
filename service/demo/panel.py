"""The invented panel at work: invitations, practice, conflicts, marks, seals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service.actors import Actor, JudgeActor, Role
from service.demo.edition import Declaration, DemoEdition, Entry, Judge
from service.demo.marks import draw_step, write_comment
from service.demo.people import PASSWORD, find_person_id
from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.practice import mark_practice
from service.usecases.judging.sheets import save_comments, save_mark, seal_sheet
from service.usecases.panel.judges import JudgeDetails, add_judge
from service.usecases.people.invitations import accept_invitation
from storage.reads.judge.practice import get_practice_sheet, list_practice
from storage.reads.judge.sheets import get_my_sheet
from storage.reads.judge.views import MySheet
from storage.tables.panel import Judge as Seat

__all__ = ["Panel", "judge_entry", "practise", "seat_judge"]

_KINDS = {"relative": "family", "worked-on-it": "work", "seen-before": "known"}
ASKS_FOR_SENTENCE = frozenset({1, 2, 7, 8})


@dataclass(frozen=True, slots=True)
class Panel:
    """What the invented judges mark by."""

    edition: DemoEdition
    edition_id: UUID
    sentences: Mapping[str, Any]
    seed: str


async def seat_judge(
    assigner: Actor, edition: DemoEdition, edition_id: UUID, judge: Judge, *, now: datetime
) -> JudgeActor:
    """Add a judge and accept the invitation in their name; a judge who is seated stays."""
    person_id = await find_person_id(judge.email)
    mine = (Seat.person == person_id) & (Seat.edition == edition_id)
    seated = await Seat.select(Seat.id).where(mine).first() if person_id else None
    if seated:
        judge_id = seated["id"]
    else:
        added = await add_judge(
            assigner,
            edition_id,
            JudgeDetails(
                email=judge.email,
                name_ar=judge.name.ar,
                name_en=judge.name.en,
                kind=judge.kind,
                title_ar=judge.role.ar,
                title_en=judge.role.en,
                languages=judge.languages,
                expertise=judge.expertise,
                categories=judge.categories,
                institution=judge.institution,
                employer_ar=judge.employer.ar if judge.employer else "",
                employer_en=judge.employer.en if judge.employer else "",
                past=judge.past,
                max_entries=judge.max_entries,
            ),
            now=now,
        )
        await accept_invitation(added.secret, password=PASSWORD, device=f"demo-{edition.id}", now=now)
        judge_id, person_id = added.id, added.person_id
    actor = Actor(role=Role.JUDGE, person_id=person_id, edition_id=edition_id, name=judge.name.en, email=judge.email)
    return JudgeActor(id=judge_id, edition_id=edition_id, actor=actor)


async def practise(panel: Panel, actor: JudgeActor, judge: Judge) -> None:
    """Mark the practice works near the reference, as leniently as this judge marks."""
    for work in await list_practice(actor.id, actor.edition_id):
        if work.is_marked:
            continue
        sheet = await get_practice_sheet(actor.id, actor.edition_id, work.position)
        if sheet is None:
            continue
        reference = {each.criterion: each.step for each in panel.edition.practice.works[work.position - 1].reference}
        marks = {
            each.id: max(1, min(sheet.steps, round(reference[each.slug] + judge.demo_leniency)))
            for each in sheet.criteria
        }
        await mark_practice(actor, sheet.id, marks, steps=sheet.steps)


async def judge_entry(
    panel: Panel, actor: JudgeActor, judge: Judge, entry: Entry, code_name: str, *, now: datetime, seals: bool = True
) -> None:
    """Answer on conflicts, mark, comment and seal one project, as far as it is not done."""
    sheet = await get_my_sheet(actor.id, code_name)
    if sheet is None or sheet.state != "draft":
        return
    if sheet.answer is None:
        declared = next(
            (each for each in panel.edition.conflicts if (each.judge, each.entry) == (judge.id, entry.id)), None
        )
        await _answer(actor, sheet, declared, now)
        if declared is not None:
            return
        sheet = await get_my_sheet(actor.id, code_name)
    if sheet is None or sheet.is_barred:
        return
    await _mark(panel, actor, judge, entry, sheet, now=now, seals=seals)


async def _answer(actor: JudgeActor, sheet: MySheet, declared: Declaration | None, now: datetime) -> None:
    if declared is None:
        await answer_conflict(actor, sheet.id, answer=Answer.NO, now=now)
        return
    answer = Answer.YES if declared.answer == "conflict" else Answer.UNSURE
    await answer_conflict(actor, sheet.id, answer=answer, kind=_KINDS[declared.kind], note=declared.note.ar, now=now)


async def _mark(
    panel: Panel, actor: JudgeActor, judge: Judge, entry: Entry, sheet: MySheet, *, now: datetime, seals: bool
) -> None:
    revision, asks = sheet.revision, False
    wanted = sheet.criteria if seals else sheet.criteria[: len(sheet.criteria) // 2]
    for at, criterion in enumerate(wanted):
        step = draw_step(judge, entry, criterion.slug, seed=panel.seed)
        asks = asks or step in ASKS_FOR_SENTENCE
        moment = now + timedelta(minutes=2 * at)
        saved = await save_mark(actor, sheet.id, criterion_id=criterion.id, step=step, revision=revision, now=moment)
        revision = saved.revision
    language = judge.languages[0]
    text = write_comment(judge, entry, panel.sentences[f"comments_{language}"], seed=panel.seed)
    if not sheet.comment_team and (asks or seals):
        await save_comments(
            actor, sheet.id, team=text, committee="", revision=revision, now=now + timedelta(minutes=20)
        )
    if seals:
        await seal_sheet(actor, sheet.id, now=now + timedelta(minutes=30))
