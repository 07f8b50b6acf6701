"""The files of an entry of the demonstration, made from its data alone.

A few carry their maker's name in their properties on purpose, as students' files do: taking it out is the
inspection's work.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

from PIL import Image

from service.demo import films, papers, sheets, sounds
from service.demo.edition import Entry
from service.demo.terms import Material
from service.demo.typeset import still

SEED = "tahkim-demo"
_ONE_IN_SO_MANY_NAMES_ITS_MAKER = 3
_SHORT_FILM_SECONDS = (6.0, 7.0)
_ASSETS = 2
_ASSET_PIXELS = 720
_EXIF_ARTIST = 0x013B


def make_files(entry: Entry, material: Material, folder: Path, *, seed: str = SEED) -> list[Path]:
    """Make the files of one material of one entry in ``folder``, which must exist; none where it is a link.

    The same arguments give files with the same content. Each obeys the material's limits.
    """
    maker = _MAKERS.get(material.id)
    if maker is None:
        return []
    order = _Order(entry, material, folder, f"{seed}/{entry.id}/{material.id}")
    return list(maker(order))


def link_of(entry: Entry, material: Material) -> str | None:
    """Give the address that an entry states where its material is a link; always in an example domain."""
    return f"https://{entry.id}.example/" if material.formats == ("url",) else None


class _Order:
    """One material to make: for whom, where, from which seed."""

    def __init__(self, entry: Entry, material: Material, folder: Path, seed: str) -> None:
        self.entry, self.material, self.folder, self.seed = entry, material, folder, seed
        self.number = crc32(seed.encode())
        named = self.number % _ONE_IN_SO_MANY_NAMES_ITS_MAKER == 0
        self.author = entry.members[0].name.in_language(entry.work_language) if named else ""

    def path(self, suffix: str, name: str = "") -> Path:
        return self.folder / f"{self.entry.id}-{name or self.material.id}.{suffix}"

    def one_of(self, *suffixes: str) -> str:
        """Choose one of the endings that the material may have, by the entry's place among all."""
        return suffixes[self.number // _ONE_IN_SO_MANY_NAMES_ITS_MAKER % len(suffixes)]


def _written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _film(order: _Order) -> Iterator[Path]:
    entry, path = order.entry, order.path("mp4")
    seconds = float(entry.demo_seconds or 0)
    films.make_film(
        entry, path, seconds=seconds, credits_start=entry.demo_credits_start, style="sentence", author=order.author
    )
    yield path


def _short_film(order: _Order) -> Iterator[Path]:
    path = order.path("mp4")
    seconds = _SHORT_FILM_SECONDS[order.number % len(_SHORT_FILM_SECONDS)]
    films.make_film(order.entry, path, seconds=seconds, credits_start=None, style="statement", author=order.author)
    yield path


def _captions(order: _Order) -> Iterator[Path]:
    suffix = order.one_of("srt", "vtt")
    until = float(order.entry.demo_credits_start or 0)
    yield _written(order.path(suffix), sheets.captions(order.entry, suffix=suffix, until=until))


def _poster(order: _Order) -> Iterator[Path]:
    suffix = order.one_of("pdf", "jpg", "png")
    if suffix == "pdf":
        yield _written(order.path(suffix), papers.poster(order.entry, author=order.author))
        return
    yield _image(order, papers.poster_image(order.entry), order.path(suffix))


def _image(order: _Order, image: Image.Image, path: Path) -> Path:
    properties = Image.Exif()
    if order.author:
        properties[_EXIF_ARTIST] = order.author
    image.convert("RGB").save(path, quality=88, exif=properties)
    return path


def _assets(order: _Order) -> Iterator[Path]:
    entry = order.entry
    lines = papers.sentences(entry.abstract.in_language(entry.work_language))
    for number in range(1, _ASSETS + 1):
        line = films.fitting_line(lines[number::_ASSETS])
        side = {"width": _ASSET_PIXELS, "height": _ASSET_PIXELS}
        picture = papers.picture_of(entry, **side, variant=f"/asset-{number}").svg()
        data = papers.frame(entry, language=entry.work_language, label="")
        image = still("asset", {**data, **side, "line": line}, picture=picture)
        yield _image(order, image, order.path("jpg", f"sample-{number}"))


def _work(order: _Order) -> Iterator[Path]:
    document = papers.document(order.entry, "work", template="magazine", seed=order.seed, author=order.author)
    yield _written(order.path("pdf"), document)
    if order.entry.duration_seconds:
        yield from _short_film(order)


def _sources(order: _Order) -> Iterator[Path]:
    suffix = order.one_of("pdf", "xlsx")
    if suffix == "xlsx":
        sheets.source_workbook(order.entry, order.path(suffix), seed=order.seed, author=order.author)
        yield order.path(suffix)
        return
    yield _written(order.path(suffix), papers.source_log(order.entry, seed=order.seed, author=order.author))


def _archive(order: _Order) -> Iterator[Path]:
    if order.entry.duration_seconds:
        picture = papers.picture_of(order.entry).svg()
        sheets.saved_site(order.entry, order.path("zip"), picture=picture, seed=order.seed)
        yield order.path("zip")


def _audio(order: _Order) -> Iterator[Path]:
    entry, path = order.entry, order.path(order.one_of("mp3", "m4a", "mp3", "wav"))
    until = float(entry.demo_credits_start or 0)
    samples = sounds.episode(entry.id, seconds=float(entry.demo_seconds or 0), talk_until=until)
    sounds.write_sound(samples, path, author=order.author, title=entry.title.in_language(entry.work_language))
    yield path


def _transcript(order: _Order) -> Iterator[Path]:
    suffix, until = order.one_of("pdf", "vtt"), float(order.entry.demo_credits_start or 0)
    if suffix == "vtt":
        yield _written(order.path(suffix), sheets.episode_captions(order.entry, until=until))
        return
    yield _written(order.path(suffix), papers.transcript(order.entry, seconds=until, author=order.author))


def _dossier(order: _Order) -> Iterator[Path]:
    kind = {"documentary": "film-dossier", "audio": "audio-dossier"}.get(order.entry.category, "product-dossier")
    yield _document(order, kind, "document")


def _case(order: _Order) -> Iterator[Path]:
    yield _document(order, "case", "document")


def _paper(order: _Order) -> Iterator[Path]:
    yield _document(order, "paper", "paper")


def _summary(order: _Order) -> Iterator[Path]:
    yield _document(order, "summary", "document", language="ar")


def _document(order: _Order, kind: str, template: str, *, language: str = "") -> Path:
    content = papers.document(
        order.entry, kind, template=template, seed=order.seed, language=language, author=order.author
    )
    return _written(order.path("pdf"), content)


def _data(order: _Order) -> Iterator[Path]:
    suffix = order.one_of("csv", "xlsx")
    if suffix == "xlsx":
        sheets.data_workbook(order.path(suffix), seed=order.seed, author=order.author)
        yield order.path(suffix)
        return
    yield _written(order.path(suffix), sheets.data_csv(seed=order.seed))


_MAKERS: dict[str, Callable[[_Order], Iterator[Path]]] = {
    "film": _film,
    "captions": _captions,
    "poster": _poster,
    "dossier": _dossier,
    "work": _work,
    "sources": _sources,
    "archive": _archive,
    "audio": _audio,
    "transcript": _transcript,
    "case": _case,
    "reel": _short_film,
    "assets": _assets,
    "demo": _short_film,
    "paper": _paper,
    "summary": _summary,
    "data": _data,
}
