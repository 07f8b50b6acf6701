"""Forms that came after their session had ended are kept for whoever filled them in."""

ID = "m0063_kept_forms"
DESCRIPTION = "Forms sent after the session's end"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE kept_form (
        id uuid PRIMARY KEY,
        owner text NOT NULL UNIQUE,
        page text NOT NULL,
        fields text NOT NULL,
        kept_at timestamptz NOT NULL
    )""",
)
