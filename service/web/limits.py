"""What a category asks of a file, in words: formats, how many, how large, how long: what inspection holds it to."""

from collections.abc import Callable, Iterator

from markupsafe import Markup

from service.text import Ltr, Words
from storage.reads.entrant.files import MaterialView as EntrantsMaterial
from storage.reads.public.categories import MaterialView as AnybodysMaterial

__all__ = ["Limited", "list_limits", "list_shapes"]


Limited = AnybodysMaterial | EntrantsMaterial
"""A material as visitors and as its entrants read it; None means no limit."""


def list_limits(material: Limited, words: Words) -> tuple[Markup, ...]:
    """List everything that a file of this material is held to, each in the reader's language."""
    return (*list_shapes(material, words), *_list_lengths(material, words))


def list_shapes(material: Limited, words: Words) -> tuple[Markup, ...]:
    """List the formats, how many files, and the size that each may have."""
    formats = words.listed([Ltr(name.upper()) for name in material.formats])
    files = words("limit.files", n=material.max_files)
    return formats, files, words("limit.each", max=words.size_of(material.max_bytes))


def _list_lengths(material: Limited, words: Words) -> tuple[Markup, ...]:
    clock = words.duration_clock
    return (
        *_range("length", material.min_seconds, material.max_seconds, words, say=clock),
        *_range("pages", material.min_pages, material.max_pages, words, say=words.number),
        *_range("words", material.min_words, material.max_words, words, say=words.number),
        *_picture(material, words),
    )


def _range(
    name: str, least: int | None, most: int | None, words: Words, *, say: Callable[[int], str]
) -> Iterator[Markup]:
    if name == "pages" and least == 1:  # a file without pages is none
        least = None if most != 1 else 1
    what = words(f"limit.{name}")
    if least is not None and least == most:
        yield words("limit.exactly", what=what, max=say(least))
    elif least is not None and most is not None:
        yield words("limit.between", what=what, min=say(least), max=say(most))
    elif most is not None:
        yield words("limit.at_most", what=what, max=say(most))
    elif least is not None:
        yield words("limit.at_least", what=what, min=say(least))


def _picture(material: Limited, words: Words) -> Iterator[Markup]:
    if material.min_width is not None and material.min_height is not None:
        yield words("limit.picture", size=Ltr(f"{material.min_width}×{material.min_height}"))
