"""Sealed rules that were changed afterwards, each with its reason."""

ID = "m0030_rule_changes"
DESCRIPTION = "Changes of sealed rules, with their reasons"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE rule_change (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        kind text NOT NULL,
        name_ar text NOT NULL,
        name_en text NOT NULL,
        changes text NOT NULL,
        reason text NOT NULL,
        fingerprint_before text NOT NULL,
        fingerprint_after text NOT NULL,
        made_at timestamptz NOT NULL
    )""",
    "CREATE INDEX rule_change_by_edition ON rule_change (edition)",
)
