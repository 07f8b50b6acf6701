"""From review scores to adjusted scores with honest uncertainty."""

from judging.scoring.fit import AUTO, METHODS, JudgeFit
from judging.scoring.methods import Choice, fit_judges
from judging.scoring.round import Flag, RoundScores, score_round

__all__ = ["AUTO", "METHODS", "Choice", "Flag", "JudgeFit", "RoundScores", "fit_judges", "score_round"]
