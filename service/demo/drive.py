"""The demonstration: the whole competition, driven through its use cases with a simulated clock.

Nothing is written behind anybody's back and no rule is passed by: what cannot be done on a page cannot be done here.
Every act looks first at what stands, so a demonstration that was stopped goes on and nothing is done twice.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from service.actors import Actor, JudgeActor, Role
from service.demo.decide import choose_for_teams, decide_categories
from service.demo.edition import DemoEdition
from service.demo.entrants import Class, enter_project, find_ids
from service.demo.making import Making
from service.demo.panel import Panel, judge_entry, practise, seat_judge
from service.demo.people import COMMITTEE, NEXT_COMMITTEE, seat_committee, serve_as
from service.demo.plan import institution_rows, next_edition, plan_edition
from service.demo.working import Clock, inspecting, work
from service.jobs.runner import Worker
from service.usecases.entering.eligibility import Check, check_entry
from service.usecases.panel.assignment import propose_assignment
from service.usecases.panel.conflicts import confirm_evident_conflicts, decide_conflict, propose_conflicts
from service.usecases.publishing.publication import notify_entrants, publish_when_due, schedule_publication
from service.usecases.ranking.runs import compute_ranking
from service.usecases.setup.closing import close_when_due
from service.usecases.setup.edition_plan import add_institutions, create_edition
from service.usecases.setup.editions import open_edition
from service.usecases.setup.opening import close_round, open_judging
from storage.lifecycle import EditionState, RoundState
from storage.objects.store import ObjectStore
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.conflict import Conflict
from storage.tables.edition import Edition
from storage.tables.entry import Entry
from storage.tables.panel import Round

__all__ = ["Drive", "Tell"]

SEED = "tahkim-demo-1"
SENTENCES = Path(__file__).with_name("sentences.toml")

Tell = Callable[[str, int, int], None]
"""Told of progress: the step's name in the catalogues, how much is done, of how much."""


