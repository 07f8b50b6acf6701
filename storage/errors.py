"""What can go wrong outside our own logic: in the database, in the object store, in their use.

StorageError
├── RowRefused              a rule written in the database refused the row
│   ├── UniqueViolation     such a row is there already
│   ├── ForeignKeyViolation it points at nothing, or something points at it
│   ├── CheckViolation      a CHECK or NOT NULL
│   └── RowProtected        a trigger: the row may not be changed or deleted
├── StorageBusy             somebody else held what we needed for too long: try again
├── StorageFull             no space left; nothing was written
├── StorageUnavailable      away or unreachable for the moment
│   └── StorageUncertain    it went away between our COMMIT and its answer: all is there, or nothing
├── StorageDamaged          what is stored cannot be read as a database
├── SchemaMismatch          the schema is not one that this release knows
│   └── NewerSchema         a later release wrote it
├── StorageMisuse           a fault of the caller, found before any harm
│   ├── NaiveDatetime       a time without its zone
│   ├── TransactionMisuse   another task's transaction, a write in a snapshot, no database open
│   └── TransactionFailed   a statement failed in it: it can only be rolled back
└── ObjectError
    ├── ObjectMissing       no such object, upload or part
    ├── ObjectChanged       the store gave other bytes than before, or lost what it took
    ├── LinkRefused         a signed link that is forged, expired or used for something else
    ├── PartTooLong         more bytes came than the link was signed for
    ├── PartTooShort        fewer bytes came than the link was signed for
    ├── PartsIncomplete     completing an upload while parts are missing or of a wrong size
    └── ObjectStoreAway     the store does not answer, or its circuit is open
"""

from __future__ import annotations


class StorageError(Exception):
    """The world outside failed. Facts, no sentences: use cases decide what people are told."""

    def __init__(self, **facts: object) -> None:
        super().__init__(facts)
        self.facts = facts

    def __str__(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.facts.items())


class RowRefused(StorageError):
    """A rule written in the database refused the row."""


class UniqueViolation(RowRefused):
    """A row with the same values in these columns is there already."""

    def __init__(self, *, table: str = "", columns: tuple[str, ...] = ()) -> None:
        super().__init__(table=table, columns=columns)
        self.table = table
        self.columns = columns


class ForeignKeyViolation(RowRefused):
    """The row points at nothing, or other rows still point at it."""


class CheckViolation(RowRefused):
    """A CHECK or NOT NULL of the schema."""


class RowProtected(RowRefused):
    """A trigger of the schema forbids this change."""


class StorageBusy(StorageError):
    """Somebody else held what we needed for too long. Nothing was written; trying again may succeed."""


class StorageFull(StorageError):
    """No space left. Nothing of the transaction was written."""


class StorageUnavailable(StorageError):
    """The database cannot be reached, or the connection broke: what was not acknowledged is there whole, or not."""


class StorageUncertain(StorageUnavailable):
    """The connection broke after COMMIT was sent and before its answer came: all was saved, or nothing."""


class StorageDamaged(StorageError):
    """What is stored cannot be read as a database."""


class SchemaMismatch(StorageError):
    """The database holds a schema that this release does not know."""


class NewerSchema(SchemaMismatch):
    """A later release wrote this database. This one would not understand it, and does not touch it."""

    def __init__(self, *, found: str, known: str) -> None:
        super().__init__(found=found, known=known)
        self.found = found
        self.known = known


class StorageMisuse(StorageError):
    """A fault of the calling code."""


class NaiveDatetime(StorageMisuse):
    """A time without a zone was about to be stored or compared."""


class TransactionMisuse(StorageMisuse):
    """A query outside the rules of transactions: see ``storage.engine.transaction``."""


class TransactionFailed(StorageMisuse):
    """A statement or an inner block failed in this transaction, and the code went on. It was rolled back."""


class ObjectError(StorageError):
    """The object store refused, or failed."""


class ObjectMissing(ObjectError):
    """No such object, upload or part."""


class LinkRefused(ObjectError):
    """A signed link that is forged, expired, or used for something else. The reason is a code."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class PartTooLong(ObjectError):
    """More bytes came than were signed for. None of them are kept."""


class PartTooShort(ObjectError):
    """Fewer bytes came than were signed for. None of them are kept."""


class PartsIncomplete(ObjectError):
    """Completing needs every part at its size."""

    def __init__(self, *, parts: tuple[int, ...]) -> None:
        super().__init__(parts=parts)
        self.parts = parts


class ObjectStoreAway(ObjectError):
    """The store does not answer for the moment."""


class ObjectChanged(ObjectError):
    """The store gave other bytes than it gave before, or none of those it took: it is to be asked again."""
