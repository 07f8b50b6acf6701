"""Who judges what: judges, ties, conflicts, assignments and how they change."""
