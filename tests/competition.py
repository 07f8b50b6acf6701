"""A small competition, driven through the use cases to the stage a test is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from service.actors import VISITOR, Actor, JudgeActor, Role
from service.usecases.deciding.decisions import open_decision, place_entries
from service.usecases.deciding.placings import Placing
from service.usecases.deciding.signing import approve_decision, sign_decision
from service.usecases.entering.approvals import Affiliation, answer_supervision, save_supervision
from service.usecases.entering.eligibility import Check, check_entry
from service.usecases.entering.entries import Details, Rights, open_entry, save_ai_statement, save_details, save_rights
from service.usecases.entering.starting import start_entry
from service.usecases.entering.submission import submit_entry
from service.usecases.judging.conflicts import Answer, answer_conflict
from service.usecases.judging.sheets import save_comments, save_mark, seal_sheet
from service.usecases.panel.assignment import propose_assignment
from service.usecases.panel.judges import JudgeDetails, add_judge
from service.usecases.people.invitations import accept_invitation
from service.usecases.publishing.publication import notify_entrants, publish_edition, schedule_publication
from service.usecases.ranking.runs import compute_ranking
from service.usecases.setup.closing import close_edition
from service.usecases.setup.edition_plan import EditionPlan, add_institutions, create_edition
from service.usecases.setup.editions import open_edition
from service.usecases.setup.opening import close_round, open_judging
from storage.objects.memory import MemoryStore
from storage.objects.signing import LinkSigner
from storage.objects.store import ObjectStore
from storage.reads.decisions import find_last_run, list_categories, list_places
from storage.reads.judge.sheets import get_my_sheet
from storage.reads.judge.views import MySheet
from storage.rows import get_row
from storage.tables.assignment import Assignment
from storage.tables.entry import Entry
from storage.tables.institution import Institution
from storage.tables.panel import Round
from tests.cast import NOW, PASSWORD
from tests.entrants import WORDS_AR, WORDS_EN, last_link
from tests.people import add_person, practise
from tests.small_plan import CATEGORIES, DEADLINE, JUDGED, JUDGING, NOTICE, OPENS, PUBLISH, STEPS, both, make_plan

__all__ = [
    "CATEGORIES", "DEADLINE", "JUDGED", "JUDGING", "NOTICE", "OPENS", "PASSWORD", "PUBLISH", "STEPS", "Competition",
    "add_person", "make_competition", "make_plan", "practise",
]  # fmt: skip

COMMITTEE = (Role.CHAIR, Role.SECRETARY, Role.REGISTRAR, Role.ASSIGNER, Role.MEMBER, Role.OBSERVER)


@dataclass
class Competition:
    """One edition and its people, and the moves that take it to its next stage."""

    edition_id: UUID
    round_id: UUID
    actors: dict[Role, Actor]
    objects: ObjectStore
    entrants: dict[str, Actor] = field(default_factory=dict)
    judges: list[JudgeActor] = field(default_factory=list)
    judged: datetime = JUDGED

    @property
    def chair(self) -> Actor:
        return self.actors[Role.CHAIR]

    async def enter(self, name: str, category: str = "documentary", **words: str) -> str:
        """A student enters and submits a project without files, an hour after the last one; its number."""
        now = NOW + timedelta(hours=len(self.entrants))
        entrant = await add_person(name, Role.ENTRANT, None)
        entrant = Actor(Role.ENTRANT, entrant.person_id, self.edition_id, name, entrant.email)
        number = await self.start(entrant, category, now=now, **words)
        await self.submit(number, now=now)
        return number

    async def start(self, entrant: Actor, category: str = "documentary", *, now: datetime = NOW, **words: str) -> str:
        """A student starts a project and fills in all but files."""
        category_id = await self.find_category(category)
        title = words.get("title", f"The work of {entrant.name}")
        number = await start_entry(entrant, category_id=category_id, title_ar=f"{title} ع", title_en=title, now=now)
        self.entrants[number] = entrant
        told = Details(category_id, f"{title} ع", title, WORDS_AR, WORDS_EN, "ar", ("film",), 60, None)
        own, _ = await open_entry(entrant, number)
        revision = await save_details(entrant, number, told, revision=own.revision, now=now)
        rights = Rights("own", "consented", is_declared=True)
        revision = await save_rights(entrant, number, rights, revision=revision, now=now)
        revision = await save_ai_statement(entrant, number, slug="none", text="", revision=revision, now=now)
        supervisor = Affiliation(
            words.get("supervisor_ar", "مشرفة"), words.get("supervisor", "Supervisor"),
            words.get("supervisor_email", "supervisor@people.example"),
            await self.find_institution(words.get("at", "squ")), words.get("department", "الإعلام"), "2026-2027",
        )  # fmt: skip
        await save_supervision(entrant, number, supervisor, revision=revision, now=now)
        secret = await last_link("supervisor")
        await answer_supervision(VISITOR, number, secret=secret, is_approved=True, now=now)
        return number

    async def submit(self, number: str, *, now: datetime = NOW) -> None:
        own, _ = await open_entry(self.entrants[number], number)
        await submit_entry(self.entrants[number], number, revision=own.revision, is_declared=True, now=now)

    async def find_category(self, slug: str) -> UUID:
        return {row["slug"]: row["id"] for row in await list_categories(self.edition_id)}[slug]

    async def find_institution(self, slug: str) -> UUID:
        row = await get_row(Institution.select(Institution.id).where(Institution.slug == slug))
        return UUID(str(row["id"]))

    async def close(self) -> int:
        return await close_edition(self.chair, self.edition_id, now=DEADLINE)

    async def admit(self) -> None:
        """Admit every submitted entry."""
        rows = await Entry.select(Entry.id).where((Entry.edition == self.edition_id) & (Entry.state == "submitted"))
        for row in rows:
            await check_entry(self.actors[Role.REGISTRAR], row["id"], Check.ADMIT, now=DEADLINE + timedelta(days=2))

    async def seat(
        self,
        name: str,
        *,
        institution: str = "",
        name_ar: str = "",
        email: str = "",
        kind: str = "academic",
        practises: bool = True,
    ) -> JudgeActor:
        """Seat a judge of both categories, who marks the practice works at once."""
        address = email or f"{name.lower().replace(' ', '.')}@judges.example"
        added = await add_judge(
            self.actors[Role.ASSIGNER],
            self.edition_id,
            JudgeDetails(
                email=address, name_ar=name_ar or f"{name} بالعربية", name_en=name, kind=kind, title_ar="د.",
                title_en="Dr", languages=("ar", "en"), expertise=("film",), categories=tuple(CATEGORIES),
                institution=institution,
            ),
            now=DEADLINE + timedelta(days=3),
        )  # fmt: skip
        await accept_invitation(added.secret, password=None, device="tests", now=DEADLINE + timedelta(days=3))
        actor = Actor(Role.JUDGE, added.person_id, self.edition_id, name, address)
        judge = JudgeActor(added.id, self.edition_id, actor)
        self.judges.append(judge)
        if practises:
            await practise(judge)
        return judge

    async def assign(self, *, seed: int = 1) -> UUID:
        return await propose_assignment(
            self.actors[Role.ASSIGNER], self.round_id, seed=seed, now=DEADLINE + timedelta(days=5)
        )

    async def open_judging(self) -> int:
        return await open_judging(self.chair, self.round_id, objects=self.objects, now=JUDGING)

    async def list_codes(self, judge: JudgeActor) -> list[str]:
        """The code names in a judge's list, in its order."""
        rows = (
            await Assignment.select(Assignment.entry.code_name.as_alias("code"))
            .where((Assignment.judge == judge.id) & (Assignment.state == "published"))
            .order_by(Assignment.position)
        )
        return [row["code"] for row in rows]

    async def read_sheet(self, judge: JudgeActor, at: int = 0) -> MySheet:
        """One sheet of a judge as it stands."""
        found = await get_my_sheet(judge.id, (await self.list_codes(judge))[at])
        assert found is not None
        return found

    async def sheet(self, judge: JudgeActor, at: int = 0) -> MySheet:
        """One sheet of a judge, after the answer that there is no conflict."""
        found = await self.read_sheet(judge, at)
        if found.answer is None:
            await answer_conflict(judge, found.id, answer=Answer.NO, now=JUDGING)
        again = await get_my_sheet(judge.id, found.entry.code_name)
        assert again is not None
        return again

    async def mark(self, judge: JudgeActor, sheet: MySheet, steps: Sequence[int], *, now: datetime = JUDGING) -> int:
        """Save a mark a criterion, and a comment; the last revision."""
        revision = sheet.revision
        for criterion, step in zip(sheet.criteria, steps, strict=True):
            saved = await save_mark(judge, sheet.id, criterion_id=criterion.id, step=step, revision=revision, now=now)
            revision = saved.revision
        told = await save_comments(judge, sheet.id, team="Well made.", committee="", revision=revision, now=now)
        return told.revision

    async def judge_all(self) -> None:
        """Every judge marks and seals everything: later titles are better."""
        titles = sorted(
            row["code_name"] for row in await Entry.select(Entry.code_name).where(Entry.edition == self.edition_id)
        )
        for number, judge in enumerate(self.judges):
            for at in range(len(await self.list_codes(judge))):
                sheet = await self.sheet(judge, at)
                quality = 2 + (5 * titles.index(sheet.entry.code_name)) // max(1, len(titles) - 1)
                steps = [min(STEPS, quality + (number + each) % 2) for each in range(len(sheet.criteria))]
                await self.mark(judge, sheet, steps, now=JUDGING + timedelta(days=1))
                await seal_sheet(judge, sheet.id, now=JUDGING + timedelta(days=2))

    async def end_judging(self) -> int:
        return await close_round(self.chair, self.round_id, now=self.judged)

    async def rank(self) -> UUID:
        return await compute_ranking(self.actors[Role.SECRETARY], self.round_id, now=self.judged + timedelta(hours=1))

    async def place(self, category: Mapping[str, Any]) -> UUID:
        """Open a category's decision and give its places in the computed order."""
        now = self.judged + timedelta(days=1)
        run = await find_last_run(self.round_id)
        assert run is not None
        ranked = run.output["categories"][str(category["id"])]
        decision_id = await open_decision(self.chair, self.round_id, category["id"], now=now)
        places = await list_places(self.edition_id)
        placings = [
            Placing(
                honour["id"], (UUID(row["entry"]),), reason="as computed", citation_ar="جملة", citation_en="A sentence"
            )
            for honour, row in zip(places, ranked, strict=False)
        ]
        placings += [Placing(honour["id"], (), reason="too few") for honour in places[len(ranked) :]]
        await place_entries(self.chair, decision_id, placings, now=now)
        return decision_id

    async def decide(self) -> None:
        """Place, sign and approve every category."""
        run = await find_last_run(self.round_id)
        assert run is not None
        for category in await list_categories(self.edition_id):
            if not run.output["categories"].get(str(category["id"])):
                continue
            decision_id = await self.place(category)
            for actor in (self.chair, self.actors[Role.MEMBER]):
                await sign_decision(actor, decision_id, now=self.judged + timedelta(days=1))
            await approve_decision(self.chair, decision_id, now=self.judged + timedelta(days=1))

    async def notify(self) -> int:
        return await notify_entrants(self.chair, self.edition_id, now=NOTICE)

    async def schedule(self) -> None:
        await schedule_publication(
            self.chair, self.edition_id, at=PUBLISH, typed_name="Small 2027", now=PUBLISH - timedelta(days=1)
        )

    async def publish(self) -> str:
        return await publish_edition(self.chair, self.edition_id, now=PUBLISH)

    async def reach_judging(self, *, n_entries: int = 4, n_judges: int = 3, n_practised: int | None = None) -> None:
        """From open entries to a round that is open to its judges, of whom all or the last so many have practised."""
        for at in range(n_entries):
            await self.enter(f"Student {at}", list(CATEGORIES)[at % 2])
        await self.close()
        await self.admit()
        for at in range(n_judges):
            await self.seat(f"Judge {at}", practises=n_practised is None or at >= n_judges - n_practised)
        await self.assign()
        await self.open_judging()

    async def reach_ranked(self) -> None:
        await self.reach_judging()
        await self.judge_all()
        await self.end_judging()
        await self.rank()

    async def reach_notified(self) -> None:
        await self.reach_ranked()
        await self.decide()
        await self.notify()


async def make_competition(*, objects: ObjectStore | None = None, plan: EditionPlan | None = None) -> Competition:
    """Create a small edition, seat its committee and open entries."""
    admin = await add_person("Admin", Role.ADMINISTRATOR, None)
    await add_institutions(
        admin,
        [
            {"slug": slug, **both("name", name), **both("city", "Muscat"), "short_ar": "", "short_en": "",
             "mail_domain": f"{slug}.example",
             "aliases": [slug.upper()]}
            for slug, name in {"squ": "First university", "utas": "Second university"}.items()
        ],
        now=OPENS - timedelta(days=2),
    )  # fmt: skip
    edition_id = await create_edition(admin, plan or make_plan(), now=OPENS - timedelta(days=2))
    actors = {role: await add_person(role.value.title(), role, edition_id) for role in COMMITTEE}
    actors[Role.ADMINISTRATOR] = admin
    await open_edition(actors[Role.CHAIR], edition_id, now=OPENS)
    row = await get_row(Round.select(Round.id).where(Round.edition == edition_id))
    store = objects or MemoryStore(LinkSigner(b"k" * 32))
    return Competition(edition_id, UUID(str(row["id"])), actors, store)
