"""Pictures, films and sounds of the corpus."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import Callable
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from tests.corpus_parts import SECRET, SECRET_AR, Row, after, holding, zipped

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def picture(kind: str, **options: object) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        Image.effect_noise((320, 240), 40).convert("RGB").save(path, kind, **options)  # type: ignore[arg-type]

    return make


def _jpeg_with_everything(path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B], exif[0x9C9D], exif[0x0112] = SECRET, SECRET.encode("utf-16-le"), 6
    exif.get_ifd(0x8825)[1] = "N"
    xmp = b"http://ns.adobe.com/xap/1.0/\x00<x>" + SECRET.encode() + b"</x>"
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", len(SECRET)) + SECRET.encode()
    made = io.BytesIO()
    Image.effect_noise((320, 240), 40).convert("RGB").save(made, "JPEG", exif=exif, comment=SECRET.encode())
    data = made.getvalue()
    segments = b"".join(
        b"\xff" + marker + struct.pack(">H", len(body) + 2) + body for marker, body in ((b"\xe1", xmp), (b"\xed", iptc))
    )
    path.write_bytes(data[:2] + segments + data[2:] + SECRET.encode())


def _png_with_text(path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET)
    info.add_itxt("Description", SECRET_AR, "ar", "وصف")
    info.add_text("Comment", SECRET, zip=True)
    Image.effect_noise((320, 240), 40).save(path, "PNG", pnginfo=info)


def _png_bomb(path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000_000))
        + chunk(b"IEND", b"")
    )


def written(*lines: str) -> Image.Image:
    sheet = Image.new("RGB", (1280, 720), "white")
    pen = ImageDraw.Draw(sheet)
    for number, line in enumerate(lines):
        pen.text((160, 200 + 120 * number), line, fill="black", font=ImageFont.truetype(FONT, 64))
    return sheet


def _drawn(path: Path) -> None:
    written("A poster by", SECRET).save(path, "PNG")


SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><image href='http://127.0.0.1/x'/></svg>"

IMAGES: tuple[Row, ...] = (
    Row("ok.jpg", picture("JPEG"), "accept"),
    Row("ok.png", picture("PNG"), "accept"),
    Row("ok.webp", picture("WEBP"), "accept"),
    Row("ok.gif", picture("GIF"), "accept"),
    Row("ok.tif", picture("TIFF"), "accept"),
    Row("id-everything.jpg", _jpeg_with_everything, "accept", "identity.removed-person"),
    Row("id-text.png", _png_with_text, "accept", "identity.removed-person"),
    Row("id-tags.tif", picture("TIFF", description=SECRET, artist=SECRET), "accept", "identity.removed-person"),
    Row("id-comment.gif", picture("GIF", comment=SECRET.encode()), "accept", "identity.removed-person"),
    Row("look-poster.png", _drawn, "flag"),
    Row("lim-bomb.png", _png_bomb, "reject", "image.too-many-points"),
    Row("bad-cut.jpg", holding(b"\xff\xd8\xff\xe0\x00\x10JFIF"), "reject", "image.damaged"),
    Row("fake-page.png", holding(b"<html><body><script>alert(1)</script>"), "reject", "file.html"),
    Row("act-drawing.svg", holding(SVG), "reject", "file.html"),
    Row("poly-zip.png", after(picture("PNG"), zipped(a=b"x")), "reject", "file.second-nature"),
    Row("poly-page.gif", after(picture("GIF"), b"<script>alert(1)</script>"), "reject", "file.second-nature"),
    Row("fake-program.jpg", holding(b"MZ" + b"\0" * 200), "reject", "file.program"),
)


def _film_with_titles(path: Path) -> None:
    """Two plain seconds, then a card with a name."""
    with av.open(str(path), "w", format="mp4") as target:
        pictures = target.add_stream("libx264", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 1280, 720, "yuv420p"
        for index in range(30):
            sheet = Image.new("RGB", (1280, 720), "navy") if index < 20 else written("Directed by", SECRET)
            target.mux(pictures.encode(av.VideoFrame.from_image(sheet)))
        target.mux(pictures.encode(None))


def film(form: str, video: str, sound: str, seconds: int = 3, **tags: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with av.open(str(path), "w", format=form) as target:
            target.metadata.update(tags)
            pictures = target.add_stream(video, rate=10)
            pictures.width, pictures.height, pictures.pix_fmt = 160, 120, "yuv420p"
            pictures.metadata.update({key: value for key, value in tags.items() if key in ("title", "handler_name")})
            samples = target.add_stream(sound, rate=48000)
            for index in range(seconds * 10):
                frame = av.VideoFrame(160, 120, "yuv420p")
                for number, plane in enumerate(frame.planes):
                    plane.update(bytes([index * 5 % 200 + number]) * plane.buffer_size)
                target.mux(pictures.encode(frame))
            target.mux(pictures.encode(None))
            for index in range(seconds * 10):
                tone = av.AudioFrame("s16", "stereo", 4800)
                tone.sample_rate, tone.pts = 48000, index * 4800
                tone.planes[0].update(b"\0" * tone.planes[0].buffer_size)
                target.mux(samples.encode(tone))
            target.mux(samples.encode(None))

    return make


def sound(form: str, codec: str, seconds: int = 2, **tags: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with av.open(str(path), "w", format=form) as target:
            target.metadata.update(tags)
            samples = target.add_stream(codec, rate=48000)
            for index in range(seconds * 10):
                tone = av.AudioFrame("s16", "stereo", 4800)
                tone.sample_rate, tone.pts = 48000, index * 4800
                tone.planes[0].update(b"\0" * tone.planes[0].buffer_size)
                target.mux(samples.encode(tone))
            target.mux(samples.encode(None))

    return make


def _with_boxes(path: Path) -> None:
    """An MP4 with a name in a uuid box and in free space, which no demuxer reports."""
    film("mp4", "libx264", "aac")(path)
    secret = SECRET.encode()
    free = struct.pack(">I4s", 8 + len(secret), b"free") + secret
    uuid = struct.pack(">I4s16s", 24 + len(secret), b"uuid", b"0123456789abcdef") + secret
    path.write_bytes(path.read_bytes() + free + uuid)


def _wav_with_list(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 8000, "NONE", ""))
        file.writeframes(b"\0\0" * 8000)
    data = path.read_bytes()
    body = b"INFOIART" + struct.pack("<I", len(SECRET)) + SECRET.encode()
    data += b"LIST" + struct.pack("<I", len(body)) + body
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])


TAGS = {"title": f"Film by {SECRET}", "artist": SECRET, "comment": SECRET}

MEDIA: tuple[Row, ...] = (
    Row("ok.mp4", film("mp4", "libx264", "aac"), "accept"),
    Row("look-titles.mp4", _film_with_titles, "flag"),
    Row("id-tags.mp4", film("mp4", "libx264", "aac", location="+23.58+58.40/", **TAGS), "accept", "metadata.location"),
    Row("id-tags.mov", film("mov", "libx264", "aac", **TAGS), "accept", "identity.removed-person"),
    Row("id-tags.webm", film("webm", "libvpx-vp9", "libopus", **TAGS), "accept", "identity.removed-person"),
    Row("id-tags.mkv", film("matroska", "libx264", "aac", **TAGS), "accept", "identity.removed-person"),
    Row("id-boxes.mp4", _with_boxes, "accept"),
    Row("id-tags.mp3", sound("mp3", "libmp3lame", **TAGS), "accept", "identity.removed-person"),
    Row("id-tags.m4a", sound("ipod", "aac", **TAGS), "accept", "identity.removed-person"),
    Row("id-tags.ogg", sound("ogg", "libopus", **TAGS), "accept", "identity.removed-person"),
    Row("id-tags.flac", sound("flac", "flac", **TAGS), "accept", "identity.removed-person"),
    Row("id-list.wav", _wav_with_list, "accept", "identity.removed-person"),
    Row("ssrf-playlist.mp4", holding(b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n"), "reject", "file.playlist"),
    Row("ssrf-concat.mp4", holding(b"ffconcat version 1.0\nfile /etc/passwd\n"), "reject", "file.playlist"),
    Row("bad-cut.mp4", holding(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 500), "reject", "media.damaged"),
    Row(
        "bad-random.webm",
        holding(b"\x1aE\xdf\xa3\x9fB\x86\x81\x01webm" + bytes(range(256)) * 8),
        "reject",
        "media.damaged",
    ),
)
