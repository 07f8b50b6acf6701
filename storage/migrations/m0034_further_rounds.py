"""Further rounds: the sealed rule, and the shortlist that it gave."""

ID = "m0034_further_rounds"
DESCRIPTION = "Rules of further rounds, and shortlists"

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE round_rule (
        id uuid PRIMARY KEY,
        edition uuid NOT NULL REFERENCES edition (id) ON DELETE RESTRICT,
        ordinal smallint NOT NULL,
        takes smallint NOT NULL,
        reviews_per_entry smallint NOT NULL,
        is_carried boolean NOT NULL,
        begins_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL
    )""",
    "CREATE INDEX round_rule_by_edition ON round_rule (edition)",
    "CREATE UNIQUE INDEX one_rule_per_round ON round_rule (edition, ordinal)",
    """CREATE TABLE shortlist_entry (
        id uuid PRIMARY KEY,
        round uuid NOT NULL REFERENCES round (id) ON DELETE RESTRICT,
        run uuid NOT NULL REFERENCES ranking_run (id) ON DELETE RESTRICT,
        entry uuid NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
        category uuid NOT NULL REFERENCES category (id) ON DELETE RESTRICT,
        rank smallint NOT NULL,
        score bigint NOT NULL,
        is_in boolean NOT NULL,
        reason text NOT NULL
    )""",
    "CREATE INDEX shortlist_entry_by_round ON shortlist_entry (round)",
    "CREATE INDEX shortlist_entry_by_run ON shortlist_entry (run)",
    "CREATE INDEX shortlist_entry_by_entry ON shortlist_entry (entry)",
    "CREATE INDEX shortlist_entry_by_category ON shortlist_entry (category)",
    "CREATE UNIQUE INDEX one_line_per_shortlist ON shortlist_entry (round, entry)",
)
