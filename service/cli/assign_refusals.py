"""What ``tahkim assign`` says where it cannot: a table that cannot be read, rules that cannot all be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from judging.assignment import NONE, Bar

if TYPE_CHECKING:
    from judging.assignment import Alternative, Blocked, Infeasible
    from service.cli.assign_files import Encoded
    from service.cli.records import TableError
    from service.text import Words

NAMED_AT_MOST = 60


def say_table_fault(fault: TableError, words: Words) -> str:
    """Say what is wrong with a table, and in which file."""
    own = f"assign.sheet_{fault.code}"
    said = words.plain(own if own in words else f"sheet.{fault.code}", **fault.facts)
    return said if "path" in fault.facts or "file" not in fault.facts else f"{fault.facts['file']}: {said}"


def say_infeasible(impossible: Infeasible, encoded: Encoded, words: Words) -> list[str]:
    """Say which entries are blocked, by what rule and how much, and what would free them."""
    facts = {name.replace("-", "_"): value for name, value in impossible.facts.items() if name != "rule"}
    lines = [words.plain(f"assign.rule_{impossible.rule.replace('-', '_')}", **facts)]
    lines += [
        _say_blocked(blocked, encoded, words) for blocked in impossible.blocked[:NAMED_AT_MOST] if blocked.missing
    ]
    lines += _say_locks(encoded, words) if impossible.rule == "lock" else []
    tight = impossible.tight
    if tight is not None and len(tight.entries) < encoded.problem.n_entries:
        named = {
            "entries": [encoded.entries[row] for row in tight.entries[:NAMED_AT_MOST]],
            "judges": [encoded.judges[row] for row in tight.judges[:NAMED_AT_MOST]],
        }
        lines.append(words.plain("assign.tight", **named, demand=tight.demand, capacity=tight.capacity))
        if tight.reason:
            lines.append(words.plain("assign.tight_reason", reason=words.plain(f"assign.bar_{_bar(tight.reason)}")))
    elif not any(blocked.missing for blocked in impossible.blocked):
        named_entries = [encoded.entries[blocked.entry] for blocked in impossible.blocked[:NAMED_AT_MOST]]
        if 0 < len(impossible.blocked) < encoded.problem.n_entries:
            lines.append(words.plain("assign.touched", entries=named_entries))
    if impossible.alternatives:
        lines.append(words.plain("assign.ways"))
        lines += [f"  {place}. {_say_way(way, encoded, words)}" for place, way in enumerate(impossible.alternatives, 1)]
    return lines


OWN_REASONS = 10


def _bar(code: int) -> int:
    """Treat the caller's own finer reasons as what they are: conflicts."""
    return 1 if code >= OWN_REASONS else code


def _say_blocked(blocked: Blocked, encoded: Encoded, words: Words) -> str:
    kept = [
        words.plain("assign.kept_away", reason=words.plain(f"assign.bar_{_bar(code)}"), count=count)
        for code, count in sorted(blocked.bars.items())
    ]
    facts = {"entry": encoded.entries[blocked.entry], "missing": blocked.missing, "free": blocked.n_free}
    bars = kept or [words.plain("assign.kept_by_none")]
    if blocked.role != NONE:
        return words.plain("assign.blocked_role", role=encoded.roles[blocked.role], bars=bars, **facts)
    return words.plain("assign.blocked", judges=encoded.problem.n_judges, bars=bars, **facts)


def _say_way(way: Alternative, encoded: Encoded, words: Words) -> str:
    steps = [_say_step(way.kind, step, encoded, words) for step in way.steps[:NAMED_AT_MOST]]
    return words.plain(f"assign.way_{way.kind}", steps=steps)


def _say_step(kind: str, step: tuple[int, int, int, int], encoded: Encoded, words: Words) -> str:
    entry, judge, role, by = step
    name = encoded.roles[role] if role != NONE else ""
    if kind == "invite":
        return words.plain("assign.step_invite_role" if name else "assign.step_invite", count=by, role=name)
    if kind == "waive":
        return words.plain("assign.step_pair", entry=encoded.entries[entry], judge=encoded.judges[judge])
    if entry == NONE:
        return words.plain("assign.step_judge", judge=encoded.judges[judge], by=by)
    key = "assign.step_entry_role" if name else "assign.step_entry"
    return words.plain(key, entry=encoded.entries[entry], by=by, role=name)


def _say_locks(encoded: Encoded, words: Words) -> list[str]:
    """Say which kept pairs are barred, and which entries have more of them than judges."""
    problem, lines = encoded.problem, []
    for entry, judge in problem.locked.tolist():
        bar = int(problem.barred[entry, judge])
        if bar != Bar.FREE:
            reason = words.plain(f"assign.bar_{_bar(bar)}")
            facts = {"entry": encoded.entries[entry], "judge": encoded.judges[judge]}
            lines.append(words.plain("assign.lock_barred", reason=reason, **facts))
    kept = np.bincount(problem.locked[:, 0], minlength=problem.n_entries)
    for entry in np.flatnonzero(kept > problem.needs).tolist():
        facts = {"kept": int(kept[entry]), "needed": int(problem.needs[entry])}
        lines.append(words.plain("assign.lock_many", entry=encoded.entries[entry], **facts))
    load = np.bincount(problem.locked[:, 1], minlength=problem.n_judges)
    for judge in np.flatnonzero(load > problem.load_max).tolist():
        facts = {"kept": int(load[judge]), "most": int(problem.load_max[judge])}
        lines.append(words.plain("assign.lock_over", judge=encoded.judges[judge], **facts))
    return [*lines[:NAMED_AT_MOST], words.plain("assign.lock_ways")]
