"""What a file truly is, what is hidden in it, and the copy of it that judges may see."""
