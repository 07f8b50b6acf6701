"""The chained log, jobs and letters."""

from storage.migrations.run import PerEngine

ID = "m0005_log"
DESCRIPTION = "The chained log, jobs and letters"

STATEMENTS: tuple[str | PerEngine, ...] = (
    """CREATE TABLE audit_event (
        sequence bigint PRIMARY KEY,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        role text NOT NULL,
        event text NOT NULL,
        subject text NOT NULL,
        subject_id text NOT NULL,
        before text,
        after text,
        reason text NOT NULL,
        prev_hash text NOT NULL UNIQUE,
        hash text NOT NULL
    )""",
    "CREATE INDEX audit_event_by_event ON audit_event (event)",
    "CREATE INDEX audit_event_by_subject_id ON audit_event (subject_id)",
    """CREATE TABLE audit_head (
        id uuid PRIMARY KEY,
        sequence bigint NOT NULL,
        hash text NOT NULL
    )""",
    """CREATE TABLE audit_nonce (
        id uuid PRIMARY KEY,
        sequence bigint NOT NULL,
        side text NOT NULL,
        nonce text NOT NULL,
        value text NOT NULL,
        made_at timestamptz NOT NULL
    )""",
    """CREATE TABLE job (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        name text NOT NULL UNIQUE,
        facts text NOT NULL,
        state text NOT NULL,
        due_at timestamptz NOT NULL,
        attempts smallint NOT NULL,
        lease_until timestamptz,
        owner text,
        error text,
        made_at timestamptz NOT NULL,
        done_at timestamptz
    )""",
    "CREATE INDEX job_by_state ON job (state)",
    "CREATE INDEX job_by_due_at ON job (due_at)",
    """CREATE TABLE message (
        id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE,
        email text NOT NULL,
        template text NOT NULL,
        language text NOT NULL,
        facts text NOT NULL,
        state text NOT NULL,
        due_at timestamptz NOT NULL,
        attempts smallint NOT NULL,
        lease_until timestamptz,
        owner text,
        error text,
        made_at timestamptz NOT NULL,
        sent_at timestamptz
    )""",
    "CREATE INDEX message_by_state ON message (state)",
    "CREATE INDEX message_by_due_at ON message (due_at)",
    """CREATE TABLE question (
        id uuid PRIMARY KEY,
        entry text NOT NULL,
        content text NOT NULL,
        answer text,
        asked_at timestamptz NOT NULL,
        answered_at timestamptz
    )""",
    "CREATE INDEX question_by_entry ON question (entry)",
    """INSERT INTO audit_head (id, sequence, hash)
    VALUES ('00000000-0000-4000-8000-000000000000', 0, '')""",
    PerEngine(
        sqlite=(
            """CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
            BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END""",
            """CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
            BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END""",
        ),
        postgres=(
            """CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the log is never changed'; END $$""",
            """CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change()""",
        ),
    ),
)
