"""For whoever runs the installation: is it well, does everything hold together, a copy of it."""
