"""What the committee wrote to whole groups."""

ID = "m0032_group_letters"
DESCRIPTION = "Letters to groups"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE group_letter (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        audience text NOT NULL,
        subject_ar text NOT NULL,
        subject_en text NOT NULL,
        body_ar text NOT NULL,
        body_en text NOT NULL,
        n_people bigint NOT NULL,
        made_by uuid NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
        made_at timestamptz NOT NULL
    )""",
    "CREATE INDEX group_letter_by_edition ON group_letter (edition)",
    "CREATE INDEX group_letter_by_maker ON group_letter (made_by)",
)
