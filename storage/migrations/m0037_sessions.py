"""The decision session on record: motions, ballots, and what members say of an entry."""

ID = "m0037_sessions"
DESCRIPTION = "Motions, ballots and comments of the committee"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE motion (
        id uuid PRIMARY KEY,
        decision uuid NOT NULL REFERENCES decision (id) ON DELETE RESTRICT,
        person uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        content text NOT NULL,
        made_at timestamptz NOT NULL,
        closed_at timestamptz,
        verdict text
    )""",
    "CREATE INDEX motion_by_decision ON motion (decision)",
    "CREATE INDEX motion_by_person ON motion (person)",
    """CREATE TABLE ballot (
        id uuid PRIMARY KEY,
        motion uuid NOT NULL REFERENCES motion (id) ON DELETE RESTRICT,
        person uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        choice text NOT NULL,
        cast_at timestamptz NOT NULL
    )""",
    "CREATE INDEX ballot_by_motion ON ballot (motion)",
    "CREATE INDEX ballot_by_person ON ballot (person)",
    "CREATE UNIQUE INDEX one_ballot_per_member ON ballot (motion, person)",
    """CREATE TABLE entry_comment (
        id uuid PRIMARY KEY,
        entry uuid NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
        person uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        content text NOT NULL,
        made_at timestamptz NOT NULL
    )""",
    "CREATE INDEX entry_comment_by_entry ON entry_comment (entry)",
    "CREATE INDEX entry_comment_by_person ON entry_comment (person)",
)
