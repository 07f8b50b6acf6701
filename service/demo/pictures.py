"""Flat pictures drawn from a seed: the posters, covers and film scenes of the demonstration, as layers of SVG.

A picture is a ground colour and layers that a film may move at different speeds. The same name gives the same picture.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Palette:
    """Four colours that belong together: the ground, the sun, a middle tone and the lightest."""

    ground: str
    sun: str
    middle: str
    light: str


PALETTES = {
    "teal": Palette("#123f4a", "#d9a066", "#7fb3ac", "#f3e3c7"),
    "rust": Palette("#7a3b1d", "#f0c48a", "#2f6f6a", "#fbeedb"),
    "navy": Palette("#20304f", "#8fb0c9", "#c9773f", "#f2efe6"),
    "green": Palette("#25452f", "#c9813f", "#b9c98b", "#f5f0dc"),
    "plum": Palette("#4a2340", "#dba6b0", "#6f8fae", "#f8ebe6"),
    "sand": Palette("#5b4632", "#e8b96a", "#b5653a", "#f6e9d2"),
    "olive": Palette("#3d4426", "#e0b24f", "#93a566", "#f4efd9"),
    "ochre": Palette("#6b4310", "#f2c14e", "#c0792a", "#fdf1d3"),
    "sea": Palette("#0f3a5c", "#f0b56b", "#5fa3b8", "#e9f3f1"),
}


@dataclass(frozen=True, slots=True)
class Layer:
    """SVG shapes, and how far they drift in a film, in picture units a second."""

    shapes: str
    drift_x: float = 0.0
    drift_y: float = 0.0


@dataclass(frozen=True, slots=True)
class Picture:
    """Layers over a ground, on a canvas of ``width`` by ``height`` units."""

    palette: Palette
    width: int
    height: int
    layers: tuple[Layer, ...]

    def svg(self) -> str:
        """Draw the whole picture, ground included."""
        ground = f'<rect width="{self.width}" height="{self.height}" fill="{self.palette.ground}"/>'
        return _svg(self.width, self.height, ground + "".join(layer.shapes for layer in self.layers))

    def layer_svg(self, layer: Layer) -> str:
        """Draw one layer alone, on nothing."""
        return _svg(self.width, self.height, layer.shapes)


def draw(name: str, *, palette: str, motif: str, width: int, height: int) -> Picture:
    """Draw the picture that a name stands for; other names with the same palette and motif differ in shape."""
    random = Random(f"{name}/{motif}")  # noqa: S311 -- a picture, not a secret
    colours = PALETTES[palette]
    return Picture(colours, width, height, tuple(MOTIFS[motif](random, colours, width, height)))


def _svg(width: int, height: int, shapes: str) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{shapes}</svg>'


def _circle(x: float, y: float, radius: float, fill: str, opacity: float = 1.0) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.1f}" fill="{fill}" fill-opacity="{opacity:.2f}"/>'


def _sun(random: Random, colours: Palette, width: int, height: int) -> Layer:
    radius = 0.2 * min(width, height)
    return Layer(_circle(width * random.uniform(0.55, 0.75), height * 0.36, radius, colours.sun, 0.95), drift_y=-3.0)


def _ridge(points: list[tuple[float, float]], width: int, height: int, fill: str, opacity: float) -> str:
    line = " ".join(f"{x:.0f},{y:.1f}" for x, y in points)
    return f'<polygon points="0,{height} {line} {width},{height}" fill="{fill}" fill-opacity="{opacity}"/>'


def _waves(random: Random, colours: Palette, width: int, height: int) -> Iterator[Layer]:
    yield _sun(random, colours, width, height)
    tones = [(colours.middle, 0.55), (colours.light, 0.16), (colours.middle, 0.5), (colours.ground, 0.9)]
    for depth, (fill, opacity) in enumerate(tones):
        level = height * (0.5 + 0.13 * depth)
        swing, length, start = height * random.uniform(0.06, 0.1), random.uniform(0.9, 1.5), random.uniform(0, 6)
        points = [
            (float(x), level + swing * math.sin(start + length * x * math.tau / max(width, height) / 0.9))
            for x in range(0, width + 8, 8)
        ]
        yield Layer(_ridge(points, width, height, fill, opacity), drift_x=(4.0 + 5.0 * depth) * (-1) ** depth)


def _peaks(random: Random, colours: Palette, width: int, height: int) -> Iterator[Layer]:
    yield _sun(random, colours, width, height)
    tones = [(colours.middle, 0.55), (colours.light, 0.2), (colours.middle, 0.6), (colours.ground, 0.92)]
    for depth, (fill, opacity) in enumerate(tones):
        level, step = height * (0.5 + 0.12 * depth), height * 0.17
        points, x = [(0.0, level)], 0.0
        while x < width:
            x += step * random.uniform(0.6, 1.4)
            up = len(points) % 2 == 1
            points.append((min(x, width), level + height * (-0.16 if up else 0.02) * random.uniform(0.4, 1.0)))
        yield Layer(_ridge(points, width, height, fill, opacity), drift_x=-(2.0 + 5.0 * depth))


def _rings(random: Random, colours: Palette, width: int, height: int) -> Iterator[Layer]:
    x, y = width * random.uniform(0.42, 0.58), height * 0.62
    widest, count = 0.78 * max(min(width, height), 0.72 * max(width, height)), 9
    tones = [(colours.ground, 0.9), (colours.middle, 0.55), (colours.ground, 0.75), (colours.sun, 0.8)]
    rings = [_circle(x, y, widest * (count - ring) / count, *tones[ring % len(tones)]) for ring in range(count)]
    yield Layer("".join(rings[:4]), drift_y=1.0)
    yield Layer("".join(rings[4:]) + _circle(x, y, widest * 0.06, colours.light), drift_y=-2.5)


def _arches(random: Random, colours: Palette, width: int, height: int) -> Iterator[Layer]:
    yield _sun(random, colours, width, height)
    rows: list[list[str]] = [[], []]
    x, turn = -0.02 * width, 0
    while x < width:
        wide = min(width, height) * random.uniform(0.09, 0.2)
        top = height * random.uniform(0.4, 0.78)
        fill = random.choice([colours.middle, colours.light, colours.sun, colours.middle])
        radius = wide / 2
        rows[turn % 2].append(
            f'<path d="M{x:.0f},{height} V{top:.0f} a{radius:.1f},{radius:.1f} 0 0 1 {wide:.1f},0 V{height} Z" '
            f'fill="{fill}" fill-opacity="{random.uniform(0.55, 0.94):.2f}"/>'
        )
        x += wide * random.uniform(1.1, 1.35)
        turn += 1
    yield Layer("".join(rows[0]), drift_x=-5.0)
    yield Layer("".join(rows[1]), drift_x=-11.0)


def _columns(random: Random, colours: Palette, width: int, height: int) -> Iterator[Layer]:
    yield _sun(random, colours, width, height)
    for depth, (fill, opacity) in enumerate([(colours.light, 0.18), (colours.middle, 0.6), (colours.sun, 0.75)]):
        wide = min(width, height) * (0.11 - 0.02 * depth)
        shapes, x = [], wide * 0.4 * depth
        while x < width:
            top = height * (0.42 + 0.12 * depth + random.uniform(0, 0.34))
            shapes.append(
                f'<rect x="{x:.0f}" y="{top:.0f}" width="{wide:.1f}" height="{height - top:.0f}" rx="3" '
                f'fill="{fill}" fill-opacity="{opacity}"/>'
            )
            x += wide * random.choice([1.25, 1.25, 2.5])
        yield Layer("".join(shapes), drift_x=-(3.0 + 5.0 * depth))


def _tiles(random: Random, colours: Palette, width: int, height: int) -> Iterator[Layer]:
    side = min(width, height) / 4
    rows = ["", ""]
    for row in range(math.ceil(height / side)):
        for column in range(math.ceil(width / side)):
            x, y = column * side, row * side
            fill, opacity = random.choice(
                [(colours.middle, 0.8), (colours.sun, 0.85), (colours.light, 0.8), (colours.light, 0.12)]
            )
            corner = random.randrange(4)
            cx, cy = x + side * (corner in {1, 2}), y + side * (corner in {2, 3})
            ends = [(cx, y + side - (cy - y)), (x + side - (cx - x), cy)]
            sweep = int(corner in {0, 2})
            rows[row % 2] += (
                f'<path d="M{cx:.0f},{cy:.0f} L{ends[1][0]:.0f},{ends[1][1]:.0f} A{side:.1f},{side:.1f} 0 0 {sweep} '
                f'{ends[0][0]:.0f},{ends[0][1]:.0f} Z" fill="{fill}" fill-opacity="{opacity}"/>'
            )
    yield Layer(rows[0], drift_x=-9.0)
    yield Layer(rows[1], drift_x=9.0)


def _cells(random: Random, colours: Palette, width: int, height: int) -> Iterator[Layer]:
    radius = min(width, height) / 8.5
    fields = ["", "", ""]
    for row in range(math.ceil(height / (1.5 * radius)) + 1):
        for column in range(math.ceil(width / (1.732 * radius)) + 1):
            x = 1.732 * radius * (column + 0.5 * (row % 2))
            y = 1.5 * radius * row
            fill, opacity = random.choice(
                [(colours.middle, 0.55), (colours.sun, 0.85), (colours.light, 0.14), (colours.light, 0.75)]
            )
            turns = [turn * math.pi / 3 for turn in range(6)]
            reach = 0.92 * radius
            corners = " ".join(f"{x + reach * math.sin(turn):.1f},{y + reach * math.cos(turn):.1f}" for turn in turns)
            fields[random.randrange(3)] += f'<polygon points="{corners}" fill="{fill}" fill-opacity="{opacity}"/>'
    for depth, shapes in enumerate(fields):
        yield Layer(shapes, drift_y=-(1.0 + 2.0 * depth))


MOTIFS: dict[str, Callable[[Random, Palette, int, int], Iterator[Layer]]] = {
    "waves": _waves,
    "peaks": _peaks,
    "rings": _rings,
    "arches": _arches,
    "columns": _columns,
    "tiles": _tiles,
    "cells": _cells,
}
