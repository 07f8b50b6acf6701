"""One file a part of the domain. Nothing is imported here: who imports a table says which."""
