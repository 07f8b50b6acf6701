"""Files that the tests make themselves: one a threat, with what must come of it.

``SECRETS`` stand in every place where a file can carry a name. A judge's copy must hold none of those that were planted unseen.
"""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

SECRET = "Zahran Alqutaiti"
SECRET_AR = "زهران القطيطي"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


@dataclass(frozen=True, slots=True)
class Row:
    """One file: how it is made, the verdict, and a finding that must be among the others (or ``None``)."""

    name: str
    make: Callable[[Path], None]
    verdict: str
    code: str | None = None


def name(value: str) -> NameObject:
    return NameObject(value)


def dictionary(**values: object) -> DictionaryObject:
    made = DictionaryObject()
    for key, value in values.items():
        made[NameObject(f"/{key}")] = value  # type: ignore[assignment]
    return made


def text(value: str) -> TextStringObject:
    return TextStringObject(value)


def stream(data: bytes, **values: object) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    for key, value in values.items():
        made[NameObject(f"/{key}")] = value  # type: ignore[assignment]
    return made


def pdf(*lines: str, pages: int = 1, content: bytes | None = None) -> PdfWriter:
    """A document with these lines in Helvetica on each page."""
    writer = PdfWriter()
    font = writer._add_object(dictionary(Type=name("/Font"), Subtype=name("/Type1"), BaseFont=name("/Helvetica")))
    for _ in range(pages):
        page = writer.add_blank_page(595, 842)
        shown = b"".join(b"(%s) Tj 0 -20 Td " % line.encode("latin-1") for line in lines or ("A clean page of text.",))
        body = content if content is not None else b"BT /F1 14 Tf 60 780 Td " + shown + b"ET"
        page[name("/Contents")] = writer._add_object(stream(body))
        page[name("/Resources")] = dictionary(Font=dictionary(F1=font))
    return writer


