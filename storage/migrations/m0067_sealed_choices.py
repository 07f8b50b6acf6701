"""Sealed rules say whether a place may be shared, how far judges may differ, and which category a condition is for."""

ID = "m0067_sealed_choices"
DESCRIPTION = "Sharing, differing and conditions of one category as sealed rules"

# What was the program's own rule until now becomes that of editions that were sealed under it.
STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE edition ADD COLUMN may_share boolean NOT NULL DEFAULT true",
    "ALTER TABLE edition ADD COLUMN differ_points smallint NOT NULL DEFAULT 25",
    "ALTER TABLE eligibility_rule ADD COLUMN only_for text",
)
