"""A round's ranking: computed and frozen, asked otherwise, and the shortlist that follows from it."""
