"""What people do: use cases, pages, mail and commands."""
