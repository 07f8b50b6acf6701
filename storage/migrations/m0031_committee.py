"""Acts that take two people, and ties of committee members to entries."""

ID = "m0031_committee"
DESCRIPTION = "Joint requests and ties of committee members"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE joint_request (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        matter text NOT NULL,
        subject text NOT NULL,
        facts text NOT NULL,
        reason text NOT NULL,
        state text NOT NULL,
        asked_by uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        asked_at timestamptz NOT NULL,
        answered_by uuid REFERENCES person (id) ON DELETE RESTRICT,
        answered_at timestamptz
    )""",
    "CREATE INDEX joint_request_by_edition ON joint_request (edition)",
    "CREATE INDEX joint_request_by_subject ON joint_request (subject)",
    "CREATE INDEX joint_request_by_asker ON joint_request (asked_by)",
    "CREATE INDEX joint_request_by_answerer ON joint_request (answered_by)",
    "CREATE UNIQUE INDEX one_waiting_request ON joint_request (matter, subject) WHERE state = 'waiting'",
    """CREATE TABLE member_conflict (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        entry uuid NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
        kind text NOT NULL,
        note text NOT NULL,
        made_at timestamptz NOT NULL
    )""",
    "CREATE INDEX member_conflict_by_person ON member_conflict (person)",
    "CREATE INDEX member_conflict_by_entry ON member_conflict (entry)",
    "CREATE UNIQUE INDEX one_tie_per_member ON member_conflict (person, entry)",
)
