"""The days before a round's close on which its judges are reminded of what is left."""

ID = "m0020_reminders"
DESCRIPTION = "A round declares its reminders"

STATEMENTS: tuple[str, ...] = ("ALTER TABLE round ADD COLUMN reminder_days text",)
