"""Pure arithmetic of the competition: scores, rankings, assignments, hidden identities; no database, no clock."""
