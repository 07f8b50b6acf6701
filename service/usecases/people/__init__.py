"""People and their accounts: joining, signing in, duties, and what they may ask about their own data."""
