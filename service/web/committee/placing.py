"""The places of a category: as a form, as a list of what was decided, and the computed order beside them."""

from dataclasses import dataclass

from service.text import Ltr, Words
from service.usecases.deciding.placings import Given, Placing
from service.web.committee.certainty import find_close_pair, word_of
from service.web.committee.standing import pick
from service.web.forms import Typed
from storage.reads.committee.decision import CategoryDecision, OtherHonour, Place, Placed
from storage.reads.committee.ranking import ComputedOrder

__all__ = [
    "Option", "OtherForm", "PlaceForm", "PlaceLine", "RankLine", "list_options", "list_order", "list_placed",
    "make_forms", "make_other_forms", "read_others", "read_placing",
]  # fmt: skip

WITHHELD = "withheld"
MENTIONS = 2
"""Lines for an honour of each category that a form shows at least; one more stands free wherever all are taken."""


@dataclass(frozen=True, slots=True)
class Option:
    """A project that a place may be given to."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """One place as it is written now; ``number`` counts from 1.

    ``equals``: the projects of equal score that the computed order has here, where it has several.
    """

    number: int
    honour_id: str
    name: str
    chosen: str
    shared_with: str
    reason: str
    citation_ar: str
    citation_en: str
    is_close: bool
    equals: tuple[Ltr, ...]


@dataclass(frozen=True, slots=True)
class OtherRow:
    """A line in which a project may be given an honour without a place; ``field`` names it in the form."""

    field: str
    chosen: str
    citation_ar: str
    citation_en: str


@dataclass(frozen=True, slots=True)
class OtherForm:
    """An honour without a place, with a line for each project that has it and some that are free."""

    name: str
    is_prize: bool
    rows: tuple[OtherRow, ...]


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place as the minutes tell it."""

    name: str
    codes: tuple[Ltr, ...]
    titles: tuple[str, ...]
    ranks: tuple[int, ...]
    is_shared: bool
    is_withheld: bool
    reason: str
    citation: str
    other_citation: str


@dataclass(frozen=True, slots=True)
class RankLine:
    """A line of the computed order beside the form."""

    rank: int
    code: Ltr
    title: str
    score: float
    word: str


def read_placing(typed: Typed, at: int, place: Place) -> Placing:
    """Read one place of the form: a project, two that share it, or none."""
    chosen = [typed.text(f"place-{at}"), typed.text(f"shared-{at}")]
    entries = [] if chosen[0] in {"", WITHHELD} else [Typed({"id": [each]}).uuid("id") for each in chosen if each]
    return Placing(
        honour_id=place.id,
        entry_ids=entries,
        reason=typed.text(f"reason-{at}"),
        citation_ar=typed.text(f"citation-{at}"),
        citation_en=typed.text(f"citation-en-{at}"),
    )


def read_others(typed: Typed, honours: tuple[OtherHonour, ...]) -> list[Given]:
    """Read the mentions and prizes of the form: the lines in which a project was chosen."""
    given = []
    for at, honour in enumerate(honours, start=1):
        row = 1
        while (field := _field(at, row)) in typed:
            if typed.text(field):
                citations = typed.text(f"citation-{field}"), typed.text(f"citation-en-{field}")
                given.append(Given(field, honour.id, typed.uuid(field), *citations))
            row += 1
    return given


def _field(honour: int, row: int) -> str:
    return f"other-{honour}-{row}"


def make_other_forms(
    honours: tuple[OtherHonour, ...], decision: CategoryDecision | None, words: Words
) -> tuple[OtherForm, ...]:
    """Fill the lines of mentions and prizes: with what is written, and free ones below."""
    forms = []
    for at, honour in enumerate(honours, start=1):
        here = [each for each in decision.placed if each.honour_id == honour.id] if decision else []
        n_rows = max(MENTIONS, len(here) + 1) if honour.is_per_category else 1
        filled = [(str(each.entry_id), each.citation_ar, each.citation_en) for each in here]
        free = [("", "", "")] * (n_rows - len(filled))
        rows = tuple(OtherRow(_field(at, row), *told) for row, told in enumerate(filled + free, start=1))
        forms.append(OtherForm(pick(honour, "name", words), is_prize=not honour.is_per_category, rows=rows))
    return tuple(forms)


