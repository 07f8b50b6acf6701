"""What the ways to score are called: known to settings and pages, which need nothing else of scoring."""

METHODS = ("raw", "zscore", "additive", "blup", "model")
ONLY_COMPARED = ("trimmed",)
"""What a ranking is held against and never decided by: no edition can seal it."""
AUTO = "auto"
"""The choice of the method by the data themselves."""
