"""Office documents, archives, subtitles and plain text of the corpus."""

from __future__ import annotations

import io

from PIL import Image

from tests.corpus_parts import SECRET, SECRET_AR, Row, holding, zipped

_TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml"
ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/docProps/core.xml"
ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"""
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relations(*rows: tuple[str, str, str]) -> bytes:
    body = "".join(
        f'<Relationship Id="r{number}" Type="{_RELS}/{kind}" Target="{target}"{mode}/>'
        for number, (kind, target, mode) in enumerate(rows)
    )
    return f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{body}</Relationships>'.encode()


def word(body: str = "<w:p><w:r><w:t>Clean text.</w:t></w:r></w:p>", **more: bytes) -> bytes:
    core = f'<c:coreProperties xmlns:c="x" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{SECRET}</dc:creator></c:coreProperties>'
    members = {
        "[Content_Types].xml": _TYPES,
        "_rels__.rels": _relations(("officeDocument", "word/document.xml", ""), ("core", "docProps/core.xml", "")),
        "word__document.xml": f'<?xml version="1.0"?><w:document {_W}><w:body>{body}</w:body></w:document>'.encode(),
        "docProps__core.xml": core.encode(),
        **more,
    }
    return zipped(**members)


_TRACKED = (
    f'<w:p><w:ins w:id="1" w:author="{SECRET}" w:date="2026-01-01T00:00:00Z"><w:r><w:t>Kept.</w:t></w:r></w:ins>'
    f'<w:del w:id="2" w:author="{SECRET}"><w:r><w:delText>by {SECRET}</w:delText></w:r></w:del></w:p>'
)
_COMMENT = f'<w:comment w:id="0" w:author="{SECRET}"><w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p></w:comment>'
_COMMENTS = f"<w:comments {_W}>{_COMMENT}</w:comments>".encode()
_IN_TWO = f"<w:p><w:r><w:t>By Zahran </w:t></w:r><w:r><w:t>{SECRET.split()[1]}</w:t></w:r></w:p>"
_TEMPLATE = _relations(("attachedTemplate", "http://127.0.0.1/t.dotm", ' TargetMode="External"'))
_LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'

_SLIDE = (
    '<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><p:cSld><a:t>{}</a:t></p:cSld></p:sld>'
)


def slides(*texts: str) -> bytes:
    """A presentation whose notes and comments name someone."""
    members = {
        "[Content_Types].xml": _TYPES,
        "_rels__.rels": _relations(("officeDocument", "ppt/presentation.xml", "")),
        "ppt__presentation.xml": b'<p:presentation xmlns:p="x"/>',
        "ppt__commentAuthors.xml": f'<p:cmAuthorLst xmlns:p="x"><p:cmAuthor name="{SECRET}"/></p:cmAuthorLst>'.encode(),
        "ppt__notesSlides__notesSlide1.xml": _SLIDE.format(f"say thanks to {SECRET}").encode(),
    }
    members |= {f"ppt__slides__slide{n}.xml": _SLIDE.format(shown).encode() for n, shown in enumerate(texts, start=1)}
    return zipped(**members)


def _photo() -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = SECRET
    Image.new("RGB", (32, 32), "teal").save(made, "JPEG", exif=exif, comment=SECRET.encode())
    return made.getvalue()


DOCUMENTS: tuple[Row, ...] = (
    Row("ok.docx", holding(word()), "accept"),
    Row("id-tracked.docx", holding(word(_TRACKED, **{"word__comments.xml": _COMMENTS})), "accept", "document.comments"),
    Row("id-text.docx", holding(word(_IN_TWO)), "flag", "identity.person"),
    Row("id-custom.docx", holding(word(**{"customXml__item1.xml": f"<a>{SECRET}</a>".encode()})), "accept"),
    Row("id-photo.docx", holding(word(**{"word__media__image1.jpeg": _photo()})), "accept"),
    Row("id-notes.pptx", holding(slides("Water", "Gardens")), "accept", "identity.removed-person"),
    Row("id-slide.pptx", holding(slides("Water", SECRET_AR)), "flag", "identity.person"),
    Row("ssrf-template.docx", holding(word(**{"word___rels__document.xml.rels": _TEMPLATE})), "reject",
        "document.remote"),
    Row("lim-entities.docx", holding(word(**{"word__header1.xml": _LAUGHS.encode()})), "reject", "document.entities"),
    Row("act-macros.docx", holding(word(**{"word__vbaProject.bin": b"x"})), "reject", "file.office-macros"),
    Row("lim-bomb.docx", holding(lambda: word(**{"word__media__x.bin": b"\0" * 300_000_000})), "reject",
        "archive.bomb"),
    Row("bad.docx", holding(word()[:-40]), "reject", None),
    Row("any.zip", holding(zipped(a=b"text")), "reject", "archive.not-for-judges"),
    Row("lim-bomb.zip", holding(lambda: zipped(a=b"\0" * 100_000_000)), "reject", "archive.bomb"),
    Row("path.zip", holding(zipped(**{"..__..__etc__x": b"x"})), "reject", "archive.path"),
    Row("old.doc", holding(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "reject", "file.legacy-office"),
)  # fmt: skip

SUBTITLE = "1\n00:00:01,000 --> 00:00:02,500\n{}\n\n2\n00:01:03,000 --> 00:01:04,000\nThe end\n"

NOTED = f"WEBVTT - {SECRET}\n\nNOTE {SECRET}\n\n00:01.000 --> 00:02.000\nHello\n".encode()
TEXTS: tuple[Row, ...] = (
    Row("ok.srt", holding(SUBTITLE.format("مرحبًا بكم").encode()), "accept"),
    Row("id.srt", holding(SUBTITLE.format(f"تصوير {SECRET_AR}").encode("cp1256")), "flag", "identity.person"),
    Row("id-note.vtt", holding(NOTED), "accept", "identity.removed-person"),
    Row("ok.csv", holding(b"day,litres\n1,20\n2,30\n"), "accept"),
    Row("act-formula.csv", holding(b'a,b\n1,"=HYPERLINK(1)"\n2,=1+1\n'), "flag", "text.formula"),
    Row("ok.txt", holding("نص عادي عن المياه.\n".encode()), "accept"),
    Row("id.txt", holding(f"{SECRET_AR}\n".encode("utf-16")), "flag", "identity.person"),
    Row("empty.txt", holding(b""), "reject", "file.empty"),
    Row("fake.txt", holding(b"\x7fELF" + b"\0" * 100), "reject", "file.program"),
    Row("random.bin", holding(bytes(range(256)) * 10), "reject", "file.unknown"),
)  # fmt: skip
