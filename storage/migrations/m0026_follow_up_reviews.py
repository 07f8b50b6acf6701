"""A review that is asked for after the round has its own last moment."""

ID = "m0026_follow_up_reviews"
DESCRIPTION = "A follow-up review has its own last moment"

STATEMENTS: tuple[str, ...] = ("ALTER TABLE assignment ADD COLUMN due_at timestamptz",)
