"""What is kept: rows, objects and the inspection of files."""
