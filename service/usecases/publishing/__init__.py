"""The public instant, what is made for it beforehand and what can be handed out after it."""
