"""A judge's own acts: answering about conflicts, practising, marking, sealing."""
