"""Pictures: size, and a copy drawn anew that keeps nothing but its points."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from storage.inspect.limits import FORMATS, MAX_PIXELS, PICTURE_WIDTH
from storage.inspect.look import look_at
from storage.inspect.report import PagePicture, Place

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

MAX_FRAMES = 300
_OPENERS = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "webp": ("WEBP",), "gif": ("GIF",), "tiff": ("TIFF",)}
_HARMLESS = frozenset({"dpi", "jfif", "jfif_version", "jfif_unit", "jfif_density", "gamma", "srgb", "chromaticity",
    "loop",
                       "duration", "timestamp", "background", "transparency", "version", "extension", "compression",
                       "interlace", "progressive", "progression", "adobe", "adobe_transform", "aspect", "icc_profile",
                       "blend", "disposal", "default_image", "bbox", "mp", "mpoffset", "resolution"})  # fmt: skip


def inspect_image(examination: Examination, name: str) -> None:
    """Measure a picture, hand over what it says about itself, write the copy and a small one for the viewer."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(examination.path, formats=_OPENERS[name]) as picture:
            _measure(picture, examination)
            if examination.is_refused:
                return
            _read_properties(picture, examination)
            frames = _frames(picture, name, examination)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, MemoryError):
        examination.refuse("image.damaged")
        return
    look_at([(frames[0][0], Place())], examination)
    if examination.copy_to is not None:
        _write(frames, name, examination)
    if examination.pages_to is not None:
        _write_small(frames[0][0], examination)


def _measure(picture: Image.Image, examination: Examination) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        examination.refuse("image.too-many-points", width=width, height=height, limit=MAX_PIXELS // 1_000_000)
        return
    if picture.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8):
        width, height = height, width
    examination.facts.update(width=width, height=height)
    rules = examination.rules
    least_width, least_height = rules.min_width or 0, rules.min_height or 0
    if width < least_width or height < least_height:
        examination.refuse(
            "image.too-small", width=width, height=height, least_width=least_width, least_height=least_height
        )


def _read_properties(picture: Image.Image, examination: Examination) -> None:
    said: dict[str, Any] = {str(key): value for key, value in picture.info.items() if key not in _HARMLESS}
    said.pop("exif", None)
    exif = picture.getexif()
    tags = {ExifTags.TAGS.get(tag, str(tag)): value for tag, value in exif.items()}
    places = exif.get_ifd(ExifTags.IFD.GPSInfo)
    tags |= {ExifTags.TAGS.get(tag, str(tag)): value for tag, value in exif.get_ifd(ExifTags.IFD.Exif).items()}
    tags.pop("Orientation", None)
    for key, value in {**tags, **said}.items():
        examination.read_hidden(_as_text(value), key)
    if places:
        examination.note("metadata.location")
    if tags or said or places:
        examination.note("metadata.removed")


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        wide = value.decode("utf-16-le", "ignore") if value[1::2].count(0) * 4 > len(value) else ""
        return wide + value.replace(b"\x00", b"").decode("utf-8", "replace")
    return str(value)


def _frames(picture: Image.Image, name: str, examination: Examination) -> list[tuple[Image.Image, int]]:
    n_frames = int(getattr(picture, "n_frames", 1))
    if name == "tiff" and n_frames > 1:
        examination.ask("image.many-pages", pages=n_frames)
    if name not in ("gif", "webp", "png") or n_frames == 1:
        return [(_redrawn(picture), 0)]
    width, height = picture.size
    if n_frames > MAX_FRAMES or n_frames * width * height > 4 * MAX_PIXELS:
        examination.ask("image.too-many-frames", frames=n_frames, limit=MAX_FRAMES)
        return [(_redrawn(picture), 0)]
    return [(_redrawn(frame), int(frame.info.get("duration", 100))) for frame in ImageSequence.Iterator(picture)]


def _redrawn(picture: Image.Image) -> Image.Image:
    """Give the picture upright, in sRGB, on a new sheet that has no memory of the old one."""
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    has_alpha = "A" in upright.mode or "transparency" in upright.info
    mode = "RGBA" if has_alpha else "L" if upright.mode in ("L", "1", "I;16") else "RGB"
    plain = _in_srgb(upright, profile, mode) if profile and mode != "L" else upright.convert(mode)
    sheet = Image.new(mode, plain.size)
    sheet.paste(plain)
    return sheet


def _in_srgb(picture: Image.Image, profile: bytes, mode: str) -> Image.Image:
    from io import BytesIO  # noqa: PLC0415

    if picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture.convert(mode)
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        if picture.mode == "RGBA":
            colours = ImageCms.profileToProfile(picture.convert("RGB"), source, target, outputMode="RGB")
            assert colours is not None  # noqa: S101 - not in place
            colours.putalpha(picture.getchannel("A"))
            return colours
        done = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
        return (done or picture).convert(mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture.convert(mode)


def _write(frames: list[tuple[Image.Image, int]], name: str, examination: Examination) -> None:
    target = examination.copy_to
    assert target is not None  # noqa: S101 - the caller looked
    first, _ = frames[0]
    moving: dict[str, Any] = {}
    if len(frames) > 1:
        moving = {
            "save_all": True,
            "append_images": [frame for frame, _ in frames[1:]],
            "duration": [duration for _, duration in frames],
            "loop": 0,
        }
    with target.open("wb") as file:
        if name == "jpeg":
            first.convert("L" if first.mode == "L" else "RGB").save(file, "JPEG", quality=92, subsampling=0)
        elif name in ("png", "tiff"):
            first.save(file, "PNG", **moving)
        elif name == "gif":
            first.save(file, "GIF", **moving)
        else:
            first.save(file, "WEBP", quality=92, method=2, **moving)
    if name == "tiff":
        examination.media_type = FORMATS["png"].media_type


def _write_small(picture: Image.Image, examination: Examination) -> None:
    assert examination.pages_to is not None  # noqa: S101 - the caller looked
    examination.pages.append(write_picture(picture, 1, examination.pages_to / "page-0001.jpg"))


def write_picture(picture: Image.Image, number: int, path: Path) -> PagePicture:
    """Give a picture no wider than the viewer needs, as JPEG on white."""
    small = picture.copy()
    small.thumbnail((PICTURE_WIDTH, 2 * PICTURE_WIDTH))
    if small.mode == "RGBA":
        sheet = Image.new("RGB", small.size, "white")
        sheet.paste(small, mask=small.getchannel("A"))
        small = sheet
    small.convert("RGB").save(path, "JPEG", quality=84)
    return PagePicture(number, str(path), "image/jpeg", small.width, small.height, path.stat().st_size)
