"""What the committee may read: code names and marks; identities only of judges."""
