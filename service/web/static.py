"""Styles, scripts, pictures and fonts, served from memory under one address that changes with their content."""

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import brotli
from litestar import Request, Response, get

from service.errors import NotFound
from service.permissions import Action

__all__ = ["StaticFiles", "load_static", "serve_static"]

_PACKED = frozenset({".css", ".js", ".svg", ".txt", ".json", ".webmanifest"})
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}
_HASH_LENGTH = 16
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file with its packed forms."""

    content: bytes
    media_type: str
    gzip: bytes | None
    brotli: bytes | None


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """All of them. ``digest`` is over every name and byte."""

    digest: str
    files: dict[str, StaticFile]

    def url(self, name: str) -> str:
        """Give a file's address; KeyError for one that does not exist, so that a page never links to nothing."""
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.digest}/{name}"


@cache
def load_static(*, fonts: tuple[Path, ...]) -> StaticFiles:
    """Read the folder of static files and the fonts into memory, packed once."""
    root = Path(str(files("templates").joinpath("static")))
    found = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
    found |= {f"fonts/{path.name}": path for path in fonts}
    digest = sha256()
    loaded = {}
    for name, path in sorted(found.items()):
        content = path.read_bytes()
        digest.update(f"{name}:{len(content)}:".encode() + content)
        loaded[name] = _pack(path.suffix, content)
    return StaticFiles(digest=digest.hexdigest()[:_HASH_LENGTH], files=loaded)


def _pack(suffix: str, content: bytes) -> StaticFile:
    guessed = mimetypes.types_map.get(suffix, "application/octet-stream")
    media_type = _TYPES.get(suffix, guessed)  # the answer adds the charset of text
    if suffix not in _PACKED:
        return StaticFile(content, media_type, gzip=None, brotli=None)
    return StaticFile(
        content,
        media_type,
        gzip=gzip.compress(content, mtime=0),
        brotli=brotli.compress(content, quality=9),
    )


@get("/static/{digest:str}/{name:path}", opt={"action": Action.READ_PUBLIC})
async def serve_static(request: Request[Any, Any, Any], digest: str, name: str) -> Response[bytes]:
    """Serve a file. Under an older hash the file as it is now, to be asked for again each time."""
    static: StaticFiles = request.app.state.static
    file = static.files.get(name.removeprefix("/"))
    if file is None:
        raise NotFound
    headers = {"cache-control": _FOR_EVER if digest == static.digest else "no-cache", "vary": "accept-encoding"}
    if name.endswith("-worker.js"):
        headers["service-worker-allowed"] = "/"
    accepts = request.headers.get("accept-encoding", "")
    content = file.content
    if file.brotli is not None and "br" in accepts:
        content, headers["content-encoding"] = file.brotli, "br"
    elif file.gzip is not None and "gzip" in accepts:
        content, headers["content-encoding"] = file.gzip, "gzip"
    return Response(content, media_type=file.media_type, headers=headers)
