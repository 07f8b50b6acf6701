"""What each generated document says: the words of papers.toml and the entry's own abstract, laid out as blocks.

No document names a student, a supervisor or an institution; what the entrant's tools left in its properties may.
"""

import re
import tomllib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from service.demo.edition import Entry
from service.demo.pictures import Picture, draw
from service.demo.terms import Text
from service.demo.typeset import still, typeset

_WORDS = Path(__file__).with_name("papers.toml")
_DRAWN = re.compile(r"\{(\d+)-(\d+)\}")
_SENTENCE = re.compile(r"(?<=[.!؟?])\s+")
_TENTHS = 10
_COLUMNS_OF_LOG = [0.5, 3, 3, 3, 1.3]
_LOG_ROWS = 12
_POSTER_SCALE = 0.8


@cache
def words() -> dict[str, Any]:
    """Read papers.toml."""
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


def picture_of(entry: Entry, *, width: int = 640, height: int = 360, variant: str = "") -> Picture:
    """Draw the entry's own picture, in its palette and motif; a variant has other shapes."""
    palette, motif = words()["pictures"][entry.id]
    return draw(entry.id + variant, palette=palette, motif=motif, width=width, height=height)


def sentences(text: str) -> list[str]:
    """Cut a text after each full stop or question mark."""
    return [part for part in _SENTENCE.split(text) if part]


def frame(entry: Entry, *, language: str, label: str, author: str = "") -> dict[str, Any]:
    """Give what every template reads: language, titles, colours, and the author that the file's properties name."""
    other = "en" if language == "ar" else "ar"
    return {
        "language": language,
        "title": entry.title.in_language(language),
        "other_title": entry.title.in_language(other),
        "label": label,
        "author": author,
        "palette": asdict(picture_of(entry).palette),
    }


def document(entry: Entry, kind: str, *, template: str, seed: str, language: str = "", author: str = "") -> bytes:
    """Set one of the documents that papers.toml lays out, in the work's language unless told otherwise."""
    language = language or entry.work_language
    layout = words()[kind]
    blocks = [_block(part, entry, language, Random(f"{seed}/{at}")) for at, part in enumerate(layout["blocks"])]  # noqa: S311
    data = frame(entry, language=language, label=layout[f"label_{language}"], author=author)
    data["abstract"] = {
        "heading": words()["words"][f"abstract_{language}"],
        "text": entry.abstract.in_language(language),
    }
    data["blocks"] = [*blocks, _in_other_language(entry, language)]
    height = 260 if template == "document" else 480
    return typeset(template, data, picture=picture_of(entry, width=700, height=height).svg())


def source_log(entry: Entry, *, seed: str, author: str = "") -> bytes:
    """Set the log of sources as a table over wide pages."""
    language = entry.work_language
    part = words()["sources"]
    data = frame(entry, language=language, label=part[f"label_{language}"], author=author)
    data |= {
        "wide": True,
        "intro": part[f"intro_{language}"],
        "widths": _COLUMNS_OF_LOG,
        "head": part[f"head_{language}"],
        "rows": log_rows(entry, seed=seed),
    }
    return typeset("log", data)


def log_rows(entry: Entry, *, seed: str) -> list[list[str]]:
    """Draw the rows of a log of sources, in the work's language."""
    part, language, random = words()["sources"], entry.work_language, Random(seed)  # noqa: S311
    facts = part[f"facts_{language}"]
    rows = []
    for number in range(1, _LOG_ROWS + 1):
        origin, check = random.choice(part[f"origins_{language}"]), random.choice(part[f"checks_{language}"])
        day = f"2026-{random.randint(9, 12):02d}-{random.randint(1, 28):02d}"
        rows.append([str(number), facts[(number - 1) % len(facts)], origin, check, day])
    return rows


