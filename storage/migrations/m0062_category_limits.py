"""A judge's limit in one category of a round, beside the limit in all."""

ID = "m0062_category_limits"
DESCRIPTION = "Limits of judges by category"

# NULL: as many as the judge's limit in all allows.
STATEMENTS: tuple[str, ...] = ("ALTER TABLE panel_member ADD COLUMN max_entries smallint",)
