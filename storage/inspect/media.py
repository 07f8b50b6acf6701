"""Film and sound: what is in the container, how long it is, and whether browsers play it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
from av.error import FFmpegError
from PIL import Image

from storage.inspect.copy_media import copy_streams
from storage.inspect.image import write_picture
from storage.inspect.look import look_at
from storage.inspect.report import Place, PlaceKind

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

DEMUXERS = {
    "mp4": "mov",
    "mov": "mov",
    "m4a": "mov",
    "webm": "matroska",
    "mkv": "matroska",
    "mp3": "mp3",
    "wav": "wav",
    "ogg": "ogg",
    "flac": "flac",
}
OPTIONS = {"protocol_whitelist": "file", "enable_drefs": "0", "use_absolute_path": "0"}
PLAYED_EVERYWHERE = frozenset({"h264", "vp8", "vp9", "av1", "aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le",
    "pcm_u8",
                               "pcm_s24le", "pcm_f32le"})  # fmt: skip
_OF_THE_MAKER = frozenset({"major_brand", "minor_version", "compatible_brands", "encoder", "handler_name",
    "vendor_id",
                           "language", "creation_time", "duration", "timecode", "bps",
                           "number_of_frames"})  # fmt: skip
_SOUND = ("mp3", "m4a", "wav", "ogg", "flac")
MAX_DECODED = 120
SAME = 2.0
"""Of 255: how far the points of two frames may lie apart on average that are read once."""
SLACK_SECONDS = 1.0
"""A film that passes its limit by less is on time: containers round."""


def inspect_media(examination: Examination, name: str) -> None:
    """Probe with one demuxer and files only, hold against the rules, copy the streams, take a poster."""
    av.logging.set_level(None)
    try:
        with av.open(str(examination.path), format=DEMUXERS[name], options=OPTIONS, metadata_errors="replace") as film:
            _measure(film, examination, name)
            _read_properties(film, examination)
    except (FFmpegError, ValueError, OSError, IndexError, MemoryError):
        examination.refuse("media.damaged")
        return
    if examination.is_refused:
        return
    try:
        if examination.copy_to is not None:
            examination.media_type = copy_streams(examination, name)
    except (FFmpegError, ValueError, OSError, IndexError, MemoryError):
        if examination.copy_to is not None:
            examination.copy_to.unlink(missing_ok=True)
        examination.ask("copy.not-made")
    if name not in _SOUND and examination.facts.get("width"):
        _look_at_frames(examination, name)


def _measure(film: Any, examination: Examination, name: str) -> None:
    video = [stream for stream in film.streams.video if not _is_cover(stream)]
    sound = list(film.streams.audio)
    if not video and not sound:
        examination.refuse("media.nothing-to-play")
        return
    if name not in _SOUND and not video:
        examination.ask("media.no-picture")
    seconds = _seconds(film, [*video, *sound])
    video = [stream for stream in video if stream.codec_context is not None] or video
    codecs = tuple(codec_name(stream) for stream in [*video, *sound])
    examination.facts.update(seconds=seconds, codecs=codecs)
    if video and video[0].codec_context is not None:
        context = video[0].codec_context
        examination.facts.update(width=context.width, height=context.height)
        _check_picture(examination, context.width, context.height)
    _check_length(examination, seconds)
    for codec in sorted(set(codecs) - PLAYED_EVERYWHERE):
        examination.ask("media.codec-not-played", codec=codec)
    if len(film.streams.subtitles):
        examination.note("media.subtitles-left-out")
    if len(film.streams.attachments):
        examination.note("media.attachments", attachments=len(film.streams.attachments))


def codec_name(stream: Any) -> str:
    """Give the codec's own name ("av1"), not the decoder's ("libdav1d"); "?" where there is no decoder."""
    return str(stream.codec_context.codec.canonical_name) if stream.codec_context else "?"


def _is_cover(stream: Any) -> bool:
    return bool(int(stream.disposition) & int(av.stream.Disposition.attached_pic))


def _seconds(film: Any, streams: list[Any]) -> float | None:
    if film.duration and film.duration > 0:
        return round(float(film.duration) / av.time_base, 3)
    lengths = [float(each.duration * each.time_base) for each in streams if each.duration and each.time_base]
    return round(max(lengths), 3) if lengths else None


def _check_picture(examination: Examination, width: int, height: int) -> None:
    rules = examination.rules
    least_width, least_height = rules.min_width or 0, rules.min_height or 0
    if width < least_width or height < least_height:
        examination.refuse(
            "image.too-small", width=width, height=height, least_width=least_width, least_height=least_height
        )


def _check_length(examination: Examination, seconds: float | None) -> None:
    rules = examination.rules
    if seconds is None:
        examination.tell_committee("media.length-unknown")
        return
    counted = min(seconds, rules.credits_start) if rules.credits_start is not None else seconds
    if rules.max_seconds is not None and counted > rules.max_seconds + SLACK_SECONDS:
        examination.refuse("media.too-long", length=clock(counted), limit=clock(rules.max_seconds))
    if rules.min_seconds is not None and counted < rules.min_seconds - SLACK_SECONDS:
        examination.refuse("media.too-short", length=clock(counted), limit=clock(rules.min_seconds))


def clock(seconds: float) -> str:
    """Minutes and seconds, as a player shows them."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _read_properties(film: Any, examination: Examination) -> None:
    said = dict(film.metadata)
    for stream in film.streams:
        said |= {f"{key} ({stream.index})": value for key, value in stream.metadata.items()}
    for number, chapter in enumerate(film.chapters(), start=1):
        said |= {f"chapter {number} {key}": value for key, value in chapter["metadata"].items()}
    telling = {key: value for key, value in said.items() if key.split(" (")[0].lower() not in _OF_THE_MAKER}
    for key, value in said.items():
        examination.read_hidden(value, key)
    if any("location" in key.lower() or "iso6709" in key.lower() for key in telling):
        examination.note("metadata.location")
    if telling:
        examination.note("metadata.removed")


