"""A round says which judges a project must have, and whether judges of one house or projects of one team may meet."""

ID = "m0056_assignment_rules"
DESCRIPTION = "A round's rules of assignment"

# Rounds that were assigned before there were such rules keep the pairs that were given out under none.
STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE round ADD COLUMN academics_least smallint NOT NULL DEFAULT 0",
    "ALTER TABLE round ADD COLUMN practitioners_least smallint NOT NULL DEFAULT 0",
    "ALTER TABLE round ADD COLUMN institution_once boolean NOT NULL DEFAULT true",
    "ALTER TABLE round ADD COLUMN team_once boolean NOT NULL DEFAULT true",
    "UPDATE round SET institution_once = false, team_once = false WHERE state NOT IN ('planned', 'assigning')",
)
