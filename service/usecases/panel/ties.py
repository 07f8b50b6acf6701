"""Ties between judges and entries that the data show, each with how it was seen.

Names are folded over both scripts by ``judging.identity``. A family name alone is never a tie: with a tie of the same
institution it is told as a hint. Nothing here names anybody: a tie carries codes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from storage.reads.ties import PersonRow, RegisterRow, TiedEntry, TiedJudge, TieRows

__all__ = ["PUBLIC_DOMAINS", "Tie", "find_ties"]

PUBLIC_DOMAINS = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
        "icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "gmx.com", "mail.com",
        "zoho.com", "yandex.com", "omantel.net.om",
    }
)  # fmt: skip
"""Domains where anybody may have an address: sharing one says nothing."""
_LEAST_PARTS = 2


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie. ``source`` is the strongest kind found; ``facts`` says by what, and which other kinds were seen too."""

    judge_id: UUID | None
    entry_id: UUID
    source: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one judge: institutions now and before, addresses tied by an earlier word; and the register."""

    institutions: Mapping[UUID, str]
    past: frozenset[UUID]
    earlier: frozenset[str]
    domains: Mapping[UUID, tuple[str, ...]]


def find_ties(rows: TieRows) -> tuple[Tie, ...]:
    """Find every tie, one for each judge and entry, in the order of judges and entries."""
    alike = _find_names(rows.judges, rows.entries)
    found = []
    for number, judge in enumerate(rows.judges):
        known = _know(judge, rows)
        for entry in rows.entries:
            names = alike.get((number, entry.id), {})
            seen = list(_seen(judge, entry, known, names))
            if not seen:
                continue
            source, facts = seen[0]
            if others := sorted({kind for kind, _ in seen[1:]} - {source}):
                facts["also"] = others
            if source in {"institution", "past-institution"} and "family" in names:
                facts["family"] = True
            found.append(Tie(judge.id, entry.id, source, facts))
    return tuple(found)


def _know(judge: TiedJudge, rows: TieRows) -> _Known:
    now = dict.fromkeys(_map_employers(judge, rows.register), "employer")
    if judge.institution_id is not None:
        now[judge.institution_id] = "register"
    return _Known(
        institutions=now,
        past=frozenset(each.id for each in rows.register if each.slug in judge.past),
        earlier=frozenset(email for tie in rows.earlier if tie.person_id == judge.person_id for email in tie.emails),
        domains={each.id: each.domains for each in rows.register},
    )


def _seen(
    judge: TiedJudge, entry: TiedEntry, known: _Known, names: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the kinds of tie of one pair, the strongest first."""
    for kind in ("member", "supervisor"):
        if any(person.email == judge.email for person in entry.people if person.kind == kind):
            yield kind, {"by": "email"}
        elif kind in names:
            yield kind, {"by": names[kind]}
    if known.earlier & {person.email for person in entry.people}:
        yield "earlier", {}
    at = entry.institution_id
    if at is not None and at in known.institutions:
        by: dict[str, object] = {"by": known.institutions[at]}
        if _same_words(judge.department, entry.department):
            yield "department", dict(by)
        yield "institution", by
    if at is not None and at in known.past:
        yield "past-institution", {}
    if _shares_domain(judge.email, known.domains[at] if at is not None else (), entry.people):
        yield "e-mail-domain", {}


def _find_names(
    judges: tuple[TiedJudge, ...], entries: tuple[TiedEntry, ...]
) -> dict[tuple[int, UUID], dict[str, str]]:
    """Find judges' names among the people of entries: the kind of person to "name"; "family" for one part alone."""
    from judging.identity.find import Piece, find_identities  # noqa: PLC0415 - heavy, for here alone
    from judging.identity.identities import Identities, Person  # noqa: PLC0415 - as above
    from judging.identity.people import Strength  # noqa: PLC0415 - as above

    whole = [tuple(name for name in judge.names if len(name.split()) >= _LEAST_PARTS) for judge in judges]
    numbers: dict[str, list[int]] = {}
    for number, names in enumerate(whole):
        if names:
            numbers.setdefault(names[0], []).append(number)
    known = Identities(people=tuple(Person(names=names) for names in dict.fromkeys(whole) if names))
    texts = [(entry.id, person.kind, name) for entry in entries for person in entry.people for name in person.names]
    pieces = [Piece(name, at) for at, (_, _, name) in enumerate(texts)]
    found: dict[tuple[int, UUID], dict[str, str]] = {}
    for finding in find_identities(pieces, known) if known.people else ():
        entry_id, kind, name = texts[int(str(finding.place))]
        is_person = finding.strength is Strength.STRONG and len(name.split()) >= _LEAST_PARTS
        for number in numbers[finding.who]:
            found.setdefault((number, entry_id), {})[kind if is_person else "family"] = "name"
    return found


def _map_employers(judge: TiedJudge, register: Iterable[RegisterRow]) -> dict[UUID, str]:
    """Map a judge's employer, typed freely, to institutions of the register: any of its names, in either script."""
    if not judge.employers:
        return {}
    from judging.identity.find import Piece, Trace, find_identities  # noqa: PLC0415 - as above
    from judging.identity.identities import Identities, Institution  # noqa: PLC0415 - as above
    from judging.identity.people import Strength  # noqa: PLC0415 - as above

    mapped = {}
    for each in register:
        known = Identities(institutions=(Institution(names=each.names),))
        for finding in find_identities([Piece(text, text) for text in judge.employers], known):
            if finding.trace is Trace.INSTITUTION and finding.strength is Strength.STRONG:
                mapped[each.id] = str(finding.place)
    return mapped


def _same_words(one: str, other: str) -> bool:
    """Whether two names of departments are the same but for spelling."""
    from judging.identity.folding import settled_forms, tidy  # noqa: PLC0415 - as above
    from judging.identity.words import cut  # noqa: PLC0415 - as above

    first, second = ([word.folded for word in cut(tidy(text))] for text in (one, other))
    return bool(first) and len(first) == len(second) and all(
        settled_forms(a) & settled_forms(b) for a, b in zip(first, second, strict=True)
    )  # fmt: skip


def _shares_domain(email: str, of_institution: tuple[str, ...], people: Iterable[PersonRow]) -> bool:
    mine = _domain(email)
    if not mine or mine in PUBLIC_DOMAINS:
        return False
    return any(
        _is_within(mine, other) for other in {*of_institution, *(_domain(each.email) for each in people)} if other
    )


def _domain(email: str) -> str:
    return email.rpartition("@")[2].strip().lower()


def _is_within(one: str, other: str) -> bool:
    """Whether two domains are one, or one lies below the other."""
    return other not in PUBLIC_DOMAINS and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
