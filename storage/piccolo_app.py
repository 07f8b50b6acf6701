"""Every table of the program, in the order in which a reader may meet them."""

from piccolo.table import Table

from storage.tables import (
    appeal,
    assignment,
    audit,
    award,
    bundle,
    committee,
    conflict,
    edition,
    entrant,
    entry,
    file,
    further_round,
    group_letter,
    institution,
    job,
    message,
    panel,
    past_entry,
    person,
    result,
    retention,
    rubric,
    scoresheet,
    session,
    upload,
    wording,
)

__all__ = ["TABLES"]

_MODULES = (
    institution,
    past_entry,
    edition,
    rubric,
    person,
    session,
    entry,
    entrant,
    file,
    upload,
    panel,
    conflict,
    assignment,
    scoresheet,
    result,
    award,
    bundle,
    committee,
    group_letter,
    further_round,
    audit,
    job,
    message,
    appeal,
    wording,
    retention,
)

TABLES: tuple[type[Table], ...] = tuple(
    value
    for module in _MODULES
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Table) and value is not Table
)
