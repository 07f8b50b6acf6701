"""Questions whole, their answers for all, appeals, and the comments that teams receive."""

ID = "m0015_appeals"
DESCRIPTION = "Questions, appeals and chosen comments"

STATEMENTS: tuple[str, ...] = (
    "DROP TABLE question",
    """CREATE TABLE question (
        id uuid PRIMARY KEY,
        entry uuid NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
        person uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        kind text NOT NULL,
        content text NOT NULL,
        answer text,
        asked_at timestamptz NOT NULL,
        answered_at timestamptz
    )""",
    "CREATE INDEX question_by_entry ON question (entry)",
    "CREATE INDEX question_by_person ON question (person)",
    "CREATE UNIQUE INDEX one_question_on_an_outcome ON question (entry) WHERE kind = 'outcome'",
    """CREATE TABLE help_answer (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        question uuid NOT NULL UNIQUE REFERENCES question (id) ON DELETE RESTRICT,
        question_ar text NOT NULL,
        question_en text NOT NULL,
        answer_ar text NOT NULL,
        answer_en text NOT NULL,
        made_at timestamptz NOT NULL
    )""",
    "CREATE INDEX help_answer_by_edition ON help_answer (edition)",
    """CREATE TABLE appeal (
        id uuid PRIMARY KEY,
        entry uuid NOT NULL UNIQUE REFERENCES entry (id) ON DELETE RESTRICT,
        person uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        ground text NOT NULL,
        content text NOT NULL,
        state text NOT NULL,
        object_key text,
        file_name text,
        media_type text,
        size bigint,
        lodged_at timestamptz NOT NULL,
        verdict text,
        answer text NOT NULL,
        proposed_by uuid REFERENCES person (id) ON DELETE RESTRICT,
        proposed_at timestamptz,
        confirmed_by uuid REFERENCES person (id) ON DELETE RESTRICT,
        answered_at timestamptz
    )""",
    "CREATE INDEX appeal_by_person ON appeal (person)",
    "CREATE INDEX appeal_by_state ON appeal (state)",
    "CREATE INDEX appeal_by_proposed_by ON appeal (proposed_by)",
    "CREATE INDEX appeal_by_confirmed_by ON appeal (confirmed_by)",
    """CREATE TABLE chosen_comment (
        id uuid PRIMARY KEY,
        entry uuid NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
        sheet uuid NOT NULL UNIQUE REFERENCES score_sheet (id) ON DELETE RESTRICT,
        position smallint NOT NULL,
        content text NOT NULL,
        chosen_at timestamptz NOT NULL
    )""",
    "CREATE INDEX chosen_comment_by_entry ON chosen_comment (entry)",
)
