"""What entrants and supervisors may read: their own entries, and nothing of judges."""
