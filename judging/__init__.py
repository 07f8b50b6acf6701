"""Pure arithmetic of the competition: scores, rankings, assignments and hidden identities, with no database and no clock."""
