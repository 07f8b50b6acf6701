"""Competitions at their stages."""

from tests.stages import (  # noqa: F401 (fixtures)
    judging,
    judging_stage,
    notified,
    notified_stage,
    open_stage,
    opened,
    ranked,
    ranked_stage,
)
