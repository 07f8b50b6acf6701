"""Renders the pattern page without the service, and photographs it: ``python -m tests.patterns [folder]``.

Both languages, both themes, wide and phone; the pictures are for the eye, the measures for the tests.
"""

import functools
import http.server
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.fonts import ensure_fonts
from service.text import Words

TEMPLATES = Path(__file__).parent.parent / "templates"
FONTS = TEMPLATES.parent / "build" / "fonts"
SIZES = {"wide": (1440, 1000), "phone": (390, 844)}


def render(
    lang: str, theme: str = "light", template: str = "pages/patterns.html", page: object = None, **shell: object
) -> str:
    """Render one page as the shell would, with a frame that stands still."""
    frame = {
        "lang": lang,
        "dir": "rtl" if lang == "ar" else "ltr",
        "other_lang": "en" if lang == "ar" else "ar",
        "other_lang_url": f"/{'en' if lang == 'ar' else 'ar'}/patterns",
        "path": "/about",
        "theme": theme,
        "csrf": "token",
        "owner": "",
        "is_signed_in": False,
        "name": "",
        "role": "visitor",
        "grants": (),
        "home": "/",
        "edition": None,
        "now": datetime(2027, 3, 22, 6, 0, tzinfo=UTC),
        "request_id": "r-1",
        "is_development": True,
    }
    form = SimpleNamespace(errors=[], is_kept=False, value=lambda _name, default="": default, error=lambda _name: None)
    return (
        _environment(lang).get_template(template).render(page=page, shell=SimpleNamespace(**(frame | shell)), form=form)
    )


@functools.cache
def _environment(lang: str) -> Environment:
    """One a language, kept: its templates are compiled once."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "t": Words(lang),
        "url": lambda path: f"/{lang}{path}",
        "static": lambda path: f"/static/{path}",
    }
    return environment


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback, quietly, while the block lasts."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def lay_out(folder: Path) -> None:
    """Put the static files, the fonts and the rendered page where ``serve`` can give them."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(TEMPLATES / "static", folder / "static", dirs_exist_ok=True)
    ensure_fonts(FONTS)
    shutil.copytree(FONTS, folder / "static" / "fonts", dirs_exist_ok=True)
    for lang in ("ar", "en"):
        for theme in ("light", "dark"):
            (folder / f"{lang}-{theme}.html").write_text(render(lang, theme), encoding="utf-8")


def photograph(folder: Path) -> None:
    """Take every picture; say so where a page is wider than its window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- rendering alone needs no browser

    from tests.chromium import launch  # noqa: PLC0415 -- as above

    lay_out(folder)
    with serve(folder) as address, sync_playwright() as play:
        browser = launch(play)
        for size, (width, height) in SIZES.items():
            for lang in ("ar", "en"):
                for theme in ("light", "dark"):
                    view = browser.new_page(viewport={"width": width, "height": height})
                    view.goto(f"{address}/{lang}-{theme}.html")
                    view.evaluate("document.fonts.ready")
                    over = view.evaluate("document.documentElement.scrollWidth - innerWidth")
                    view.screenshot(path=str(folder / f"{lang}-{theme}-{size}.png"), full_page=True)
                    sys.stdout.write(f"{lang} {theme} {size}: {over} px too wide\n")
                    view.close()
        browser.close()


if __name__ == "__main__":
    photograph(Path(sys.argv[1] if len(sys.argv) > 1 else "build/patterns"))