def list_options(ranking: ComputedOrder, words: Words) -> tuple[Option, ...]:
    """List the ranked projects in the computed order."""
    return tuple(
        Option(
            line["entry"],
            words.plain(
                "decision.option",
                rank=line["rank"],
                code=Ltr(line["code_name"]),
                title=pick(ranking.titles[line["entry"]], "title", words),
            ),
        )
        for line in ranking.lines
        if line["entry"] in ranking.titles
    )


def make_forms(
    places: tuple[Place, ...], decision: CategoryDecision | None, ranking: ComputedOrder, words: Words
) -> tuple[PlaceForm, ...]:
    """Fill the form: with what is written, else with the computed order."""
    pair = find_close_pair(ranking.pairs)
    is_written = decision is not None and bool(decision.placed or decision.withheld)
    forms = []
    for at, place in enumerate(places, start=1):
        here = [each for each in decision.placed if each.honour_id == place.id] if decision else []
        computed = ranking.lines[at - 1]["entry"] if at <= len(ranking.lines) else WITHHELD
        forms.append(
            PlaceForm(
                number=at,
                honour_id=str(place.id),
                name=pick(place, "name", words),
                chosen=str(here[0].entry_id) if here else WITHHELD if is_written else computed,
                shared_with=str(here[1].entry_id) if len(here) > 1 else "",
                reason=here[0].reason if here else decision.withheld.get(place.id, "") if decision else "",
                citation_ar=here[0].citation_ar if here else "",
                citation_en=here[0].citation_en if here else "",
                is_close=pair is not None and at == len(places),
                equals=_equals(ranking, at),
            )
        )
    return tuple(forms)


def _equals(ranking: ComputedOrder, place: int) -> tuple[Ltr, ...]:
    """Give the projects of one rank that stand at this place of the computed order, where they are several."""
    here = ranking.lines[place - 1 : place]
    codes = [line["code_name"] for line in ranking.lines if here and line["rank"] == here[0]["rank"]]
    return tuple(map(Ltr, sorted(codes))) if len(codes) > 1 else ()


def list_placed(
    places: tuple[Place, ...],
    others: tuple[OtherHonour, ...],
    decision: CategoryDecision | None,
    ranking: ComputedOrder,
    words: Words,
) -> tuple[PlaceLine, ...]:
    """Tell what was decided of each place, and which other honours were given; nothing before places are written."""
    if decision is None or not (decision.placed or decision.withheld):
        return ()
    lines = [
        _line(place, [each for each in decision.placed if each.honour_id == place.id], decision, ranking, words)
        for place in places
    ]
    lines += [
        _line(honour, [each], decision, ranking, words)
        for honour in others
        for each in decision.placed
        if each.honour_id == honour.id
    ]
    return tuple(lines)


def _line(
    place: Place | OtherHonour,
    here: list[Placed],
    decision: CategoryDecision,
    ranking: ComputedOrder,
    words: Words,
) -> PlaceLine:
    known = [ranking.titles[str(each.entry_id)] for each in here if str(each.entry_id) in ranking.titles]
    other = "en" if words.lang == "ar" else "ar"
    return PlaceLine(
        name=pick(place, "name", words),
        codes=tuple(Ltr(each.code_name) for each in known),
        titles=tuple(pick(each, "title", words) for each in known),
        ranks=tuple(each.computed_rank for each in here),
        is_shared=len(here) > 1,
        is_withheld=not here,
        reason=here[0].reason if here else decision.withheld.get(place.id, ""),
        citation=pick(here[0], "citation", words) if here else "",
        other_citation=getattr(here[0], f"citation_{other}") if here else "",
    )


def list_order(ranking: ComputedOrder, words: Words) -> tuple[RankLine, ...]:
    """List the computed order."""
    return tuple(
        RankLine(
            line["rank"],
            Ltr(line["code_name"]),
            pick(ranking.titles[line["entry"]], "title", words) if line["entry"] in ranking.titles else "",
            line["score"],
            word_of(line["p_inside"]),
        )
        for line in ranking.lines
    )
