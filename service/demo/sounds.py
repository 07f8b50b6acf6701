"""Synthesised sound: a soft chord that breathes, plucked notes, and for episodes a murmur with the rhythm of speech.

Everything follows from a name and a length; no recording of anybody is used.
"""

from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.float32]

RATE = 16_000
_CODECS = {"mp3": ("libmp3lame", "mp3", "fltp"), "m4a": ("aac", "ipod", "fltp"), "wav": ("pcm_s16le", "wav", "s16")}
_BIT_RATE = 64_000
_PLUCKED_SHARE = 0.72
_PAUSE_SHARE = 0.13
_TALK_FROM = 2.0
# A scale of seven steps in cents, with the lowered second and raised third heard in much music of the region.
_SCALE = (0, 100, 400, 500, 700, 800, 1000, 1200)


def music(name: str, *, seconds: float) -> Samples:
    """Make a quiet piece of music, between -1 and 1, of exactly ``seconds``."""
    random = _generator(name)
    time = np.arange(round(seconds * RATE)) / RATE
    root = 110.0 * 2 ** (random.integers(-3, 4) / 12)
    breath = 0.6 + 0.4 * np.sin(np.pi * time / 3.5) ** 2
    sound = 0.10 * breath * sum(np.sin(2 * np.pi * root * ratio * time) / ratio for ratio in (1, 1.5, 2, 3))
    for start in np.arange(0.3, seconds - 0.5, 0.5):
        if random.random() < _PLUCKED_SHARE:
            _pluck(sound, start, root * 2 * 2 ** (random.choice(_SCALE) / 1200), random.uniform(0.10, 0.2))
    return _finish(sound, seconds)


def episode(name: str, *, seconds: float, talk_until: float) -> Samples:
    """Make an episode: music at both ends, a murmur between them until ``talk_until`` seconds."""
    random = _generator(name + "/talk")
    sound = music(name, seconds=seconds).astype(np.float64)
    time = np.arange(sound.size) / RATE
    talking = (time > _TALK_FROM) & (time < talk_until - 0.5)
    sound *= np.where(talking, 0.28, 1.0)
    clock = _TALK_FROM
    while clock < talk_until - 1.2:
        syllable = random.uniform(0.11, 0.24)
        _syllable(sound, clock, syllable, pitch=random.uniform(105, 165), colour=random.uniform(450, 800))
        silence = random.uniform(0.35, 0.8) if random.random() < _PAUSE_SHARE else random.uniform(0.01, 0.05)
        clock += syllable + silence
    return _finish(sound, seconds)


def write_sound(samples: Samples, path: Path, *, author: str, title: str) -> None:
    """Write an MP3, M4A or WAV by the path's ending. ``author`` goes into its properties; empty for nothing."""
    codec, container_format, sample_format = _CODECS[path.suffix.removeprefix(".")]
    with av.open(str(path), "w", format=container_format, options={"fflags": "+bitexact"}) as container:
        if author:
            container.metadata["artist"] = author
            container.metadata["title"] = title
        stream: Any = container.add_stream(codec, rate=RATE, layout="mono")
        if codec != "pcm_s16le":
            stream.bit_rate = _BIT_RATE
        encode_sound(container, stream, samples, sample_format=sample_format)


def encode_sound(container: Any, stream: Any, samples: Samples, *, sample_format: str = "fltp") -> None:
    """Encode and write samples to a stream of a container that is open for writing."""
    values: npt.NDArray[Any] = samples if sample_format == "fltp" else (samples * 32_767).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(values).reshape(1, -1), format=sample_format, layout="mono")
    frame.sample_rate, frame.pts = RATE, 0
    fifo = av.AudioFifo()
    fifo.write(frame)
    while part := fifo.read(stream.codec_context.frame_size or RATE, partial=True):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng(list(name.encode()))


def _pluck(sound: npt.NDArray[np.float64], start: float, pitch: float, loudness: float) -> None:
    first = int(start * RATE)
    time = np.arange(min(sound.size - first, int(1.1 * RATE))) / RATE
    tones = sum(np.sin(2 * np.pi * pitch * n * time) * np.exp(-time * (2.6 + 1.8 * n)) / n for n in (1, 2, 3))
    sound[first : first + time.size] += loudness * np.minimum(1.0, time / 0.004) * tones


def _syllable(sound: npt.NDArray[np.float64], start: float, seconds: float, *, pitch: float, colour: float) -> None:
    first, size = int(start * RATE), int(seconds * RATE)
    time = np.arange(min(size, sound.size - first)) / RATE
    voice = sum(
        np.sin(2 * np.pi * pitch * n * time) * np.exp(-(((pitch * n - colour) / 420.0) ** 2)) for n in range(1, 12)
    )
    sound[first : first + time.size] += 0.22 * np.sin(np.pi * np.minimum(1.0, time / seconds)) ** 2 * voice


def _finish(sound: npt.NDArray[np.float64], seconds: float) -> Samples:
    time = np.arange(sound.size) / RATE
    edges = np.clip(np.minimum(time / 0.4, (seconds - time) / 0.8), 0.0, 1.0)
    shaped = sound * edges
    finished: Samples = (0.8 * shaped / max(1e-9, float(np.abs(shaped).max()))).astype(np.float32)
    return finished
