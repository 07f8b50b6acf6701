"""What the committee decided about a place where a name may stand, and why."""

from storage.migrations.run import PerEngine

ID = "m0006_findings"
DESCRIPTION = "Decisions on traces of names"

STATEMENTS: tuple[str | PerEngine, ...] = (
    "ALTER TABLE identity_finding ADD COLUMN reason text",
    "ALTER TABLE identity_finding ADD COLUMN decided_at timestamptz",
)
