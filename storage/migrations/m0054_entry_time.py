"""The chair may give one entry more time than the others have."""

ID = "m0054_entry_time"
DESCRIPTION = "Time given to one entry"

STATEMENTS: tuple[str, ...] = ("ALTER TABLE entry ADD COLUMN extended_to timestamptz",)
