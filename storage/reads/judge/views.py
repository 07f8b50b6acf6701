"""The frozen values that judges' pages are made of. None has a field that could hold an identity."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.lifecycle import RoundState


def takes_marks(round_state: str, last_moment: datetime, now: datetime) -> bool:
    """Whether an unsealed sheet can still be marked and sealed: its round is open, and its own last moment is ahead.

    The list, the page of the sheet, the last look and every write ask this and nothing else.
    """
    return round_state == RoundState.OPEN and now < last_moment


@dataclass(frozen=True, slots=True)
class MyCard:
    """One project in a judge's own list.

    ``state`` is unasked, held, todo, draft, complete, missed, sealed, abstained or set-aside; missed is a sheet that
    its last moment found without a seal.
    """

    code_name: str
    title_ar: str
    title_en: str
    category_ar: str
    category_en: str
    seconds: int | None
    state: str
    n_marks: int
    n_criteria: int
    sealed_at: datetime | None
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class MyAbstract:
    """What a project in a judge's own list is about, for who has yet to say whether they are tied to it."""

    code_name: str
    abstract_ar: str
    abstract_en: str


@dataclass(frozen=True, slots=True)
class EarlierSheet:
    """A sheet of an earlier round that its judge may read again."""

    code_name: str
    title_ar: str
    title_en: str
    category_ar: str
    category_en: str
    ordinal: int
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class MyRemoved:
    """A project that left the judge's list: by conflict, withdrawn, redistributed, entry-withdrawn, entry-excluded."""

    code_name: str
    reason: str
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class MyList:
    """A judge's list in the judge's own order, and the round that it belongs to."""

    cards: tuple[MyCard, ...]
    stage: str
    round_state: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    removed: tuple[MyRemoved, ...]
    break_after: int
    minutes_per_entry: int
    earlier: tuple[EarlierSheet, ...] = ()

    @property
    def n_sealed(self) -> int:
        """How many sheets are sealed."""
        return sum(card.state == "sealed" for card in self.cards)

    @property
    def n_left(self) -> int:
        """How many still ask something of the judge."""
        return sum(card.state in {"unasked", "todo", "draft", "complete"} for card in self.cards)

    @property
    def n_unasked(self) -> int:
        """How many wait for the judge's word on conflicts of interest."""
        return sum(card.state == "unasked" for card in self.cards)

    @property
    def n_complete(self) -> int:
        """How many can be sealed."""
        return sum(card.state == "complete" for card in self.cards)

    @property
    def n_missed(self) -> int:
        """How many the close found without a seal."""
        return sum(card.state == "missed" for card in self.cards)


@dataclass(frozen=True, slots=True)
class BlindEntry:
    """An entry as judges know it. ``ai_ready_*``: the ready statement on AI that was chosen; ``ai_text``: own words."""

    code_name: str
    title_ar: str
    title_en: str
    abstract_ar: str
    abstract_en: str
    category_ar: str
    category_en: str
    work_language: str
    seconds: int | None
    ai_ready_ar: str
    ai_ready_en: str
    ai_text: str


@dataclass(frozen=True, slots=True)
class BlindPage:
    """A page of a document: its picture is at an address of the application, its text is for readers and search."""

    page: int
    width: int
    height: int
    content: str


@dataclass(frozen=True, slots=True)
class BlindFile:
    """The judge's copy of one file. ``kind`` is pages, film, sound, picture, captions or other."""

    id: UUID
    material_ar: str
    material_en: str
    material_slug: str
    kind: str
    media_type: str
    size: int
    seconds: int | None
    has_poster: bool
    is_opened: bool
    pages: tuple[BlindPage, ...]
    light_size: int | None = None


@dataclass(frozen=True, slots=True)
class LevelView:
    """A level of the scale with its steps, and what it looks like in one criterion."""

    level: int
    steps: tuple[int, ...]
    name_ar: str
    name_en: str


@dataclass(frozen=True, slots=True)
class CriterionView:
    """A criterion as a judge reads it. ``anchors_*`` run from the lowest level."""

    id: UUID
    slug: str
    weight: int
    name_ar: str
    name_en: str
    ask_ar: str
    ask_en: str
    anchors_ar: tuple[str, ...]
    anchors_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EarlierMark:
    """A step that this judge gave on the same criterion elsewhere."""

    criterion_id: UUID
    step: int


@dataclass(frozen=True, slots=True)
class NoteView:
    """A judge's own note."""

    id: UUID
    second: int | None
    content: str


@dataclass(frozen=True, slots=True)
class MySheet:
    """Everything on the page where a judge scores one project."""

    id: UUID
    assignment_id: UUID
    revision: int
    state: str
    answer: str | None
    is_barred: bool
    abstained: str | None
    entry: BlindEntry
    files: tuple[BlindFile, ...]
    levels: tuple[LevelView, ...]
    criteria: tuple[CriterionView, ...]
    marks: dict[UUID, int]
    earlier: tuple[EarlierMark, ...]
    notes: tuple[NoteView, ...]
    comment_team: str
    comment_committee: str
    comment_levels: tuple[int, ...]
    steps: int
    stage: str
    round_state: str
    closes_at: datetime
    saved_at: datetime | None
    sealed_at: datetime | None
    position: int
    n_cards: int
    previous_code: str | None
    next_code: str | None

    @property
    def is_complete(self) -> bool:
        """Whether every criterion has a mark."""
        return len(self.marks) == len(self.criteria)

    @property
    def lacks_comment(self) -> bool:
        """Whether a mark is at a level that asks for a sentence, and neither note holds one."""
        if self.comment_team.strip() or self.comment_committee.strip():
            return False
        asking = {step for each in self.levels if each.level in self.comment_levels for step in each.steps}
        return not asking.isdisjoint(self.marks.values())

    @property
    def points(self) -> float:
        """The weighted points so far."""
        return sum(each.weight * self.marks[each.id] / self.steps for each in self.criteria if each.id in self.marks)

    @property
    def weight_marked(self) -> int:
        """The weight of the criteria that have a mark."""
        return sum(each.weight for each in self.criteria if each.id in self.marks)


@dataclass(frozen=True, slots=True)
class SheetLock:
    """The facts on which a write to a sheet depends, as they are inside the transaction that writes."""

    id: UUID
    assignment_id: UUID
    judge_id: UUID
    entry_id: UUID
    round_id: UUID
    category_id: UUID
    code_name: str
    revision: int
    state: str
    assignment_state: str
    answer: str | None
    abstained: str | None
    comment_team: str
    comment_committee: str
    round_state: str
    closes_at: datetime
    edition_id: UUID
    stage: str
    steps: int
    comment_levels: tuple[int, ...]
    is_barred: bool
