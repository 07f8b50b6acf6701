"""What the registrar found of each rule of taking part, with the decision that followed."""

ID = "m0033_rule_answers"
DESCRIPTION = "Answers rule by rule"

STATEMENTS: tuple[str, ...] = ("ALTER TABLE eligibility_check ADD COLUMN answers text",)
