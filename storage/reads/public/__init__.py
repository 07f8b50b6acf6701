"""What anybody may know: of an edition, its categories and its rules. Results come from published rows only."""
