"""PDFs of the corpus."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from tests.corpus_parts import SECRET, Row, after, before, holding, zipped


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


def jpeg_inside(data: bytes, width: int, height: int) -> DecodedStreamObject:
    picture = stream(data, Type=name("/XObject"), Subtype=name("/Image"), ColorSpace=name("/DeviceRGB"))
    picture.update({name("/Width"): NumberObject(width), name("/Height"): NumberObject(height)})
    picture.update({name("/BitsPerComponent"): NumberObject(8), name("/Filter"): name("/DCTDecode")})
    return picture


def saved(build: Callable[[], PdfWriter]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        build().write(path)

    return make


def with_info() -> PdfWriter:
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


def with_note() -> PdfWriter:
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
    picture = jpeg_inside(body.getvalue(), 64, 64)
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
    writer = with_info()
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
    picture = jpeg_inside(body.getvalue(), 600, 800)
    page = writer.add_blank_page(595, 842)
    page[name("/Resources")] = dictionary(XObject=dictionary(Im0=writer._add_object(picture)))
    page[name("/Contents")] = writer._add_object(stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q"))
    return writer


def _clean_pdf() -> PdfWriter:
    return pdf("Water use in the gardens of the coast.", "Method and results.", pages=3)


def _linked(address: str = "https://example.org/~zahran") -> PdfWriter:
    return _annotated(Subtype=name("/Link"), A=dictionary(S=name("/URI"), URI=text(address)))


PDFS: tuple[Row, ...] = (
    Row("ok-plain.pdf", saved(_clean_pdf), "accept"),
    Row("ok-link.pdf", saved(_linked), "accept", "pdf.links"),
    Row("id-info.pdf", saved(with_info), "accept", "identity.removed-person"),
    Row("id-xmp.pdf", saved(_with_xmp), "accept", "identity.removed-person"),
    Row("id-revision.pdf", _with_old_revision, "accept"),
    Row("id-note.pdf", saved(with_note), "accept", "pdf.remarks"),
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
    Row("act-link.pdf", saved(lambda: _linked("javascript:app.alert(1)")), "reject", "pdf.script"),
    Row("act-unc.pdf", saved(lambda: _linked(r"\\127.0.0.1\share")), "reject", "pdf.remote"),
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
