"""What the inspectors of all formats write on while they read one file."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.inspect.limits import MAX_TEXT, FileRules
from storage.inspect.report import FactValue, Finding, PagePicture, Piece, Place, PlaceKind, Severity

WHOLE_FILE = Place()


@dataclass(slots=True)
class Examination:
    """One file on the table: where it is, what is asked of it, and what was found so far."""

    path: Path
    size: int
    rules: FileRules
    copy_to: Path | None
    pages_to: Path | None
    findings: list[Finding] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    pages: list[PagePicture] = field(default_factory=list)
    poster: PagePicture | None = None
    media_type: str | None = None
    may_read: bool = False
    started: float = field(default_factory=time.monotonic)
    _characters: int = 0

    def refuse(self, code: str, place: Place = WHOLE_FILE, **facts: FactValue) -> None:
        """Refuse: the file cannot be taken as it is."""
        self._add(code, Severity.REFUSED, place, facts)

    def ask(self, code: str, place: Place = WHOLE_FILE, **facts: FactValue) -> None:
        """Ask the entrant to mend this."""
        self._add(code, Severity.FIX, place, facts)

    def tell_committee(self, code: str, place: Place = WHOLE_FILE, **facts: FactValue) -> None:
        """Someone should look."""
        self._add(code, Severity.COMMITTEE, place, facts)

    def note(self, code: str, place: Place = WHOLE_FILE, **facts: FactValue) -> None:
        """Nothing to do: seen, and dealt with."""
        self._add(code, Severity.FINE, place, facts)

    def _add(self, code: str, severity: Severity, place: Place, facts: dict[str, FactValue]) -> None:
        finding = Finding(code, severity, place, facts)
        if finding not in self.findings:
            self.findings.append(finding)

    @property
    def is_refused(self) -> bool:
        """Whether reading on would be useless."""
        return any(finding.severity is Severity.REFUSED for finding in self.findings)

    def read(self, text: str, place: Place) -> None:
        """Text that stays in the judge's copy."""
        self._keep(text, place, is_removed=False)

    def read_hidden(self, text: object, name: str) -> None:
        """Text of a property or a comment, which the judge's copy does not hold."""
        self._keep(str(text), Place(PlaceKind.METADATA, name=name), is_removed=True)

    def _keep(self, text: str, place: Place, *, is_removed: bool) -> None:
        text = text[: max(0, MAX_TEXT - self._characters)]
        if text.strip():
            self._characters += len(text)
            self.pieces.append(Piece(text, place, is_removed))
