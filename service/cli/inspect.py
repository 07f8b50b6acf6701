"""``tahkim inspect FILE…``: what the inspection says about files, for people or as JSON, without a database.

Exit status: 0 accepted, 3 flagged, 4 refused (the gravest of several files counts), 1 a fault of ours, 2 a wrong call.
"""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from judging.identity.identities import Identities, Institution, Person
from service.cli.words import command_words
from service.inspection import InspectionFailed, inspect_now
from service.inspection_words import describe
from service.text import Words
from storage.inspect.limits import FORMATS, FileRules
from storage.inspect.report import Report, Verdict

__all__ = ["read_identities", "run"]

STATUS = {Verdict.ACCEPT: 0, Verdict.FLAG: 3, Verdict.REJECT: 4}
OUR_FAULT, WRONG_CALL = 1, 2
_ALIASES = {
    "names": ("name", "names", "name_ar", "name_en", "ar", "en", "arabic", "english", "full_name", "short",
    "short_name", "aliases",
              "short_names", "abbreviation", "short_ar", "short_en"),
    "emails": ("email", "emails", "mail", "e_mail"),
    "phones": ("phone", "phones", "mobile", "telephone"),
    "numbers": ("number", "numbers", "student_number", "student_numbers", "student_id", "id"),
    "handles": ("handle", "handles", "social", "instagram", "twitter", "x", "tiktok", "snapchat", "github",
    "linkedin", "youtube"),
    "domains": ("domain", "domains", "email_domain", "email_domains"),
}  # fmt: skip
_FLAT = frozenset(alias for aliases in _ALIASES.values() for alias in aliases)
_INSTITUTIONS = frozenset({"institution", "institutions", "university", "universities", "college", "school"})


def run(argv: list[str]) -> int:
    """Inspect the files named and print what was found."""
    words = command_words()
    chosen = _parser(words).parse_args(argv)
    missing = [path for path in chosen.files if not path.is_file()]
    if missing or (chosen.names and not chosen.names.is_file()):
        print(words.plain("inspect.command.no_file", file=str((missing or [chosen.names])[0])), file=sys.stderr)
        return WRONG_CALL
    try:
        identities = read_identities(tomllib.loads(chosen.names.read_text("utf-8"))) if chosen.names else None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        print(words.plain("inspect.command.names_unreadable", fault=str(error)), file=sys.stderr)
        return WRONG_CALL
    statuses = [_show(path, report, chosen, words) for path, report in _inspect_all(chosen, identities)]
    return OUR_FAULT if OUR_FAULT in statuses else max(statuses)


def _parser(words: Words) -> ArgumentParser:
    parser = ArgumentParser(prog="tahkim inspect", description=words.plain("command.inspect"))
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help=words.plain("inspect.command.files_help"))
    parser.add_argument("--names", metavar="TOML", type=Path, help=words.plain("inspect.command.names_help"))
    parser.add_argument("--judge-copy", metavar="OUT", type=Path, help=words.plain("inspect.command.copy_help"))
    parser.add_argument("--pages", metavar="DIR", type=Path, help=words.plain("inspect.command.pages_help"))
    parser.add_argument("--committee", action="store_true", help=words.plain("inspect.command.committee_help"))
    parser.add_argument(
        "--credits-start", metavar="SECONDS", type=float, help=words.plain("inspect.command.credits_help")
    )
    parser.add_argument("--json", action="store_true", help=words.plain("inspect.command.json_help"))
    return parser


def _inspect_all(chosen: Namespace, identities: Identities | None) -> Iterator[tuple[Path, Report | None]]:
    """Give reports in the order of the files, two made at a time; ``None`` where the process itself failed."""
    rules = FileRules(is_for_judges=not chosen.committee, credits_start=chosen.credits_start)
    is_folder = chosen.judge_copy is not None and (len(chosen.files) > 1 or chosen.judge_copy.is_dir())

    def one(numbered: tuple[int, Path]) -> Report | None:
        number, path = numbered
        copy_to = chosen.judge_copy
        if is_folder:
            copy_to.mkdir(parents=True, exist_ok=True)
            copy_to = copy_to / f"file-{number:03d}"
        pages_to = chosen.pages / f"{number:03d}" if chosen.pages and len(chosen.files) > 1 else chosen.pages
        if pages_to is not None:
            pages_to.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as aside:
            try:
                report = inspect_now(
                    path,
                    rules,
                    identities=identities,
                    copy_to=copy_to or Path(aside) / "copy",
                    pages_to=pages_to,
                    name=path.name,
                )
            except InspectionFailed:
                return None
        return _with_extension(report, is_named=not is_folder, is_wanted=copy_to is not None)

    with ThreadPoolExecutor(2) as pool:
        yield from zip(chosen.files, pool.map(one, enumerate(chosen.files, start=1)), strict=True)


