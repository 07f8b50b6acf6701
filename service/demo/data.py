"""Reading the demonstration's edition: strict about keys, references, times and the limits it promises."""

import tomllib
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from service.demo.edition import DemoEdition
from service.demo.terms import Category, Material, Text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

EDITION = Path(__file__).with_name("edition.toml")
SCHEMA = 2

_T = TypeVar("_T", bound="DataclassInstance")
_Table = Mapping[str, Any]

# Where a value's name in edition.toml is not its name here.
_RENAMED = {"given_to": "for"}


class EditionFault(ValueError):
    """edition.toml does not hold together: a key is missing or unknown, or something points at nothing."""

    def __init__(self, place: str, fault: str) -> None:
        super().__init__(f"{place}: {fault}")
        self.place = place
        self.fault = fault


def load_edition(path: Path | None = None) -> DemoEdition:
    """Read an edition, the demonstration's own where no path is given, and check that it holds together.

    The categories' materials carry the demonstration's limits, each with its ``demo_rule``. Times are aware.
    Raises EditionFault, naming the place, at the first thing that is wrong.
    """
    document = tomllib.loads((path or EDITION).read_text(encoding="utf-8"))
    if document.pop("schema", None) != SCHEMA:
        raise EditionFault("schema", f"is not {SCHEMA}")
    head = dict(document.pop("edition"))
    demo = dict(head.pop("demo"))
    withhold = head.pop("honour_rules")
    head.pop("invented")
    limits = demo.pop("limits")
    flat = {
        **head,
        **document,
        **demo,
        "entry_rules": head.pop("entry"),
        "honour_rules_ar": withhold["withhold_ar"],
        "honour_rules_en": withhold["withhold_en"],
        "limits_notice_ar": demo.pop("notice_ar"),
        "limits_notice_en": demo.pop("notice_en"),
    }
    for moved in ("entry", "notice_ar", "notice_en"):
        flat.pop(moved)
    edition = _record(DemoEdition, flat, "edition")
    edition = replace(edition, categories=tuple(_with_limits(edition.categories, limits)))
    for place, fault in find_faults(edition):
        raise EditionFault(place, fault)
    return edition


def find_faults(edition: DemoEdition) -> Iterator[tuple[str, str]]:
    """List everything in an edition that points at nothing or contradicts itself, as (place, fault)."""
    yield from _repeated_ids(edition)
    known = {
        "institution": {"", *(each.id for each in edition.institutions)},
        "category": {each.id for each in edition.categories},
        "expertise": {each.id for each in edition.expertise},
        "criterion": {each.id for each in edition.criteria},
        "judge": {each.id for each in edition.judges},
        "entry": {each.id for each in edition.entries},
        "ai": {each.id for each in edition.ai_statements},
    }
    for place, kind, names in _references(edition):
        yield from ((place, f"unknown {kind} {name}") for name in names if name not in known[kind])
    yield from _wrong_rubrics(edition)
    yield from _wrong_entries(edition)
    for moment in edition.timeline:
        if moment.at.tzinfo is None or (moment.until is not None and moment.until <= moment.at):
            yield f"timeline.{moment.id}", "is not an aware, forward stretch of time"


def _references(edition: DemoEdition) -> Iterator[tuple[str, str, Iterable[str]]]:
    for category in edition.categories:
        yield f"categories.{category.id}", "expertise", category.expertise
        yield f"categories.{category.id}", "criterion", [weight.id for weight in category.criteria]
    for judge in edition.judges:
        yield f"judges.{judge.id}", "institution", [judge.institution, *judge.past]
        yield f"judges.{judge.id}", "category", judge.categories
        yield f"judges.{judge.id}", "expertise", judge.expertise
    for declaration in edition.conflicts:
        yield "conflicts", "judge", [declaration.judge]
        yield "conflicts", "entry", [declaration.entry]
    yield "practice", "criterion", [weight.id for weight in edition.practice.criteria]
    for work in edition.practice.works:
        yield f"practice.{work.id}", "category", [work.category]
        yield f"practice.{work.id}", "criterion", [reference.criterion for reference in work.reference]
    for entry in edition.entries:
        yield f"entries.{entry.id}", "category", [entry.category]
        yield f"entries.{entry.id}", "institution", [entry.institution]
        yield f"entries.{entry.id}", "expertise", entry.tags
        yield f"entries.{entry.id}", "ai", [entry.ai]


