"""Certificates of published awards, a row a member."""

ID = "m0036_certificates"
DESCRIPTION = "Certificates"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE certificate (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        award uuid NOT NULL REFERENCES award (id) ON DELETE RESTRICT,
        position smallint NOT NULL,
        code text NOT NULL UNIQUE,
        name_ar text NOT NULL,
        name_en text NOT NULL,
        issued_at timestamptz NOT NULL,
        withdrawn_at timestamptz,
        withdrawn_reason text NOT NULL
    )""",
    "CREATE INDEX certificate_by_edition ON certificate (edition)",
    "CREATE INDEX certificate_by_award ON certificate (award)",
)
