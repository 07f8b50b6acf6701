"""Where the bytes of files lie: one protocol, and its stores."""
