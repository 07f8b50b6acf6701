"""A lighter copy of a film for slow lines, attached by the operator."""

from storage.migrations.run import PerEngine

ID = "m0007_playback"
DESCRIPTION = "Lighter copies for playing"

STATEMENTS: tuple[str | PerEngine, ...] = (
    "ALTER TABLE file ADD COLUMN light_key text",
    "ALTER TABLE file ADD COLUMN light_media_type text",
    "ALTER TABLE file ADD COLUMN light_size bigint",
)