def _repeated_ids(edition: DemoEdition) -> Iterator[tuple[str, str]]:
    for field in fields(edition):
        ids = [each.id for each in _records_of(getattr(edition, field.name)) if hasattr(each, "id")]
        yield from ((field.name, f"{name} occurs twice") for name in sorted(set(ids)) if ids.count(name) > 1)
    codes = [entry.demo_code_name for entry in edition.entries]
    yield from (("entries", f"{code} occurs twice") for code in sorted(set(codes)) if codes.count(code) > 1)


def _records_of(value: Any) -> Iterable[Any]:
    return [each for each in value if is_dataclass(each)] if isinstance(value, tuple) else []


def _wrong_rubrics(edition: DemoEdition) -> Iterator[tuple[str, str]]:
    rubrics = [(f"categories.{each.id}", each.criteria) for each in edition.categories]
    for place, weights in [*rubrics, ("practice", edition.practice.criteria)]:
        if sum(weight.weight for weight in weights) != 100:  # noqa: PLR2004 -- weights are shares of 100
            yield place, "weights do not sum to 100"
    n_levels = len(edition.scale.levels)
    for criterion in edition.criteria:
        if not len(criterion.anchors_ar) == len(criterion.anchors_en) == n_levels:
            yield f"criteria.{criterion.id}", "does not describe each level"


def _wrong_entries(edition: DemoEdition) -> Iterator[tuple[str, str]]:
    rules = edition.entry_rules
    for entry in edition.entries:
        place = f"entries.{entry.id}"
        if not 1 <= len(entry.members) <= rules.max_members:
            yield place, "has no members, or too many"
        for words in (entry.abstract.ar, entry.abstract.en):
            if not rules.abstract_min_words <= len(words.split()) <= rules.abstract_max_words:
                yield place, "has an abstract outside the limits"


def _with_limits(categories: Iterable[Category], limits: Iterable[_Table]) -> Iterator[Category]:
    waiting = {(limit["category"], limit["material"]): limit for limit in limits}
    for category in categories:
        materials = [
            _limited(material, waiting.pop((category.id, material.id), None)) for material in category.materials
        ]
        yield replace(category, materials=tuple(materials))
    for category_id, material_id in waiting:
        raise EditionFault("edition.demo.limits", f"{category_id} has no {material_id}")


def _limited(material: Material, limit: _Table | None) -> Material:
    if limit is None:
        return material
    numbers = {key: value for key, value in limit.items() if key not in {"category", "material", "rule_ar", "rule_en"}}
    place = f"edition.demo.limits.{limit['category']}.{material.id}"
    for key, value in numbers.items():
        declared = getattr(material, key, None)
        if not key.startswith("min_") or declared is None or value > declared:
            raise EditionFault(place, f"{key} may only lower a minimum")
    return replace(material, **numbers, demo_rule=Text(limit["rule_ar"], limit["rule_en"]))


def _record(kind: type[_T], table: _Table, place: str) -> _T:
    hints = get_type_hints(kind)
    left = dict(table)
    values: dict[str, Any] = {}
    for field in fields(kind):
        values.update(_take(field.name, hints[field.name], left, place))
    if left:
        raise EditionFault(place, f"unknown {', '.join(sorted(left))}")
    try:
        return kind(**values)
    except TypeError as fault:
        raise EditionFault(place, str(fault).partition("__init__() ")[2]) from fault


def _take(name: str, hint: Any, left: dict[str, Any], place: str) -> dict[str, Any]:
    if Text in (hint, *get_args(hint)):
        keys = (f"{name}_ar", f"{name}_en")
        if keys[0] not in left and name in {"name", "text"}:
            keys = ("ar", "en")
        if any(key in left for key in keys):
            return {name: Text(ar=_pop(left, keys[0], place), en=_pop(left, keys[1], place))}
        return {}
    key = _RENAMED.get(name, name)
    if key not in left:
        return {}
    return {name: _value(hint, left.pop(key), f"{place}.{name}")}


def _pop(left: dict[str, Any], key: str, place: str) -> str:
    if key not in left:
        raise EditionFault(place, f"{key} is missing")
    return str(left.pop(key))


def _value(hint: Any, value: Any, place: str) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        hint = next(each for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], each, place) for each in value)
    if isinstance(hint, type) and is_dataclass(hint):
        if not isinstance(value, dict):
            raise EditionFault(place, "is not a table")
        return _record(hint, value, f"{place}.{value['id']}" if "id" in value else place)
    if hint is float and isinstance(value, int):
        return float(value)
    if hint in {str, int, float, bool, datetime} and type(value) is not hint:
        raise EditionFault(place, f"is not {hint.__name__}")
    return value
