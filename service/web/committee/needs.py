"""What waits for somebody of the committee: each need with its page, for whoever may do it now."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from service.actors import Actor
from service.permissions import Action, may
from service.text import Words
from storage.lifecycle import EditionState as Stage
from storage.lifecycle import RoundState
from storage.reads.committee.overview import Overview
from storage.reads.committee.standing import Standing

_OUT = frozenset({Stage.PUBLISHED, Stage.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for this reader."""

    label: Markup
    href: str
    hint: Markup | None
    at: datetime | None


def list_needs(
    actor: Actor,
    standing: Standing,
    counts: Overview,
    words: Words,
    *,
    n_second: int,
    shortlist: str | None,
    is_missed: bool,
) -> tuple[Need, ...]:
    """List what waits for this reader: only what this duty may do now."""
    in_round = standing.in_round
    round_state = in_round.state if in_round else ""
    to_decide = [each.slug for each in standing.categories if each.id not in counts.approved]
    wishes = [
        (counts.n_waiting, Action.CHECK_ELIGIBILITY, "com.need_eligibility", "/committee/eligibility", None),
        (counts.n_questions, Action.ANSWER_QUESTION, "com.need_questions", "/committee/questions", None),
        (counts.n_deletions, Action.DECIDE_DELETION, "com.need_deletions", "/committee/deletions", None),
        (counts.n_proposed_conflicts, Action.DECIDE_CONFLICT, "com.need_conflicts", "/committee/conflicts", None),
        (counts.n_held_conflicts, Action.DECIDE_CONFLICT, "com.need_held", "/committee/declared-conflicts", None),
        (
            counts.n_admitted if not counts.n_waiting and not counts.n_proposed_pairs and not counts.n_sheets else 0,
            Action.ASSIGN_JUDGES, "com.need_assign", "/committee/assignments",
            in_round.opens_at if in_round else None,
        ),
        (
            int(round_state == RoundState.CLOSED), Action.COMPUTE_RANKING, "com.need_ranking",
            f"/committee/ranking/{standing.categories[0].slug}" if standing.categories else "/committee", None,
        ),
        (
            int(is_missed), Action.COMPUTE_RANKING, "com.need_again",
            f"/committee/ranking/{to_decide[0]}" if to_decide else "/committee/ranking", None,
        ),
        (
            len(to_decide) if round_state == RoundState.RANKED and not shortlist else 0, Action.READ_DECISION,
            "com.need_decisions", f"/committee/decision/{to_decide[0]}" if to_decide else "/committee", None,
        ),
        (
            int(round_state == RoundState.DECIDED and standing.state not in _OUT), Action.PUBLISH,
            "com.need_publish", "/committee/publish", standing.publish_at,
        ),
        (
            counts.n_short if round_state == RoundState.OPEN else 0, Action.ASSIGN_JUDGES, "com.need_short",
            "/committee/progress", None,
        ),
        (
            counts.n_complete if round_state in {RoundState.CLOSED, RoundState.RANKED} else 0, Action.READ_SHEETS,
            "com.need_unsealed", "/committee/sheets", None,
        ),
        (counts.n_appeals, Action.ANSWER_APPEAL, "com.need_appeals", "/committee/appeals", None),
        (counts.n_failed_letters, Action.SEND_MESSAGE, "com.need_letters", "/committee/messages", None),
        (int(bool(shortlist)), Action.OPEN_ROUND, "com.need_shortlist", shortlist or "", None),
        (n_second, Action.ANSWER_REQUEST, "com.need_second", "/committee/second-person", None),
    ]  # fmt: skip
    return tuple(
        Need(
            words.say(key, n=n),
            href,
            words.say(f"{key}_hint") if f"{key}_hint" in words else None,
            at,
        )
        for n, action, key, href, at in wishes
        if n and may(action, actor, stage=standing.state)
    )
