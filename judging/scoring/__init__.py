"""From review scores to adjusted scores with honest uncertainty."""

from judging.method_names import AUTO, METHODS
from judging.scoring.fit import JudgeFit
from judging.scoring.methods import Choice, fit_judges
from judging.scoring.round import Flag, RoundScores, score_round

__all__ = ["AUTO", "METHODS", "Choice", "Flag", "JudgeFit", "RoundScores", "fit_judges", "score_round"]
