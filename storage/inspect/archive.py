"""Archives: listed and held against limits, never unpacked."""

from __future__ import annotations

import stat
import zipfile
from typing import TYPE_CHECKING

from storage.inspect.limits import MIB
from storage.inspect.report import Place, PlaceKind

if TYPE_CHECKING:
    from storage.inspect.examination import Examination

MAX_MEMBERS = 10_000
MAX_RATIO = 200
MAX_UNPACKED = 20 * 1024 * MIB
_PROGRAMS = (
    ".exe",
    ".scr",
    ".bat",
    ".cmd",
    ".com",
    ".msi",
    ".js",
    ".vbs",
    ".ps1",
    ".jar",
    ".apk",
    ".lnk",
    ".hta",
    ".dll",
)
_NESTED = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".cab", ".iso")


def inspect_archive(examination: Examination) -> None:
    """List an archive for the committee. Judges never receive one."""
    try:
        with zipfile.ZipFile(examination.path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        examination.refuse("archive.damaged")
        return
    examination.facts["members"] = len(members)
    check_members(examination, members)
    for member in members[:MAX_MEMBERS]:
        examination.read(member.filename, Place(PlaceKind.MEMBER, name=member.filename[:200]))
    if examination.rules.is_for_judges:
        examination.refuse("archive.not-for-judges")


def check_members(examination: Examination, members: list[zipfile.ZipInfo]) -> None:
    """Refuse bombs, locked members, names that climb out, links; flag programs and archives within."""
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS:
        examination.refuse("archive.too-many", members=len(members), limit=MAX_MEMBERS)
    if unpacked > MAX_UNPACKED or (unpacked > MIB and unpacked > MAX_RATIO * max(packed, 1)):
        examination.refuse("archive.bomb", unpacked=unpacked // MIB)
    offsets = [member.header_offset for member in members]
    if len(set(offsets)) != len(offsets):
        examination.refuse("archive.bomb", unpacked=unpacked // MIB)
    for member in members[:MAX_MEMBERS]:
        _check_member(examination, member)


def _check_member(examination: Examination, member: zipfile.ZipInfo) -> None:
    name = member.filename
    place = Place(PlaceKind.MEMBER, name=name[:200])
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or any(each < " " for each in name):
        examination.refuse("archive.path", place)
    if member.flag_bits & 1:
        examination.refuse("archive.locked", place)
    if stat.S_ISLNK(member.external_attr >> 16):
        examination.refuse("archive.path", place)
    lowered = name.lower()
    if lowered.endswith(_PROGRAMS):
        examination.tell_committee("archive.program", place)
    elif lowered.endswith(_NESTED):
        examination.tell_committee("archive.nested", place)
