"""The numbered steps of the schema, and the runner that applies them."""
