"""A judge's assignments are found by judge and round: by the round alone a judge's list would look at everybody's."""

ID = "m0074_judges_assignments"
DESCRIPTION = "Assignments by judge and round"

STATEMENTS: tuple[str, ...] = (
    "DROP INDEX assignment_by_judge",
    "CREATE INDEX assignment_by_judge ON assignment (judge, round)",
)
