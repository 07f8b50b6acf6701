"""The supervisor's area: entries that wait for an approval."""
