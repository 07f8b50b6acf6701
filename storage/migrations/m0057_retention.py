"""How long kinds of data are kept, and the times when what was due was erased."""

ID = "m0057_retention"
DESCRIPTION = "Retention"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE retention_rule (
        id uuid PRIMARY KEY,
        kind text NOT NULL UNIQUE,
        days bigint NOT NULL,
        changed_at timestamptz NOT NULL
    )""",
    """CREATE TABLE retention_run (
        id uuid PRIMARY KEY,
        as_of timestamptz NOT NULL,
        fingerprint text NOT NULL,
        rules text NOT NULL,
        counts text NOT NULL,
        items text NOT NULL,
        state text NOT NULL,
        n_left bigint NOT NULL,
        asked_by uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        asked_at timestamptz NOT NULL,
        ended_at timestamptz
    )""",
    "CREATE INDEX retention_run_by_asker ON retention_run (asked_by)",
    # One erasing at a time: two that overlap would each find that the other had changed the set.
    "CREATE UNIQUE INDEX one_retention_run ON retention_run ((ended_at IS NULL)) WHERE ended_at IS NULL",
)
