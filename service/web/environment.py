"""The templates' environments: one a language and kind of digits, and what makes them quick.

A page is some hundreds of calls of macros and of ``t``. Jinja asks before each whether the callee wants the context;
ours never do. Macros that give the same for the same arguments are asked once. A value that is written out is escaped
without being wrapped as markup first: in a table of hundreds of rows that was most of the work.
"""

import html
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, cached_property, lru_cache, partial
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from pickle import UnpicklingError
from types import BuiltinMethodType, CodeType, MethodType
from typing import Any, Final
from urllib.parse import quote

from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    Template,
)
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from service.text import Ltr, Words
from service.web.language import with_language

__all__ = ["Compiled", "compile_templates", "make_environments"]

ALWAYS_THE_SAME: Final = frozenset(
    (
        "icon",
        "brand_mark",
        "tag",
        "entry_state_tag",
        "sheet_state_tag",
        "round_state_tag",
        "upload_state_tag",
        "task_tag",
        "certainty_tag",
        "card_tag",
        "list_card",
        "link_button",
        "step_strip",
        "links",
        "assets",
        "brand",
        "themes",
        "own_account",
        "foot_links",
        "unloaded",
    )
)
"""Macros of components whose markup depends on their arguments and the language alone."""
_ADDRESSES_KEPT, _ANSWERS_KEPT, _TEXTS_KEPT = 4096, 8192, 4096
_PLAIN = frozenset((Words, partial, MethodType, BuiltinMethodType, type))


class _Context(Context):
    """Calls what never wants the context without asking whether it does, and some macros only once."""

    environment: "_Environment"

    def call(__self, __obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 (as in Jinja)
        kind = type(__obj)
        if kind is not Macro and kind not in _PLAIN:
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        if kind is not Macro or __obj.name not in ALWAYS_THE_SAME or "caller" in kwargs:
            return __obj(*args, **kwargs)
        kept: dict[object, Any] = __self.environment.answers
        # Of which type each is counts too: a text is escaped where the same markup is not.
        asked = (__obj.name, args, *map(type, args), *kwargs.items(), *map(type, kwargs.values()))
        try:
            return kept[asked]
        except KeyError:
            if len(kept) >= _ANSWERS_KEPT:
                kept.clear()
            answer = kept[asked] = __obj(*args, **kwargs)
            return answer
        except TypeError:  # an argument that cannot be looked up by
            return __obj(*args, **kwargs)


class _Template(Template):
    """A template whose macros know the environment's globals alone, as all of ours do."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002 (as in Jinja)
        """Give the module that others import from, without comparing all names in each import of each page."""
        if self._module is None:
            self._module = self.make_module()
        return self._module


def _write_out(value: Any) -> Any:
    """Escape a value where it is written into a page: as ``markupsafe.escape``, but for the wrapping."""
    kind = type(value)
    if kind is Markup:
        return value
    return html.escape(value) if kind is str else escape(value)


class _Code(CodeGenerator):
    """Compiles templates so that what they write out goes through ``_write_out``."""

    def _output_child_pre(self, node: Any, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.write_out(")


class _Environment(Environment):
    """An environment with its macros' answers."""

    context_class = _Context
    template_class = _Template
    code_generator_class = _Code
    write_out = staticmethod(_write_out)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.answers: dict[object, Any] = {}


class Compiled(BytecodeCache):
    """Templates as compiled once: what differs between languages comes with the environment.

    They are kept in memory, and in a folder for the next process where that may be written, as Python keeps modules:
    to compile those of one page takes longer than many pages, and right after a restart everybody comes at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    @cached_property
    def _files(self) -> FileSystemBytecodeCache | None:
        if sys.dont_write_bytecode:
            return None
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError:
            return None
        made_by = sha256(version("jinja2").encode() + Path(__file__).read_bytes()).hexdigest()[:16]
        return FileSystemBytecodeCache(str(self._folder), f"%s.{made_by}")

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))
        if bucket.code is None and self._files is not None:
            with suppress(OSError, EOFError, ValueError, UnpicklingError):  # a torn one is as none
                self._files.load_bytecode(bucket)
                self._kept[bucket.key, bucket.checksum] = bucket.code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code
        if self._files is not None:
            with suppress(OSError):
                self._files.dump_bytecode(bucket)


_COMPILED = Compiled(Path(str(files("templates"))) / "__pycache__")


@lru_cache(maxsize=_ADDRESSES_KEPT)
def _address(language: str, path: str) -> str:
    """Write one of our addresses for a link in a page of this language."""
    return with_language(quote(path, safe="/?&=#%+-._~:@!$'()*,;"), language)


@lru_cache(maxsize=_TEXTS_KEPT)
def _strip_tags(text: str) -> str:
    """Take the markup out of a text, for an attribute: labels of columns are asked for in every row."""
    return Markup(text).striptags()  # noqa: S704 (nothing is marked safe: the tags go)


def make_environments(
    static: Callable[[str], str], compiled: Compiled = _COMPILED
) -> Callable[[str, str], Environment]:
    """Make the template environments, one a language and kind of digits: macros may use ``t``, ``url``, ``static``."""

    @cache
    def environment(language: str, digits: str) -> Environment:
        made = _Environment(
            loader=FileSystemLoader(str(files("templates"))),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=compiled,
        )
        globals_: Mapping[str, object] = {
            "t": Words(language, digits=digits),
            "url": partial(_address, language),
            "static": static,
            "ltr": Ltr,
        }
        made.globals.update(globals_)
        made.filters["striptags"] = lambda value: _strip_tags(str(value))
        return made

    return environment


def compile_templates(compiled: Compiled = _COMPILED) -> int:
    """Compile every template and keep it for the processes to come; return how many.

    Asked once when a release is installed: servers may not write there, and would each compile all of them anew.
    """
    environment = make_environments(lambda path: path, compiled)("ar", "western")
    names = environment.list_templates(extensions=["html"])
    for name in names:
        environment.get_template(name)
    return len(names)
