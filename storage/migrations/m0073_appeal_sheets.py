"""An answer to an appeal on a score or on the procedure can name the judges whose sheets it sets aside."""

ID = "m0073_appeal_sheets"
DESCRIPTION = "The judges whose sheets an appeal's answer sets aside"

STATEMENTS: tuple[str, ...] = ("ALTER TABLE appeal ADD COLUMN left_out text",)
