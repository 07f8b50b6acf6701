"""Which sheets count where the committee reads "so many sealed of so many": one truth for every page."""

__all__ = ["OPEN_TO", "STANDS"]

STANDS = "score_sheet.state <> 'set-aside' AND score_sheet.abstained IS NULL"
"""A sheet that is sealed or that somebody still waits for: neither set aside nor abstained from."""

OPEN_TO = """entry.category NOT IN (SELECT tied.category FROM member_conflict
    JOIN entry AS tied ON tied.id = member_conflict.entry JOIN edition ON edition.id = tied.edition
    WHERE member_conflict.person = {} AND edition.state NOT IN ('published', 'archived'))"""
"""Leaves out the categories where this reader has a tie to an entry, until the edition is published.

Not even a total may tell of them. ``entry`` is a table of the statement; the one place holds the reader.
"""
