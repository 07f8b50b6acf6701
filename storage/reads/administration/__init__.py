"""What the administrator may read: editions being set up, people, the register, the queue of letters."""