def spoken(entry: Entry) -> list[tuple[str, str]]:
    """Give what is said in an episode, as (who, words), in the work's language and in order."""
    part, language = words()["transcript"], entry.work_language
    presenter, guest = part[f"presenter_{language}"], part[f"guest_{language}"]
    lines = [("", part[f"sound_{language}"]), (presenter, part[f"open_{language}"])]
    replies = list(part[f"replies_{language}"])
    for at, sentence in enumerate(sentences(entry.abstract.in_language(language))):
        lines.append((presenter, sentence))
        if at % 2 == 1 and replies:
            lines.append((guest, replies.pop(0)))
    return [*lines, (presenter, part[f"close_{language}"])]


def transcript(entry: Entry, *, seconds: float, author: str = "") -> bytes:
    """Set the transcript of an episode that speaks for so many seconds."""
    language = entry.work_language
    lines = spoken(entry)
    data = frame(entry, language=language, label=words()["transcript"][f"label_{language}"], author=author)
    data |= {
        "wide": False,
        "intro": "",
        "widths": ["auto", "auto", 1],
        "head": [],
        "rows": [[_clock(seconds * at / len(lines)), who, said] for at, (who, said) in enumerate(lines)],
    }
    return typeset("log", data)


def poster(entry: Entry, *, author: str = "") -> bytes:
    """Set the poster on one page, with the first sentence of the abstract."""
    return typeset("poster", _poster(entry, author), picture=picture_of(entry, width=594, height=840).svg())


def poster_image(entry: Entry) -> Image.Image:
    """Set the same poster as an image of 674 by 952 pixels."""
    return still(
        "poster", _poster(entry, ""), picture=picture_of(entry, width=594, height=840).svg(), scale=_POSTER_SCALE
    )


def _poster(entry: Entry, author: str) -> dict[str, Any]:
    data = frame(entry, language=entry.work_language, label="", author=author)
    data["line"] = sentences(entry.abstract.in_language(entry.work_language))[0]
    return data


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def _block(part: dict[str, Any], entry: Entry, language: str, random: Random) -> dict[str, Any]:
    kind = part["kind"]
    block: dict[str, Any] = {"kind": kind}
    if kind in {"heading", "text"}:
        block["text"] = part[language]
    elif kind == "abstract":
        block |= {"kind": "text", "text": " ".join(_share(entry, language, part["from"], part["to"]))}
    elif kind == "quote":
        block["text"] = _share(entry, language, part["at"], part["at"] + 1)[0]
    elif kind in {"list", "numbered"}:
        block["items"] = part[language]
    elif kind == "screens":
        block["labels"] = part[language]
    elif kind == "facts":
        values = [_drawn(value, entry, language, random) for value in part[f"values_{language}"]]
        block["items"] = [{"label": a, "value": b} for a, b in zip(part[f"labels_{language}"], values, strict=True)]
    elif kind == "table":
        rows = part[f"rows_{language}"]
        block["head"] = part[f"head_{language}"]
        block["rows"] = [[_drawn(cell, entry, language, random) for cell in row] for row in rows]
    elif kind == "bars":
        block |= {"labels": part[f"labels_{language}"], "unit": part[f"unit_{language}"]}
        block["values"] = [int(_drawn(value, entry, language, random)) for value in part["values"]]
    else:
        raise KeyError(kind)
    block["caption"] = part.get(f"caption_{language}")
    return block


def _share(entry: Entry, language: str, start: int, end: int) -> list[str]:
    said = sentences(entry.abstract.in_language(language))
    first, last = start * len(said) // _TENTHS, end * len(said) // _TENTHS
    return said[first : max(last, first + 1)]


def _drawn(value: str, entry: Entry, language: str, random: Random) -> str:
    if value == "@duration":
        seconds = entry.duration_seconds or 0
        return f"{seconds // 60}:{seconds % 60:02d}"
    if value == "@language":
        return Text("العربية", "English").in_language(entry.work_language) if language else ""
    return _DRAWN.sub(lambda found: str(random.randint(int(found[1]), int(found[2]))), value)


def _in_other_language(entry: Entry, language: str) -> dict[str, Any]:
    other = "en" if language == "ar" else "ar"
    return {
        "kind": "other",
        "language": other,
        "heading": words()["words"][f"other_{language}"],
        "text": entry.abstract.in_language(other),
    }
