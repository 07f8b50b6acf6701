"""Who must not be recognised: the people and institutions behind one entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """A member or supervisor: full names in any script, and whatever else points at this person alone."""

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    role: str = "member"


@dataclass(frozen=True, slots=True)
class Institution:
    """A university or college: its names, full and short, and the domains of its addresses."""

    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identities:
    """All that the files of one entry are searched for. ``words``: other telling words, such as a team's name."""

    people: tuple[Person, ...] = ()
    institutions: tuple[Institution, ...] = ()
    words: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Identities:
        """Rebuild what ``to_json`` gave."""
        return cls(
            people=tuple(Person(**_tuples(each)) for each in values["people"]),
            institutions=tuple(Institution(**_tuples(each)) for each in values["institutions"]),
            words=tuple(values["words"]),
        )


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
