"""What the ways to score are called: known to settings and pages, which need nothing else of scoring."""

METHODS = ("raw", "zscore", "additive", "blup", "model")
AUTO = "auto"
"""The choice of the method by the data themselves."""
