"""Names of people and institutions: folded so that spellings meet, and found in text."""
