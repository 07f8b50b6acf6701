"""Short playable films of moving pictures: a title, scenes with a line of text each, and sometimes end credits.

H.264 and AAC in MP4, small and quick to make; nothing but the arguments decides what is drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image, ImageColor

from service.demo import sounds
from service.demo.edition import Entry
from service.demo.papers import frame, picture_of, sentences, words
from service.demo.pictures import Picture
from service.demo.typeset import rasterise, still

WIDTH, HEIGHT, RATE = 640, 360, 8
_MARGIN_X, _MARGIN_Y = 80, 30
_TITLE_SECONDS, _SCENE_SECONDS, _FADE_SECONDS = 2.6, 5.0, 0.5

_GOOD_LENGTH = 75
_BLACK = "#101716"


@dataclass(frozen=True, slots=True)
class Sprite:
    """What is drawn of a layer, cut to what is visible, where it stands, and how it drifts in pixels a second."""

    image: Image.Image
    left: int
    top: int
    drift_x: float = 0.0
    drift_y: float = 0.0


@dataclass(frozen=True, slots=True)
class Shot:
    """Sprites moving over a ground for some seconds, under one card of text."""

    seconds: float
    ground: str
    sprites: tuple[Sprite, ...]
    card: Sprite
    faded: bool = True


def make_film(
    entry: Entry, path: Path, *, seconds: float, credits_start: float | None, style: str, author: str
) -> None:
    """Write a film of exactly so many seconds. With ``credits_start`` the team's names stand from there to the end.

    style: ``sentence`` writes lines under the picture, ``statement`` sets them large over it.
    author: what the file's own properties say of its maker; empty for nothing.
    """
    shots = _shots(entry, until=credits_start or seconds, style=style)
    if credits_start is not None:
        shots.append(Shot(seconds - credits_start, _BLACK, (), _sprite(_credits_card(entry)), faded=False))
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as container:
        if author:
            container.metadata["artist"] = author
            container.metadata["title"] = entry.title.en
        picture = container.add_stream(
            "libx264", rate=RATE, options={"preset": "ultrafast", "crf": "25", "bf": "0", "threads": "1"}
        )
        picture.width, picture.height, picture.pix_fmt, picture.gop_size = WIDTH, HEIGHT, "yuv420p", RATE
        sound = container.add_stream("aac", rate=sounds.RATE, layout="mono", options={"aac_coder": "fast"})
        sound.bit_rate = 64_000
        sounds.encode_sound(container, sound, sounds.music(entry.id, seconds=seconds))
        for number, image in enumerate(_images(shots, n_frames=round(seconds * RATE))):
            still_frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
            still_frame.pts, still_frame.time_base = number, Fraction(1, RATE)
            container.mux(picture.encode(still_frame))
        container.mux(picture.encode(None))


def _shots(entry: Entry, *, until: float, style: str) -> list[Shot]:
    lines = sentences(entry.abstract.in_language(entry.work_language))
    title = _sprite(still("card", _card(entry, "title")))
    pictures = [
        picture_of(entry, width=WIDTH + 2 * _MARGIN_X, height=HEIGHT + 2 * _MARGIN_Y, variant=variant)
        for variant in ("", "/2")
    ]
    drawn = [_sprites(picture) for picture in pictures]
    ground = pictures[0].palette.ground
    shots = [Shot(_TITLE_SECONDS, ground, drawn[0], title)]
    left = until - _TITLE_SECONDS
    n_scenes = max(1, round(left / _SCENE_SECONDS))
    for scene in range(n_scenes):
        line = fitting_line(lines[scene % len(lines) :: n_scenes])
        card = _sprite(still("card", _card(entry, style, line=line)))
        shots.append(Shot(left / n_scenes, ground, drawn[(scene + 1) % 2], card))
    return shots


def fitting_line(lines: list[str]) -> str:
    """Choose the line whose length reads best on a picture."""
    return min(lines, key=lambda line: abs(len(line) - _GOOD_LENGTH))


def _sprite(image: Image.Image, *, left: int = 0, top: int = 0, drift_x: float = 0.0, drift_y: float = 0.0) -> Sprite:
    """Cut away what is empty: a third of the drawing time."""
    box = image.getbbox() or (0, 0, 1, 1)
    return Sprite(image.crop(box), left + box[0], top + box[1], drift_x, drift_y)


def _sprites(picture: Picture) -> tuple[Sprite, ...]:
    return tuple(
        _sprite(
            rasterise(picture.layer_svg(layer)),
            left=-_MARGIN_X,
            top=-_MARGIN_Y,
            drift_x=layer.drift_x,
            drift_y=layer.drift_y,
        )
        for layer in picture.layers
    )


def _card(entry: Entry, kind: str, **more: Any) -> dict[str, Any]:
    return {
        **frame(entry, language=entry.work_language, label=""),
        "card": kind,
        "width": WIDTH,
        "height": HEIGHT,
        **more,
    }


def _credits_card(entry: Entry) -> Image.Image:
    language, part = entry.work_language, words()["words"]
    names = [member.name.in_language(language) for member in entry.members]
    more = {"heading": part[f"credits_{language}"], "names": names, "supervision": part[f"supervision_{language}"]}
    return still("card", _card(entry, "credits", supervisor=entry.supervisor.name.in_language(language), **more))


def _images(shots: list[Shot], *, n_frames: int) -> Iterator[Image.Image]:
    """Draw each frame; the last shot lasts to the last frame, so that rounding loses none."""
    ends = np.cumsum([shot.seconds for shot in shots])
    for number in range(n_frames):
        time = number / RATE
        at = min(int(np.searchsorted(ends, time, side="right")), len(shots) - 1)
        shot, since = shots[at], time - (ends[at] - shots[at].seconds)
        yield _draw(shot, since)


def _draw(shot: Shot, since: float) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), ImageColor.getrgb(shot.ground))
    from_middle = since - shot.seconds / 2
    for sprite in shot.sprites:
        where = (sprite.left + round(sprite.drift_x * from_middle), sprite.top + round(sprite.drift_y * from_middle))
        image.paste(sprite.image, where, sprite.image)
    card = shot.card
    mask = card.image.getchannel("A")
    if shot.faded and since < _FADE_SECONDS:
        mask = mask.point(lambda level: int(level * since / _FADE_SECONDS))
    image.paste(card.image, (card.left, card.top), mask)
    ends_in = shot.seconds - since
    if shot.faded and ends_in < _FADE_SECONDS:
        image = Image.blend(Image.new("RGB", (WIDTH, HEIGHT), _BLACK), image, max(0.0, ends_in / _FADE_SECONDS))
    return image
