"""Files that the tests make themselves: one a threat, with what must come of it.

``SECRET`` stands in every place where a file can carry a name. A judge's copy must hold none that was planted unseen.
"""

from __future__ import annotations

from tests.corpus_documents import DOCUMENTS, TEXTS
from tests.corpus_parts import SECRET, SECRET_AR, Row, said_inside, zipped
from tests.corpus_pdfs import PDFS, pdf, saved, with_info, with_note
from tests.corpus_pictures import IMAGES, MEDIA, film, picture

__all__ = [
    "ROWS",
    "SECRET",
    "SECRET_AR",
    "Row",
    "film",
    "pdf",
    "picture",
    "said_inside",
    "saved",
    "with_info",
    "with_note",
    "zipped",
]

ROWS = (*PDFS, *IMAGES, *MEDIA, *DOCUMENTS, *TEXTS)
