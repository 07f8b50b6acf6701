"""A picture of squares (QR) as one path, for a template to draw."""

from dataclasses import dataclass

__all__ = ["Squares", "draw_squares"]

BORDER = 4
"""Empty squares on each side, as readers of such pictures expect."""


@dataclass(frozen=True, slots=True)
class Squares:
    """The side of the picture in squares, its border counted, and the path of the dark ones."""

    side: int
    path: str


def draw_squares(text: str) -> Squares:
    """Draw a text as squares, with room for a scratch (level M)."""
    import segno  # noqa: PLC0415 (kept out of start-up)

    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=BORDER)]
    steps = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                steps.append(f"M{x} {y}h{run - x}v1h{x - run}z")
            x = run + 1
    return Squares(side=len(rows), path="".join(steps))