@dataclass(slots=True)
class Drive:
    """One run of the demonstration up to ``stop``, the moment at which it is shown."""

    edition: DemoEdition
    stop: datetime
    objects: ObjectStore
    worker: Worker
    clock: Clock
    files: Making
    tell: Tell
    actors: dict[str, Actor] = field(default_factory=dict)
    judges: dict[str, JudgeActor] = field(default_factory=dict)
    edition_id: UUID | None = None
    sentences: dict[str, Any] = field(default_factory=dict)

    async def run(self) -> None:
        """Drive the edition as far as ``stop`` allows."""
        self.sentences = tomllib.loads(SENTENCES.read_text(encoding="utf-8"))
        await self.prepare()
        for act in (self.enter, self.close, self.assign, self.judge, self.rank, self.publish):
            if not await act():
                break
        self.clock.now = self.stop
        await self.worker.work_until_idle()

    def at(self, moment: str, **after: float) -> datetime:
        """Give a moment of the calendar, and some time after it."""
        return self.edition.moment(moment).at + timedelta(**after)

    def until(self, moment: str, **before: float) -> datetime:
        """Give the end of a stretch of the calendar, and some time before it."""
        stretch = self.edition.moment(moment)
        return (stretch.until or stretch.at) - timedelta(**before)

    async def state(self) -> str:
        """Read the edition's stage."""
        return str((await get_row(Edition.select(Edition.state).where(Edition.id == self.edition_id)))["state"])

    async def find_round(self) -> dict[str, Any]:
        """Read the edition's round."""
        return await get_row(Round.select().where(Round.edition == self.edition_id))

    async def prepare(self) -> None:
        """Set the edition up, seat the committee and open entries."""
        self.tell("prepare", 0, 1)
        now = self.at("open", days=-20)
        admin = await serve_as(COMMITTEE[0], None, edition_slug="", now=now)
        await add_institutions(admin, institution_rows(self.edition), now=now)
        self.edition_id = await _create(admin, self.edition, now)
        self.actors = await seat_committee(COMMITTEE, self.edition, self.edition_id, now=now + timedelta(days=1))
        if await self.state() == EditionState.DRAFT:
            await open_edition(self.actors[Role.CHAIR], self.edition_id, now=self.at("open"))
        self.tell("prepare", 1, 1)

    async def enter(self) -> bool:
        """Students enter, from two weeks before the deadline to its last hour; files are inspected as they come."""
        if self.edition_id is None:
            raise LookupError
        of = Class(self.edition, self.edition_id, await find_ids(self.edition_id), self.files, self.objects)
        entries = self.edition.entries
        first, last = self.at("deadline", days=-14), self.at("deadline", hours=-1)
        times = [first + (last - first) * at / max(1, len(entries) - 1) for at in range(len(entries))]
        if await self.state() == EditionState.OPEN:
            self.clock.now = first
            async with inspecting(self.worker):
                for done, (entry, now) in enumerate(zip(entries, times, strict=True)):
                    if now > self.stop:
                        return False
                    self.tell("enter", done, len(entries))
                    await enter_project(of, entry, now=now)
                    self.clock.now = now + timedelta(minutes=10)
        self.tell("enter", len(entries), len(entries))
        return self.at("deadline") <= self.stop

    async def close(self) -> bool:
        """Close entries, admit them, find the conflicts that the data show."""
        if self.edition_id is None:
            raise LookupError
        self.tell("close", 0, 1)
        if await self.state() == EditionState.OPEN:
            await close_when_due(self.edition_id, now=self.at("deadline", minutes=1))
        self.clock.now = self.at("deadline", hours=3)
        await work(self.worker)
        now = self.at("eligibility", hours=2)
        if await self.state() == EditionState.CLOSED:
            waiting = await Entry.select(Entry.id, Entry.entry_number).where(
                (Entry.edition == self.edition_id) & (Entry.state == "submitted")
            ).order_by(Entry.entry_number)  # fmt: skip
            for at, row in enumerate(waiting):
                await check_entry(
                    self.actors[Role.REGISTRAR], row["id"], Check.ADMIT, now=now + timedelta(minutes=10 * at)
                )
        self.tell("close", 1, 1)
        return self.until("eligibility") <= self.stop

    async def assign(self) -> bool:
        """Seat the judges, let them practise, confirm evident conflicts, assign and open judging."""
        if self.edition_id is None:
            raise LookupError
        panel = self._panel()
        for at, judge in enumerate(self.edition.judges):
            self.tell("seat", at, len(self.edition.judges))
            now = self.at("eligibility", days=1, minutes=at)
            self.judges[judge.id] = await seat_judge(
                self.actors[Role.ASSIGNER], self.edition, self.edition_id, judge, now=now
            )
            await practise(panel, self.judges[judge.id], judge)
        in_round = await self.find_round()
        if await self.state() == EditionState.CLOSED:
            now = self.at("eligibility", days=3)
            await propose_conflicts(self.actors[Role.REGISTRAR], self.edition_id, now=now)
            await confirm_evident_conflicts(
                self.actors[Role.REGISTRAR], self.edition_id, reason=self.sentences["evident_ar"], now=now
            )
            self.tell("assign", 0, 1)
            now = self.until("eligibility", hours=2)
            await propose_assignment(self.actors[Role.ASSIGNER], in_round["id"], seed=1, now=now)
            if self.at("judging") > self.stop:
                return False
            await open_judging(self.actors[Role.CHAIR], in_round["id"], objects=self.objects, now=self.at("judging"))
        self.tell("assign", 1, 1)
        return self.at("judging") <= self.stop

    def _panel(self) -> Panel:
        if self.edition_id is None:
            raise LookupError
        return Panel(self.edition, self.edition_id, self.sentences, SEED)

    async def judge(self) -> bool:
        """Judges answer, mark and seal through the weeks of the round; held projects are decided at once."""
        if await self.state() != EditionState.JUDGING:
            return True
        in_round = await self.find_round()
        by_title = {entry.title.en: entry for entry in self.edition.entries}
        rows = (
            await Assignment.select(
                Assignment.judge, Assignment.position, Assignment.entry.code_name.as_alias("code_name"),
                Assignment.entry.title_en.as_alias("title"),
            )
            .where((Assignment.round == in_round["id"]) & (Assignment.state == "published"))
            .order_by(Assignment.position)
        )  # fmt: skip
        names = {actor.id: name for name, actor in self.judges.items()}
        opens, closes = self.at("judging", hours=3), self.until("judging", hours=6)
        for done, row in enumerate(sorted(rows, key=lambda row: (row["position"], str(row["judge"])))):
            now = opens + (closes - opens) * done / len(rows)
            if now > self.stop:
                return False
            self.tell("judge", done, len(rows))
            name = names[row["judge"]]
            await judge_entry(
                self._panel(), self.judges[name], self.edition.judge(name), by_title[row["title"]], row["code_name"],
                now=now, seals=now + timedelta(days=1) <= self.stop,
            )  # fmt: skip
            await self._decide_held(name, by_title[row["title"]].id, row["code_name"], now + timedelta(hours=2))
        self.tell("judge", len(rows), len(rows))
        return self.until("judging") <= self.stop

    async def _decide_held(self, judge: str, entry: str, code_name: str, now: datetime) -> None:
        """Dismiss an unsure answer, as the secretary did, and let the judge go on."""
        actor = self.judges[judge]
        held = await Conflict.select(Conflict.id).where(
            (Conflict.judge == actor.id) & (Conflict.state == "held")
        ).first()  # fmt: skip
        if held is None:
            return
        await decide_conflict(
            self.actors[Role.SECRETARY], held["id"], confirm=False, reason=self.sentences["dismissed_ar"], now=now
        )
        await judge_entry(
            self._panel(), actor, self.edition.judge(judge), self.edition.entry(entry), code_name,
            now=now + timedelta(hours=1), seals=True,
        )  # fmt: skip

    async def rank(self) -> bool:
        """Close the round and compute the ranking."""
        self.tell("rank", 0, 1)
        in_round = await self.find_round()
        if in_round["state"] == RoundState.OPEN:
            await close_round(self.actors[Role.CHAIR], in_round["id"], now=self.until("judging"))
        if in_round["state"] in {RoundState.OPEN, RoundState.CLOSED}:
            await compute_ranking(self.actors[Role.SECRETARY], in_round["id"], now=self.at("moderation", hours=1))
        self.tell("rank", 1, 1)
        return self.until("moderation") <= self.stop

    async def publish(self) -> bool:
        """Decide every category, choose what teams read, tell entrants, fix the instant, and publish at it."""
        if self.edition_id is None:
            raise LookupError
        self.tell("publish", 0, 1)
        in_round = await self.find_round()
        if in_round["state"] == RoundState.RANKED:
            members = [actor for key, actor in self.actors.items() if key.startswith("member")]
            await decide_categories(
                self.actors[Role.CHAIR], members, in_round["id"], self.edition_id, self.sentences,
                now=self.at("moderation", days=1),
            )  # fmt: skip
        chair, at = self.actors[Role.CHAIR], self.at("publish")
        if await self.state() == EditionState.DECIDING and self.at("notice") <= self.stop:
            await choose_for_teams(chair, in_round["id"], self.edition_id, now=self.at("notice", hours=-2))
            await notify_entrants(chair, self.edition_id, now=self.at("notice"))
        if await self.state() == EditionState.NOTIFIED and at <= self.stop:
            await schedule_publication(
                chair, self.edition_id, at=at, typed_name=self.edition.short.ar, now=self.at("publish", days=-2)
            )
            await publish_when_due(self.edition_id, now=at)
        self.tell("publish", 1, 1)
        return True

    async def open_next(self) -> UUID:
        """Create the edition after this one, open for entries, with a few judges at their practice works."""
        admin = self.actors["admin"]
        following = next_edition(self.edition, now=self.stop)
        now = self.stop - timedelta(hours=1)
        edition_id = await _create(admin, following, now)
        actors = await seat_committee(NEXT_COMMITTEE, following, edition_id, now=now)
        row = await get_row(Edition.select(Edition.state).where(Edition.id == edition_id))
        if row["state"] == EditionState.DRAFT:
            await open_edition(actors[Role.CHAIR], edition_id, now=now)
        for judge in following.judges[:3]:
            await seat_judge(actors[Role.ASSIGNER], following, edition_id, judge, now=now)
        return edition_id


async def _create(admin: Actor, edition: DemoEdition, now: datetime) -> UUID:
    known = await Edition.select(Edition.id).where(Edition.slug == edition.id).first()
    if known:
        return UUID(str(known["id"]))
    return await create_edition(admin, plan_edition(edition, seed=SEED), now=now)
