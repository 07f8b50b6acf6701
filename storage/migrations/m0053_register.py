"""Institutions get short names of their own; projects of earlier editions are known by what their sheets say."""

ID = "m0053_register"
DESCRIPTION = "Short names of institutions, projects of earlier editions"

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE institution ADD COLUMN short_ar text NOT NULL DEFAULT ''",
    "ALTER TABLE institution ADD COLUMN short_en text NOT NULL DEFAULT ''",
    """CREATE TABLE past_entry (
        id uuid PRIMARY KEY,
        year smallint NOT NULL,
        title_ar text NOT NULL,
        title_en text NOT NULL,
        category text NOT NULL,
        makers text NOT NULL,
        institution text NOT NULL,
        honour text NOT NULL,
        added_at timestamptz NOT NULL
    )""",
    "CREATE INDEX past_entry_by_year ON past_entry (year)",
)