def _look_at_frames(examination: Examination, name: str) -> None:
    """Take a poster (at a tenth, ten seconds in at most); look for writing where titles and credits stand."""
    seconds = float(examination.facts.get("seconds") or 0.0)
    credits_start = examination.rules.credits_start
    end = min(seconds, credits_start) if credits_start else seconds
    wanted = min(10.0, 0.1 * end)
    poster = _frame_at(examination.path, name, wanted)
    if poster is None:
        examination.tell_committee("media.no-frame")
        return
    if examination.pages_to is not None:
        examination.poster = write_picture(poster, int(wanted), examination.pages_to / "poster.jpg")
    seen: list[bytes] = []
    frames: list[tuple[Image.Image, Place]] = []
    for second in sorted({min(0.5, end / 2), min(3.0, end / 2), max(0.0, end - 3.0), max(0.0, end - 0.7)}):
        frame = _frame_at(examination.path, name, second)
        if frame is None or any(_is_same(thumbnail(frame), other) for other in seen):
            continue
        seen.append(thumbnail(frame))
        frames.append((frame, Place(PlaceKind.SECOND, int(second))))
    look_at(frames, examination)


def thumbnail(picture: Image.Image) -> bytes:
    """Give a picture in a few hundred points, to tell whether two frames show the same card."""
    return picture.convert("L").resize((48, 27), Image.Resampling.BOX).tobytes()


def _is_same(one: bytes, other: bytes) -> bool:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) <= SAME * len(one)


def _frame_at(path: Path, name: str, wanted: float) -> Image.Image | None:
    """Give the picture shown at a second, decoded from the key frame before it (four seconds' worth at most)."""
    try:
        with av.open(str(path), format=DEMUXERS[name], options=OPTIONS, metadata_errors="replace") as film:
            stream = next(each for each in film.streams.video if not _is_cover(each) and each.codec_context is not None)
            stream.codec_context.thread_count = 1
            if wanted > 1:
                film.seek(int(wanted * av.time_base), backward=True)
            last: Any = None
            for count, frame in enumerate(film.decode(stream)):
                last = frame
                if (frame.time is not None and frame.time >= wanted) or count >= MAX_DECODED:
                    break
            picture: Image.Image | None = last.to_image() if last is not None else None
            return picture
    except (FFmpegError, ValueError, OSError, IndexError, MemoryError, StopIteration):
        return None
