"""A ranking run keeps the marks that it was computed from, so that it can be asked otherwise and repeated later."""

ID = "m0040_run_inputs"
DESCRIPTION = "A run keeps its inputs"

STATEMENTS: tuple[str, ...] = ("ALTER TABLE ranking_run ADD COLUMN inputs text NOT NULL DEFAULT ''",)
