"""The entrant's area: own entries and everything under them."""
