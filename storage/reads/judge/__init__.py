"""What a judge may know, and nothing else.

No table that names a person is imported here, by any chain: code that serves judges cannot obtain an identity, so it
need not remember to hide one. Everything comes from the submitted version, never from an entrant's draft.
"""
