"""Streams moved into a new container as they are: no tags, chapters, covers, attachments or names of tracks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av

from storage.inspect.limits import FORMATS

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

_IN_MP4 = frozenset({"h264", "hevc", "av1", "vp9", "aac", "mp3", "opus", "flac", "ac3", "mpeg4", "alac"})
_IN_WEBM = frozenset({"vp8", "vp9", "av1", "opus", "vorbis"})
_MUXERS = {"mp4": "mp4", "webm": "webm", "mkv": "matroska", "mov": "mov", "mp3": "mp3", "m4a": "ipod", "wav": "wav",
           "ogg": "ogg", "flac": "flac"}  # fmt: skip


def copy_streams(examination: Examination, name: str) -> str:
    """Write pictures and sound of a film into ``copy_to``, up to where its credits start; return the media type.

    Films in QuickTime or Matroska containers go into MP4 or WebM wherever their codecs may: browsers play these.
    """
    from storage.inspect.media import DEMUXERS, OPTIONS, codec_name  # noqa: PLC0415 - the two name each other

    with av.open(str(examination.path), format=DEMUXERS[name], options=OPTIONS, metadata_errors="replace") as source:
        streams = [each for each in [*source.streams.video, *source.streams.audio] if _is_kept(each)]
        container = _container(name, {codec_name(each) for each in streams})
        options = {"fflags": "+bitexact"}
        if container == "mp3":
            options |= {"id3v2_version": "0", "write_id3v1": "0"}
        with av.open(str(examination.copy_to), "w", format=_MUXERS[container], options=options) as target:
            pairs = {each.index: _twin(target, each) for each in streams}
            _move(source, target, streams, pairs, examination.rules.credits_start)
    return FORMATS[container].media_type


def _is_kept(stream: Any) -> bool:
    is_cover = bool(int(stream.disposition) & int(av.stream.Disposition.attached_pic))
    return stream.codec_context is not None and not is_cover


def _container(name: str, codecs: set[str]) -> str:
    if name in ("mov", "mkv", "mp4", "webm"):
        if codecs <= _IN_WEBM and name in ("mkv", "webm"):
            return "webm"
        if codecs <= _IN_MP4:
            return "mp4"
        return "mkv" if name in ("mkv", "webm") else "mov"
    return name


def _twin(target: Any, stream: Any) -> Any:
    twin = target.add_stream_from_template(stream, opaque=True)
    for key in list(twin.metadata):
        del twin.metadata[key]
    return twin


def _move(source: Any, target: Any, streams: list[Any], pairs: dict[int, Any], end: float | None) -> None:
    """Copy packets in the order they come. From the first one shown at or after ``end`` a stream is over."""
    over: set[int] = set()
    for packet in source.demux(streams):
        index = packet.stream.index
        if packet.dts is None or index in over:
            continue
        shown = packet.pts if packet.pts is not None else packet.dts
        if end is not None and float(shown * packet.time_base) >= end:
            over.add(index)
            if len(over) == len(streams):
                break
            continue
        packet.stream = pairs[index]
        target.mux(packet)