def saved(build: Callable[[], PdfWriter]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        build().write(path)

    return make


def _with_info() -> PdfWriter:
    writer = pdf()
    writer.add_metadata({"/Author": SECRET, "/Title": f"By {SECRET}", "/Creator": "Word", "/Custom": SECRET})
    return writer


def _with_xmp() -> PdfWriter:
    writer = pdf()
    xmp = f"<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><creator>{SECRET}</creator></x:xmpmeta>".encode()
    writer.root_object[name("/Metadata")] = writer._add_object(
        stream(xmp, Type=name("/Metadata"), Subtype=name("/XML"))
    )
    writer.pages[0][name("/Metadata")] = writer._add_object(stream(xmp, Type=name("/Metadata"), Subtype=name("/XML")))
    writer.pages[0][name("/PieceInfo")] = dictionary(Adobe=dictionary(Private=text(SECRET)))
    return writer


def _with_old_revision(path: Path) -> None:
    writer = pdf()
    writer.add_metadata({"/Author": SECRET})
    first = io.BytesIO()
    writer.write(first)
    again = PdfWriter(io.BytesIO(first.getvalue()), incremental=True)
    again.add_metadata({"/Author": "nobody"})
    again.write(path)


def _annotation(**values: object) -> DictionaryObject:
    rect = ArrayObject(FloatObject(each) for each in (50, 50, 200, 90))
    return dictionary(Type=name("/Annot"), Rect=rect, **values)


def _annotated(**values: object) -> PdfWriter:
    writer = pdf()
    writer.pages[0][name("/Annots")] = ArrayObject([writer._add_object(_annotation(**values))])
    return writer


def _with_note() -> PdfWriter:
    return _annotated(Subtype=name("/Text"), T=text(SECRET), Contents=text(f"checked by {SECRET}"))


def _with_attachment() -> PdfWriter:
    writer = pdf()
    writer.add_attachment(f"{SECRET}.txt", SECRET.encode())
    return writer


def _open_action(**values: object) -> PdfWriter:
    writer = pdf()
    writer.root_object[name("/OpenAction")] = writer._add_object(dictionary(Type=name("/Action"), **values))
    return writer


def _page_action() -> PdfWriter:
    writer = pdf()
    action = dictionary(S=name("/Launch"), F=text("calc.exe"))
    writer.pages[0][name("/AA")] = dictionary(O=writer._add_object(action))
    return writer


def _with_jpeg_inside() -> PdfWriter:
    writer = pdf()
    body = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = SECRET
    Image.new("RGB", (64, 64), "teal").save(body, "JPEG", exif=exif, comment=SECRET.encode())
    picture = stream(body.getvalue(), Type=name("/XObject"), Subtype=name("/Image"), Width=NumberObject(64),
                     Height=NumberObject(64), ColorSpace=name("/DeviceRGB"), BitsPerComponent=NumberObject(8))  # fmt: skip
    picture[name("/Filter")] = name("/DCTDecode")
    xmp = writer._add_object(stream(SECRET.encode(), Type=name("/Metadata"), Subtype=name("/XML")))
    picture[name("/Metadata")] = xmp
    page = writer.pages[0]
    page["/Resources"][name("/XObject")] = dictionary(Im0=writer._add_object(picture))  # type: ignore[index]
    page[name("/Contents")] = writer._add_object(
        stream(b"q 200 0 0 200 60 400 cm /Im0 Do Q BT /F1 12 Tf 60 700 Td (A) Tj ET")
    )
    return writer


def _with_content_comment() -> PdfWriter:
    return pdf(
        content=b"% made by " + SECRET.encode() + b"\nBT /F1 14 Tf 60 780 Td (100% clean) Tj ET\n%" + SECRET.encode()
    )


def _with_marked_content() -> PdfWriter:
    return pdf(
        content=b"/Span <</Author (" + SECRET.encode() + b") /MCID 0>> BDC BT /F1 14 Tf 60 780 Td (Clean) Tj ET EMC"
    )


def _with_outline() -> PdfWriter:
    writer = pdf()
    writer.add_outline_item(title=f"Chapter by {SECRET}", page_number=0)
    writer.add_named_destination(title=SECRET.replace(" ", ""), page_number=0)
    return writer


def _locked() -> PdfWriter:
    writer = pdf()
    writer.encrypt("secret", algorithm="AES-256")
    return writer


def _protected() -> PdfWriter:
    writer = _with_info()
    writer.encrypt("", "owner", algorithm="AES-256")
    return writer


def _bomb(path: Path) -> None:
    writer = pdf()
    zeros = zlib.compress(b"0 0 m " * 40_000_000, 9)
    body = stream(zeros)
    body[name("/Filter")] = name("/FlateDecode")
    writer.pages[0][name("/Contents")] = writer._add_object(body)
    writer.write(path)


def _operators(path: Path) -> None:
    """Many megabytes of text operators in a small file: a reader in Python never ends."""
    writer = pdf()
    body = stream(zlib.compress(b"BT /F1 9 Tf 10 10 Td (\xd8\xa7) Tj ET " * 1_500_000, 9))
    body[name("/Filter")] = name("/FlateDecode")
    writer.pages[0][name("/Contents")] = writer._add_object(body)
    writer.write(path)


def _page_loop(path: Path) -> None:
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF"
    )


