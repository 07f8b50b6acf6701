"""People ask that what is held about them be deleted; the registrar carries it out or says why not."""

ID = "m0017_deletion_requests"
DESCRIPTION = "Requests to delete personal data"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE deletion_request (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        state text NOT NULL,
        answer text NOT NULL,
        asked_at timestamptz NOT NULL,
        answered_at timestamptz
    )""",
    "CREATE INDEX deletion_request_by_person ON deletion_request (person)",
    "CREATE INDEX deletion_request_by_edition ON deletion_request (edition)",
    "CREATE UNIQUE INDEX one_waiting_deletion ON deletion_request (person) WHERE state = 'waiting'",
)
