"""The rules page: the rules as sealed, each change of them with its reason, and the further rounds in words."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from service.text import Words
from service.wording import OwnWords
from storage.reads.public.rules import EditionRules, FurtherRound
from storage.reads.rules import RuleChangeView

__all__ = ["ChangeCard", "HonourLine", "RulesPage", "change_card", "in_language", "rules_page"]


@dataclass(frozen=True, slots=True)
class HonourLine:
    """An honour that may be given."""

    name: str
    amount_omr: int
    is_per_category: bool


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """A sealed rule that was changed: what, each value before and after, and why."""

    title: Markup
    lines: tuple[Markup, ...]
    reason: str
    fingerprint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The rules of the edition; ``threshold`` is in points of a hundred, ``say`` knows the edition's own words."""

    say: OwnWords
    rules: tuple[tuple[str, str, str], ...]
    honours: tuple[HonourLine, ...]
    limits_notice: str | None
    grace_minutes: int
    appeals_days: int | None
    threshold: float
    may_share: bool
    method: str
    judges_per_entry: int
    fingerprint: str | None
    changes: tuple[ChangeCard, ...]
    further_rounds: tuple[Markup, ...]


def in_language(words: Words, row: object, name: str) -> str:
    """Take the reader's language of a pair of columns."""
    return getattr(row, f"{name}_{words.lang}") or ""


def change_card(change: RuleChangeView, words: Words) -> ChangeCard:
    """Say a change of the rules: a field by its name, a criterion's weight by the criterion's."""
    name = in_language(words, change, "name")
    kind = words.say(f"setup.{change.kind}_line")
    lines = []
    for column, before, after in change.changes:
        field = column.removesuffix("_ar").removesuffix("_en")
        if column.endswith({"ar": "_en", "en": "_ar"}[words.lang]):
            continue
        label = words.say(f"setup.f_{field}") if f"setup.f_{field}" in words else field
        lines.append(words.say("rules.change_line", field=label, before=_told(before), after=_told(after)))
    return ChangeCard(
        title=words.say("rules.change_of", kind=kind, name=name) if name else kind,
        lines=tuple(lines),
        reason=change.reason,
        fingerprint=change.fingerprint_after,
        at=change.made_at,
    )


def _told(value: object) -> str | datetime:
    """Give a value of the record as a page says it: moments were written as ISO text."""
    if value is None or value == "":
        return "–"
    try:
        moment = datetime.fromisoformat(str(value)) if isinstance(value, str) else None
    except ValueError:
        moment = None
    return moment if moment is not None and moment.tzinfo else str(value)


def rules_page(rules: EditionRules, changes: tuple[ChangeCard, ...], words: Words, say: OwnWords) -> RulesPage:
    """Make the page of rules in the reader's language."""
    return RulesPage(
        say=say,
        rules=tuple(
            (each.slug, in_language(words, each, "text"), in_language(words, each, "only")) for each in rules.texts
        ),
        honours=tuple(
            HonourLine(in_language(words, honour, "name"), honour.amount_omr, honour.is_per_category)
            for honour in rules.honours
        ),
        limits_notice=in_language(words, rules, "limits_notice") or None,
        grace_minutes=rules.upload_grace_minutes,
        appeals_days=rules.appeals_days,
        threshold=rules.honour_threshold / 10,
        may_share=rules.may_share,
        method=rules.method,
        judges_per_entry=rules.judges_per_entry,
        fingerprint=rules.fingerprint,
        changes=changes,
        further_rounds=tuple(sentence for each in rules.further_rounds for sentence in _round_sentences(each, words)),
    )


def _round_sentences(rule: FurtherRound, words: Words) -> tuple[Markup, ...]:
    """Say a further round: who goes on into it, when it runs and by how many reviews, and what of the marks counts."""
    return (
        words.say("rules.round_takes", n=rule.takes, ordinal=rule.ordinal),
        words.say("rules.round_when", begins=rule.begins_at, ends=rule.ends_at, n=rule.reviews_per_entry),
        words.say("rules.round_carried" if rule.is_carried else "rules.round_fresh", ordinal=rule.ordinal),
    )
