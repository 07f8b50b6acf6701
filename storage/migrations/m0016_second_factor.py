"""The second factor: a person's shared secret, its recovery codes, and the moment from which it is asked for."""

ID = "m0016_second_factor"
DESCRIPTION = "Second factor"

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE person ADD COLUMN second_factor_at timestamptz",
    """CREATE TABLE second_factor (
        id uuid PRIMARY KEY,
        person uuid NOT NULL UNIQUE REFERENCES person (id) ON DELETE CASCADE,
        sealed text NOT NULL,
        last_step bigint NOT NULL,
        begun_at timestamptz NOT NULL
    )""",
    """CREATE TABLE recovery_code (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES person (id) ON DELETE CASCADE,
        hash text NOT NULL UNIQUE,
        made_at timestamptz NOT NULL,
        used_at timestamptz
    )""",
    "CREATE INDEX recovery_code_by_person ON recovery_code (person)",
)
