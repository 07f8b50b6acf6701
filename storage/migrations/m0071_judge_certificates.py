"""Certificates of thanks, a row for each judge who served."""

ID = "m0071_judge_certificates"
DESCRIPTION = "Certificates of judges"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE judge_certificate (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        judge uuid NOT NULL UNIQUE REFERENCES judge (id) ON DELETE RESTRICT,
        code text NOT NULL UNIQUE,
        name_ar text NOT NULL,
        name_en text NOT NULL,
        issued_at timestamptz NOT NULL
    )""",
    "CREATE INDEX judge_certificate_by_edition ON judge_certificate (edition)",
)