def _scan() -> PdfWriter:
    writer = PdfWriter()
    body = io.BytesIO()
    Image.radial_gradient("L").resize((600, 800)).convert("RGB").save(body, "JPEG")
    picture = stream(body.getvalue(), Type=name("/XObject"), Subtype=name("/Image"), Width=NumberObject(600),
                     Height=NumberObject(800), ColorSpace=name("/DeviceRGB"), BitsPerComponent=NumberObject(8))  # fmt: skip
    picture[name("/Filter")] = name("/DCTDecode")
    page = writer.add_blank_page(595, 842)
    page[name("/Resources")] = dictionary(XObject=dictionary(Im0=writer._add_object(picture)))
    page[name("/Contents")] = writer._add_object(stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q"))
    return writer


def after(build: Callable[[Path], None], tail: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        build(path)
        path.write_bytes(path.read_bytes() + tail)

    return make


def before(head: bytes, build: Callable[[Path], None]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        build(path)
        path.write_bytes(head + path.read_bytes())

    return make


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member.replace("__", "/"), data)
    return made.getvalue()


def holding(data: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


def _clean_pdf() -> PdfWriter:
    return pdf("Water use in the gardens of the coast.", "Method and results.", pages=3)


def _linked() -> PdfWriter:
    return _annotated(Subtype=name("/Link"), A=dictionary(S=name("/URI"), URI=text("https://example.org/~zahran")))


PDFS: tuple[Row, ...] = (
    Row("ok-plain.pdf", saved(_clean_pdf), "accept"),
    Row("ok-link.pdf", saved(_linked), "accept", "pdf.links"),
    Row("id-info.pdf", saved(_with_info), "accept", "identity.removed-person"),
    Row("id-xmp.pdf", saved(_with_xmp), "accept", "identity.removed-person"),
    Row("id-revision.pdf", _with_old_revision, "accept"),
    Row("id-note.pdf", saved(_with_note), "accept", "pdf.remarks"),
    Row("id-attachment.pdf", saved(_with_attachment), "flag", "pdf.attachment"),
    Row("id-jpeg-inside.pdf", saved(_with_jpeg_inside), "accept"),
    Row("id-comment.pdf", saved(_with_content_comment), "accept"),
    Row("id-marked.pdf", saved(_with_marked_content), "accept"),
    Row("id-outline.pdf", saved(_with_outline), "accept", "identity.removed-person"),
    Row("id-protected.pdf", saved(_protected), "accept", "pdf.protected"),
    Row("id-text.pdf", saved(lambda: pdf("A report", f"by {SECRET}")), "flag", "identity.person"),
    Row(
        "act-script.pdf",
        saved(lambda: _open_action(S=name("/JavaScript"), JS=text("app.alert(1)"))),
        "reject",
        "pdf.script",
    ),
    Row("act-launch.pdf", saved(lambda: _open_action(S=name("/Launch"), F=text("calc.exe"))), "reject", "pdf.launch"),
    Row("act-page.pdf", saved(_page_action), "reject", "pdf.launch"),
    Row(
        "act-submit.pdf",
        saved(lambda: _open_action(S=name("/SubmitForm"), F=text("http://127.0.0.1/"))),
        "reject",
        "pdf.submit",
    ),
    Row(
        "act-remote.pdf",
        saved(lambda: _open_action(S=name("/GoToR"), F=text(r"\\127.0.0.1\x"))),
        "reject",
        "pdf.remote",
    ),
    Row("act-media.pdf", saved(lambda: _annotated(Subtype=name("/RichMedia"))), "reject", "pdf.rich-media"),
    Row("lim-locked.pdf", saved(_locked), "reject", "pdf.locked"),
    Row("lim-bomb.pdf", _bomb, "", None),
    Row("lim-operators.pdf", _operators, "", None),
    Row("lim-loop.pdf", _page_loop, "reject", None),
    Row("bad-cut.pdf", holding(b"%PDF-1.7\n1 0 obj<<"), "reject", "pdf.damaged"),
    Row("bad-random.pdf", holding(b"%PDF-1.7\n" + bytes(range(256)) * 40), "reject", "pdf.damaged"),
    Row("look-scan.pdf", saved(_scan), "flag", "look.page-is-picture"),
    Row("poly-zip.pdf", after(saved(_clean_pdf), zipped(a=b"x")), "reject", "file.second-nature"),
    Row("poly-html.pdf", before(b"<html><script>1</script>", saved(_clean_pdf)), "reject", None),
)


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
    import av

    with av.open(str(path), "w", format="mp4") as target:
        pictures = target.add_stream("libx264", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 1280, 720, "yuv420p"
        for index in range(30):
            sheet = Image.new("RGB", (1280, 720), "navy") if index < 20 else written("Directed by", SECRET)
            target.mux(pictures.encode(av.VideoFrame.from_image(sheet)))
        target.mux(pictures.encode(None))


def film(form: str, video: str, sound: str, seconds: int = 3, **tags: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        import av

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
        import av

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

_TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml"
ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"""
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
_COMMENTS = f'<w:comments {_W}><w:comment w:id="0" w:author="{SECRET}"><w:p><w:r><w:t>{SECRET}</w:t></w:r></w:p></w:comment></w:comments>'
_LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'

DOCUMENTS: tuple[Row, ...] = (
    Row("ok.docx", holding(word()), "accept"),
    Row("id-tracked.docx", holding(word(_TRACKED, **{"word__comments.xml": _COMMENTS.encode()})), "accept", "document.comments"),
    Row("id-text.docx", holding(word(f"<w:p><w:r><w:t>By Zahran </w:t></w:r><w:r><w:t>{SECRET.split()[1]}</w:t></w:r></w:p>")),
        "flag", "identity.person"),
    Row("id-custom.docx", holding(word(**{"customXml__item1.xml": f"<a>{SECRET}</a>".encode()})), "accept"),
    Row("ssrf-template.docx", holding(word(**{"word___rels__document.xml.rels":
        _relations(("attachedTemplate", "http://127.0.0.1/t.dotm", ' TargetMode="External"'))})), "reject", "document.remote"),
    Row("lim-entities.docx", holding(word(**{"word__header1.xml": _LAUGHS.encode()})), "reject", "document.entities"),
    Row("act-macros.docx", holding(word(**{"word__vbaProject.bin": b"x"})), "reject", "file.office-macros"),
    Row("lim-bomb.docx", holding(word(**{"word__media__x.bin": b"\0" * 300_000_000})), "reject", "archive.bomb"),
    Row("bad.docx", holding(word()[:-40]), "reject", None),
    Row("any.zip", holding(zipped(a=b"text")), "reject", "archive.not-for-judges"),
    Row("lim-bomb.zip", holding(zipped(a=b"\0" * 100_000_000)), "reject", "archive.bomb"),
    Row("path.zip", holding(zipped(**{"..__..__etc__x": b"x"})), "reject", "archive.path"),
    Row("old.doc", holding(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "reject", "file.legacy-office"),
)  # fmt: skip

SUBTITLE = "1\n00:00:01,000 --> 00:00:02,500\n{}\n\n2\n00:01:03,000 --> 00:01:04,000\nThe end\n"

TEXTS: tuple[Row, ...] = (
    Row("ok.srt", holding(SUBTITLE.format("مرحبًا بكم").encode()), "accept"),
    Row("id.srt", holding(SUBTITLE.format(f"تصوير {SECRET_AR}").encode("cp1256")), "flag", "identity.person"),
    Row("id-note.vtt", holding(f"WEBVTT - {SECRET}\n\nNOTE {SECRET}\n\n00:01.000 --> 00:02.000\nHello\n".encode()), "accept",
        "identity.removed-person"),
    Row("ok.csv", holding(b"day,litres\n1,20\n2,30\n"), "accept"),
    Row("act-formula.csv", holding(b'a,b\n1,"=HYPERLINK(1)"\n2,=1+1\n'), "flag", "text.formula"),
    Row("ok.txt", holding("نص عادي عن المياه.\n".encode()), "accept"),
    Row("id.txt", holding(f"{SECRET_AR}\n".encode("utf-16")), "flag", "identity.person"),
    Row("empty.txt", holding(b""), "reject", "file.empty"),
    Row("fake.txt", holding(b"\x7fELF" + b"\0" * 100), "reject", "file.program"),
    Row("random.bin", holding(bytes(range(256)) * 10), "reject", "file.unknown"),
)  # fmt: skip

ROWS = (*PDFS, *IMAGES, *MEDIA, *DOCUMENTS, *TEXTS)


def said_inside(data: bytes) -> bytes:
    """A file's bytes, and what can be unpacked from them: parts of an archive, streams of a PDF, chunks of a PNG."""
    inside = [data]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside += [archive.read(each) for each in archive.namelist()]
    if data.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(data))
        for number in reader.xref[0]:
            found = reader.get_object(number)
            inside.append(repr(found).encode())
            if hasattr(found, "get_data"):
                inside += [found.get_data() if "/Image" not in repr(found.get("/Subtype")) else found._data]
    if data.startswith(b"\x89PNG"):
        inside.append(repr(Image.open(io.BytesIO(data)).info).encode())
    return b"\n".join(inside)


def pages_of(data: bytes) -> int:
    return len(pypdfium2.PdfDocument(data))