def _with_extension(report: Report, *, is_named: bool, is_wanted: bool) -> Report:
    """Give a copy whose name was ours to choose gets the extension of what it is; one that nobody wanted is gone."""
    if report.clean is None or not is_wanted:
        return replace(report, clean=None)
    if is_named:
        return report
    kind = next(name for name, form in FORMATS.items() if form.media_type == report.clean.media_type)
    path = Path(report.clean.path)
    return replace(report, clean=replace(report.clean, path=str(path.rename(path.with_suffix(f".{kind}")))))


def _show(path: Path, report: Report | None, chosen: Namespace, words: Words) -> int:
    if report is None:
        print(words.plain("inspect.command.failed", file=str(path)), file=sys.stderr)
        return OUR_FAULT
    print(
        json.dumps(_as_json(path, report), ensure_ascii=False) if chosen.json else _as_text(path, report, words),
        flush=True,
    )
    return STATUS[report.verdict]


def _as_json(path: Path, report: Report) -> dict[str, Any]:
    values = report.to_json()
    both = {lang: Words(lang) for lang in ("ar", "en")}
    for finding, plain in zip(report.findings, values["findings"], strict=True):
        plain["words"] = {lang: describe(finding, words).to_json() for lang, words in both.items()}
    values["clean"] = report.clean.path if report.clean else None
    values["clean_copy"] = report.to_json()["clean"]
    return {"file": str(path), **values}


def _as_text(path: Path, report: Report, words: Words) -> str:
    lines = [f"{path}: {words.plain(f'inspect.verdict.{report.verdict}')}"]
    for finding in report.findings:
        said = describe(finding, words)
        lines.append(f"  [{said.severity}] {said.where}: {said.what}")
        if said.do:
            lines.append(f"      {said.do}")
    return "\n".join(lines)


def read_identities(values: dict[str, Any]) -> Identities:
    """Identities from a TOML file.

    ``[[people]]`` with ``names``, ``emails``, ``phones``, ``numbers``, ``handles``, ``role``; ``[[institutions]]``
    with ``names`` and
    ``domains``; ``words = […]``. Singular keys and single strings do as well; a plain list of strings holds
    names.
    """
    people: list[Person] = []
    institutions: list[Institution] = []
    words: list[str] = []
    for key, value in values.items():
        entries = value if isinstance(value, list) else [value]
        if key in ("words", "team", "team_name", "other", "secrets"):
            words += [str(entry) for entry in entries if not isinstance(entry, dict)]
        elif key in _INSTITUTIONS:
            institutions += [_institution(entry) for entry in entries]
        elif key not in _FLAT:
            people += [_person(entry, role=key) for entry in entries if isinstance(entry, (dict, str))]
    if _FLAT & values.keys():
        people.append(_person(values, role="member"))
        institutions += [Institution(domains=domains)] if (domains := _gather(values, "domains")) else []
    return Identities(tuple(people), tuple(institutions), tuple(words))


def _person(entry: dict[str, Any] | str, *, role: str) -> Person:
    if isinstance(entry, str):
        return Person(names=(entry,), role=role)
    return Person(
        names=_gather(entry, "names"),
        emails=_gather(entry, "emails"),
        phones=_gather(entry, "phones"),
        numbers=_gather(entry, "numbers"),
        handles=_gather(entry, "handles"),
        role=str(entry.get("role", role)),
    )


def _institution(entry: dict[str, Any] | str) -> Institution:
    if isinstance(entry, str):
        return Institution(names=(entry,))
    return Institution(names=_gather(entry, "names"), domains=_gather(entry, "domains"))


def _gather(entry: dict[str, Any], field: str) -> tuple[str, ...]:
    found: list[str] = []
    for alias in _ALIASES[field]:
        value = entry.get(alias, ())
        if isinstance(value, dict):
            value = list(value.values())
        found += [str(each) for each in (value if isinstance(value, list) else [value] if value != () else [])]
    return tuple(dict.fromkeys(each for each in found if each.strip()))


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
