"""An edition's own words for letters and public pages, in place of the program's."""

ID = "m0055_wordings"
DESCRIPTION = "An edition's own words"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE edition_wording (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        message text NOT NULL,
        text_ar text NOT NULL,
        text_en text NOT NULL,
        changed_at timestamptz NOT NULL
    )""",
    "CREATE INDEX edition_wording_by_edition ON edition_wording (edition)",
    "CREATE UNIQUE INDEX one_wording_per_message ON edition_wording (edition, message)",
)
