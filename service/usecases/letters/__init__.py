"""Letters that are sent on purpose: to groups, to late judges, about changed lists, and again after failing."""
