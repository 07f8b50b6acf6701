"""Results bundles, kept as they were given."""

ID = "m0035_bundles"
DESCRIPTION = "Results bundles"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE results_bundle (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        content text NOT NULL,
        sha256 text NOT NULL,
        subject text NOT NULL,
        made_at timestamptz NOT NULL
    )""",
    "CREATE INDEX results_bundle_by_edition ON results_bundle (edition)",
)
