"""What SQLite says is wrong, in our own errors."""

from __future__ import annotations

import sqlite3

from storage.errors import (
    CheckViolation,
    ForeignKeyViolation,
    RowProtected,
    RowRefused,
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageFull,
    StorageMisuse,
    StorageUnavailable,
    UniqueViolation,
)

__all__ = ["map_error"]

_BY_EXTENDED_CODE: dict[int, type[StorageError]] = {
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: ForeignKeyViolation,
    sqlite3.SQLITE_CONSTRAINT_CHECK: CheckViolation,
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: CheckViolation,
    sqlite3.SQLITE_CONSTRAINT_TRIGGER: RowProtected,
    sqlite3.SQLITE_IOERR_WRITE: StorageFull,  # a quota or a file size limit; ENOSPC itself is SQLITE_FULL
    sqlite3.SQLITE_IOERR_SHMSIZE: StorageFull,
}
_BY_CODE: dict[int, type[StorageError]] = {
    sqlite3.SQLITE_BUSY: StorageBusy,
    sqlite3.SQLITE_LOCKED: StorageBusy,
    sqlite3.SQLITE_INTERRUPT: StorageBusy,
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_CORRUPT: StorageDamaged,
    sqlite3.SQLITE_NOTADB: StorageDamaged,
    sqlite3.SQLITE_IOERR: StorageUnavailable,
    sqlite3.SQLITE_CANTOPEN: StorageUnavailable,
    sqlite3.SQLITE_READONLY: StorageUnavailable,
    sqlite3.SQLITE_PERM: StorageUnavailable,
    sqlite3.SQLITE_NOMEM: StorageUnavailable,
    sqlite3.SQLITE_CONSTRAINT: RowRefused,
}
_FOREIGN_KEY = "FOREIGN KEY constraint failed"
_UNIQUE = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID)


def map_error(error: sqlite3.Error) -> BaseException:
    """Turn SQLite's error into ours, with the original as its cause."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return error  # the sqlite3 module's own: a wrong number of arguments, a type it cannot store
    mapped: StorageError
    if code in _UNIQUE:
        mapped = _map_unique(str(error))
    elif str(error) == _FOREIGN_KEY:  # ON DELETE RESTRICT comes with the code of a trigger
        mapped = ForeignKeyViolation()
    elif kind := _BY_EXTENDED_CODE.get(code) or _BY_CODE.get(code & 0xFF):
        mapped = kind(reason=str(error))
    else:
        mapped = StorageMisuse(reason=str(error))
    mapped.__cause__ = error
    return mapped


def _map_unique(text: str) -> UniqueViolation:
    """Read ``UNIQUE constraint failed: mark.sheet, mark.criterion``."""
    names = [name.strip() for name in text.partition(": ")[2].split(",")]
    pairs = [name.split(".") for name in names if "." in name]
    if not pairs:
        return UniqueViolation()
    return UniqueViolation(table=pairs[0][0], columns=tuple(pair[-1] for pair in pairs))
