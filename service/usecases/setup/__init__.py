"""Setting up an edition: its lines, whether it is ready to open, and a new one made from the last."""
