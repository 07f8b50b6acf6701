"""Everything the program may refuse, as types with a code and facts. Words are found later, in the reader's language.

    Refused
    ├── NotSignedIn 401          who asks is nobody yet
    ├── NotAllowed 403           a role's area as such
    ├── NotFound 404             no such row, or not for this reader: the two look alike
    ├── Conflicting 409          true a moment ago, or not in this state
    │   ├── NotOpenNow           the action is closed in this state
    │   ├── DeadlinePassed, RoundClosed
    │   └── StaleRevision        somebody (or another device) saved in between
    ├── TooLarge 413
    ├── Invalid 422              the typed values, field by field
    └── TooMany 429

The message of a refusal is ``refused.<code>`` in the catalogues. Use cases add their own children next to what they do.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

__all__ = [
    "Conflicting",
    "DeadlinePassed",
    "FieldError",
    "Invalid",
    "NotAllowed",
    "NotFound",
    "NotOpenNow",
    "NotSignedIn",
    "Refused",
    "RoundClosed",
    "StaleRevision",
    "TooLarge",
    "TooMany",
]


class Refused(Exception):
    """An expected no. ``code`` names the message; ``facts`` fill it."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, **facts: object) -> None:
        self.facts: Mapping[str, object] = facts
        super().__init__(self.code, facts)


class NotSignedIn(Refused):
    """The page needs somebody who is signed in."""

    code = "not-signed-in"
    status = 401


class NotAllowed(Refused):
    """This role never may."""

    code = "not-allowed"
    status = 403


class NotFound(Refused):
    """There is no such thing, or this reader may not know of it."""

    code = "not-found"
    status = 404


class Conflicting(Refused):
    """What was asked does not fit what stands now."""

    code = "conflicting"
    status = 409


class NotOpenNow(Conflicting):
    """The action exists for this role, but not at this stage."""

    code = "not-open-now"


class DeadlinePassed(Conflicting):
    """The edition stopped taking entries before this one arrived."""

    code = "deadline-passed"

    def __init__(self, *, closed_at: datetime, now: datetime) -> None:
        super().__init__(closed_at=closed_at, late_by=now - closed_at)


class RoundClosed(Conflicting):
    """The round stopped taking marks."""

    code = "round-closed"

    def __init__(self, *, closed_at: datetime) -> None:
        super().__init__(closed_at=closed_at)


class StaleRevision(Conflicting):
    """Somebody saved in between: the form was made from an older state."""

    code = "stale-revision"

    def __init__(self, *, current: int, **facts: object) -> None:
        super().__init__(current=current, **facts)


class TooLarge(Refused):
    """More bytes than this place takes."""

    code = "too-large"
    status = 413


class FieldError:
    """What is wrong with one field: a message key of the catalogue and its facts."""

    __slots__ = ("facts", "field", "key")

    def __init__(self, field: str, key: str, **facts: object) -> None:
        self.field = field
        self.key = key
        self.facts = facts


class Invalid(Refused):
    """Typed values that cannot be taken; the form shows them again with each error beside its field."""

    code = "invalid"
    status = 422

    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors
        super().__init__(n=len(errors))


class TooMany(Refused):
    """Too many tries in the window."""

    code = "too-many"
    status = 429

    def __init__(self, *, wait: timedelta) -> None:
        super().__init__(time=wait)
