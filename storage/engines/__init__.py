"""The two databases behind ``storage.engine``: our SQLite engine, and PostgreSQL by asyncpg."""
