"""What an award plays, and the first step of a publication in two: the honoured list before the places."""

ID = "m0038_announcing"
DESCRIPTION = "Players of awards, and announcements of the honoured"

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE award ADD COLUMN player_key text",
    "ALTER TABLE award ADD COLUMN player_media_type text",
    "ALTER TABLE award ADD COLUMN captions_key text",
    """CREATE TABLE announcement (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL UNIQUE REFERENCES edition (id) ON DELETE RESTRICT,
        due_at timestamptz NOT NULL,
        content text,
        announced_at timestamptz
    )""",
)
