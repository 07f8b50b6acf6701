"""The two type families, cut to the letters we use and packed for browsers, once, from their installed packages.

IBM Plex Sans Arabic (with its Latin) and IBM Plex Mono, both under the SIL Open Font License, whose text goes along.
"""

import os
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple


class Face(NamedTuple):
    """One weight of one family: where its package keeps it, and the name we serve it under."""

    package: str
    source: str
    served_as: str
    characters: str


_LATIN: Final = "U+20-7E,U+A0-FF,U+131,U+152-153,U+178,U+2018-201E,U+2026,U+2013-2014,U+2022,U+2039-203A,U+2044"
_SIGNS: Final = "U+D7,U+F7,U+2190-2193,U+2212,U+202F,U+2009,U+200A,U+2002-2003,U+2011,U+2713,U+25CC,U+2248,U+2264-2265"
_ARABIC: Final = (
    "U+60C,U+61B,U+61F,U+621-63A,U+640-652,U+653-655,U+660-66C,U+670-671,U+67E,U+686,U+698,U+6A4,U+6A9,U+6AF,U+6CC,"
    "U+6F0-6F9,U+FDFC,U+FD3E-FD3F"
)
_BIDI: Final = "U+200B-200F,U+202A-202E,U+2066-2069"

_SANS_WEIGHTS: Final = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
_MONO_WEIGHTS: Final = {400: "Regular", 500: "Medium"}

FACES: Final = (
    *(
        Face(
            "fontpkg_ibm_plex_sans_arabic",
            f"IBMPlexSansArabic-{style}.ttf",
            f"plex-sans-arabic-{weight}.woff2",
            f"{_LATIN},{_SIGNS},{_ARABIC},{_BIDI}",
        )
        for weight, style in _SANS_WEIGHTS.items()
    ),
    *(
        Face("fontpkg_ibm_plex_mono", f"IBMPlexMono-{style}.ttf", f"plex-mono-{weight}.woff2", f"{_LATIN},{_SIGNS}")
        for weight, style in _MONO_WEIGHTS.items()
    ),
)


def ensure_fonts(target: Path) -> tuple[Path, ...]:
    """Make sure the folder holds every face and the licences, and return the faces' paths.

    Each file appears whole or not at all, so two processes may start at once.
    """
    target.mkdir(parents=True, exist_ok=True)
    for package in sorted({face.package for face in FACES}):
        licence = target / f"{package.removeprefix('fontpkg_')}-OFL.txt"
        if not licence.exists():
            _write_whole(licence, files(package).joinpath("LICENSE").read_bytes())
    for face in FACES:
        if not (target / face.served_as).exists():
            _write_whole(target / face.served_as, _cut(face))
    return tuple(target / face.served_as for face in FACES)


def _cut(face: Face) -> bytes:
    from fontTools import subset  # noqa: PLC0415 (a third of a second, for the first start only)

    options = subset.Options(
        flavor="woff2",
        layout_features=["*"],  # joining, marks and kerning: Arabic is unreadable without them
        hinting=False,
        desubroutinize=True,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],  # copyright and licence stay inside the file
        drop_tables=["DSIG", "FFTM", "meta"],
    )
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / face.served_as
        with files(face.package).joinpath("files", face.source).open("rb") as source:
            font = subset.load_font(source, options)
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=subset.parse_unicodes(face.characters))
            cutter.subset(font)
            subset.save_font(font, str(packed), options)
        return packed.read_bytes()


def _write_whole(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        os.fchmod(handle, 0o644)
    Path(temporary).replace(path)
