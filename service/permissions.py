"""Who may do what, and at which stage: the whole table, on one page.

The guard asks ``may_role_ever``; a use case that writes asks ``require`` inside its transaction, on rows it has locked;
templates ask ``may`` through the page. Ownership is a fact that the use case brings: a rule with ``own`` set refuses
whoever does not own the thing, exactly as if it did not exist. What is one's own: an entrant's entries, a judge's
sheets, and for committee duties everything of the edition in which the duty is held.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.actors import Actor, Role
from service.errors import NotAllowed, NotFound, NotOpenNow
from storage.lifecycle import EditionState as Stage

__all__ = ["RULES", "Action", "Rule", "may", "may_role_ever", "require"]


class Action(StrEnum):
    """Everything that a person can ask of the program."""

    # public
    READ_PUBLIC = "read-public"
    READ_WINNERS = "read-winners"
    # account
    SIGN_IN = "sign-in"
    SIGN_UP = "sign-up"
    USE_LINK = "use-link"
    SIGN_OUT = "sign-out"
    READ_ACCOUNT = "read-account"
    CHANGE_ACCOUNT = "change-account"
    SWITCH_ROLE = "switch-role"
    EXPORT_OWN_DATA = "export-own-data"
    ASK_DELETION = "ask-deletion"
    # entrant and supervisor
    LIST_ENTRIES = "list-entries"
    START_ENTRY = "start-entry"
    READ_ENTRY = "read-entry"
    EDIT_ENTRY = "edit-entry"
    SEND_FILE = "send-file"
    SUBMIT_ENTRY = "submit-entry"
    WITHDRAW_ENTRY = "withdraw-entry"
    ASK_WITHDRAWAL = "ask-withdrawal"
    ASK_QUESTION = "ask-question"
    READ_FEEDBACK = "read-feedback"
    LODGE_APPEAL = "lodge-appeal"
    READ_OWN_CERTIFICATES = "read-own-certificates"
    READ_OWN_THANKS = "read-own-thanks"
    CONFIRM_MEMBERSHIP = "confirm-membership"
    LIST_APPROVALS = "list-approvals"
    APPROVE_ENTRY = "approve-entry"
    # judge
    LIST_SHEETS = "list-sheets"
    PRACTISE = "practise"
    ANSWER_CONFLICT = "answer-conflict"
    READ_SHEET = "read-sheet"
    SAVE_MARK = "save-mark"
    SEAL_SHEET = "seal-sheet"
    # committee
    READ_OVERVIEW = "read-overview"
    MOVE_EDITION = "move-edition"
    GIVE_ENTRY_TIME = "give-entry-time"
    CHECK_ELIGIBILITY = "check-eligibility"
    ANSWER_QUESTION = "answer-question"
    DECIDE_DELETION = "decide-deletion"
    WITHDRAW_FOR_TEAM = "withdraw-for-team"
    EXCLUDE_ADMITTED = "exclude-admitted"
    CONFIRM_EXCLUSION = "confirm-exclusion"
    READ_JUDGES = "read-judges"
    INVITE_JUDGE = "invite-judge"
    DECIDE_CONFLICT = "decide-conflict"
    READ_CONFLICTS = "read-conflicts"
    READ_ASSIGNMENTS = "read-assignments"
    ASSIGN_JUDGES = "assign-judges"
    ASK_FOLLOW_UP = "ask-follow-up"
    READ_PROGRESS = "read-progress"
    REMIND_JUDGES = "remind-judges"
    READ_MESSAGES = "read-messages"
    SEND_MESSAGE = "send-message"
    OPEN_ROUND = "open-round"
    CLOSE_ROUND = "close-round"
    READ_SHEETS = "read-sheets"
    REOPEN_SHEET = "reopen-sheet"
    ANSWER_REQUEST = "answer-request"
    UNMASK = "unmask"
    STEP_ASIDE = "step-aside"
    READ_RANKING = "read-ranking"
    READ_CHAIR_REPORT = "read-chair-report"
    COMPUTE_RANKING = "compute-ranking"
    READ_DECISION = "read-decision"
    DECIDE = "decide"
    SIGN_DECISION = "sign-decision"
    NOTIFY = "notify"
    READ_PUBLICATION = "read-publication"
    PREVIEW_NAMES = "ask-preview-names"
    REOPEN_METHOD = "reopen-method"
    PUBLISH = "publish"
    READ_AUDIT = "read-audit"
    EXPORT_AUDIT = "export-audit"
    READ_EXPORTS = "read-exports"
    EXPORT = "export"
    MAKE_BUNDLE = "make-bundle"
    GIVE_BUNDLE = "give-bundle"
    HOLD_SESSION = "hold-session"
    PUT_MOTION = "put-motion"
    COMMENT_ON_ENTRY = "comment-on-entry"
    CHOOSE_COMMENTS = "choose-comments"
    READ_APPEALS = "read-appeals"
    ANSWER_APPEAL = "answer-appeal"
    READ_CERTIFICATES = "read-certificates"
    WITHDRAW_CERTIFICATE = "withdraw-certificate"
    # objects: the signature in the address is the permission
    USE_SIGNED_LINK = "use-signed-link"
    # administration and operation
    MANAGE_EDITIONS = "manage-editions"
    EDIT_WORDING = "edit-wording"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_MESSAGES = "manage-messages"
    MANAGE_JOBS = "manage-jobs"
    MANAGE_RETENTION = "manage-retention"
    READ_STANDING = "read-standing"
    READ_HEALTH = "read-health"
    READ_METRICS = "read-metrics"
    READ_PATTERNS = "read-patterns"


ANYBODY = frozenset(Role)
SIGNED_IN = ANYBODY - {Role.VISITOR}
ENTRANT = frozenset({Role.ENTRANT})
SUPERVISOR = frozenset({Role.SUPERVISOR})
JUDGE = frozenset({Role.JUDGE})
REGISTRAR = frozenset({Role.REGISTRAR})
ASSIGNER = frozenset({Role.ASSIGNER})
CHAIR = frozenset({Role.CHAIR})
DECIDERS = frozenset({Role.SECRETARY, Role.MEMBER, Role.CHAIR})
RUNNERS = DECIDERS | REGISTRAR | ASSIGNER
WATCHERS = RUNNERS | {Role.OBSERVER}

ALWAYS = frozenset(Stage)
WHILE_OPEN = frozenset({Stage.OPEN})
WHILE_ASKED = frozenset({Stage.JUDGING, Stage.NOTIFIED})
"""When a judge may be writing: while a round runs, and where an upheld appeal had another review asked for."""
UNTIL_PUBLISHED = ALWAYS - {Stage.PUBLISHED, Stage.ARCHIVED}
AFTER_DEADLINE = frozenset({Stage.CLOSED, Stage.JUDGING, Stage.DECIDING, Stage.NOTIFIED})
AFTER_CLOSE = ALWAYS - {Stage.DRAFT, Stage.OPEN}
ONCE_JUDGED = frozenset({Stage.DECIDING, Stage.NOTIFIED, Stage.PUBLISHED, Stage.ARCHIVED})
ONCE_NOTIFIED = frozenset({Stage.NOTIFIED, Stage.PUBLISHED, Stage.ARCHIVED})
ONCE_PUBLISHED = frozenset({Stage.PUBLISHED, Stage.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Rule:
    """Which roles, at which stages of the edition, and whether only for what is one's own."""

    roles: frozenset[Role]
    stages: frozenset[Stage] = ALWAYS
    own: bool = False


RULES: dict[Action, Rule] = {
    Action.READ_PUBLIC: Rule(ANYBODY),
    Action.READ_WINNERS: Rule(ANYBODY),
    Action.SIGN_IN: Rule(ANYBODY),
    Action.SIGN_UP: Rule(ANYBODY),
    Action.USE_LINK: Rule(ANYBODY),
    Action.SIGN_OUT: Rule(SIGNED_IN),
    Action.READ_ACCOUNT: Rule(SIGNED_IN),
    Action.CHANGE_ACCOUNT: Rule(SIGNED_IN),
    Action.SWITCH_ROLE: Rule(SIGNED_IN, own=True),
    Action.EXPORT_OWN_DATA: Rule(SIGNED_IN),
    Action.ASK_DELETION: Rule(SIGNED_IN),
    Action.LIST_ENTRIES: Rule(ENTRANT),
    Action.START_ENTRY: Rule(ENTRANT, WHILE_OPEN),
    Action.READ_ENTRY: Rule(ENTRANT, own=True),
    Action.EDIT_ENTRY: Rule(ENTRANT, frozenset({Stage.OPEN, Stage.CLOSED}), own=True),
    Action.SEND_FILE: Rule(ENTRANT, frozenset({Stage.OPEN, Stage.CLOSED}), own=True),
    Action.SUBMIT_ENTRY: Rule(ENTRANT, frozenset({Stage.OPEN, Stage.CLOSED}), own=True),
    Action.WITHDRAW_ENTRY: Rule(ENTRANT, WHILE_OPEN, own=True),
    Action.ASK_WITHDRAWAL: Rule(ENTRANT, AFTER_DEADLINE, own=True),
    Action.ASK_QUESTION: Rule(ENTRANT, frozenset({Stage.OPEN, Stage.CLOSED, Stage.NOTIFIED}), own=True),
    Action.READ_FEEDBACK: Rule(ENTRANT, ONCE_NOTIFIED, own=True),
    Action.LODGE_APPEAL: Rule(ENTRANT, frozenset({Stage.NOTIFIED}), own=True),
    Action.READ_OWN_CERTIFICATES: Rule(ENTRANT, ONCE_PUBLISHED, own=True),
    Action.CONFIRM_MEMBERSHIP: Rule(ANYBODY, frozenset({Stage.OPEN, Stage.CLOSED})),
    Action.LIST_APPROVALS: Rule(SUPERVISOR),
    Action.APPROVE_ENTRY: Rule(ANYBODY, frozenset({Stage.OPEN, Stage.CLOSED})),
    Action.LIST_SHEETS: Rule(JUDGE),
    Action.PRACTISE: Rule(JUDGE),
    Action.ANSWER_CONFLICT: Rule(JUDGE, WHILE_ASKED, own=True),
    Action.READ_SHEET: Rule(JUDGE, frozenset({Stage.JUDGING}) | ONCE_JUDGED, own=True),
    Action.SAVE_MARK: Rule(JUDGE, WHILE_ASKED, own=True),
    Action.SEAL_SHEET: Rule(JUDGE, WHILE_ASKED, own=True),
    Action.READ_OWN_THANKS: Rule(JUDGE, ONCE_PUBLISHED, own=True),
    Action.READ_OVERVIEW: Rule(WATCHERS),
    Action.MOVE_EDITION: Rule(CHAIR, own=True),
    Action.GIVE_ENTRY_TIME: Rule(CHAIR, frozenset({Stage.OPEN, Stage.CLOSED}), own=True),
    Action.CHECK_ELIGIBILITY: Rule(REGISTRAR, frozenset({Stage.CLOSED}), own=True),
    Action.ANSWER_QUESTION: Rule(REGISTRAR, own=True),
    Action.DECIDE_DELETION: Rule(REGISTRAR, own=True),
    Action.WITHDRAW_FOR_TEAM: Rule(REGISTRAR, AFTER_DEADLINE, own=True),
    Action.EXCLUDE_ADMITTED: Rule(REGISTRAR, frozenset({Stage.CLOSED, Stage.JUDGING, Stage.DECIDING}), own=True),
    Action.CONFIRM_EXCLUSION: Rule(
        frozenset({Role.SECRETARY, Role.CHAIR}), frozenset({Stage.CLOSED, Stage.JUDGING, Stage.DECIDING}), own=True
    ),
    Action.READ_JUDGES: Rule(RUNNERS),
    Action.INVITE_JUDGE: Rule(ASSIGNER | CHAIR, UNTIL_PUBLISHED, own=True),
    Action.DECIDE_CONFLICT: Rule(
        REGISTRAR | {Role.SECRETARY, Role.CHAIR}, frozenset({Stage.CLOSED, Stage.JUDGING, Stage.DECIDING}), own=True
    ),
    Action.READ_CONFLICTS: Rule(REGISTRAR | {Role.SECRETARY, Role.CHAIR}, AFTER_CLOSE),
    Action.READ_ASSIGNMENTS: Rule(RUNNERS - REGISTRAR, AFTER_CLOSE),
    Action.ASSIGN_JUDGES: Rule(ASSIGNER | CHAIR, frozenset({Stage.CLOSED, Stage.JUDGING}), own=True),
    Action.ASK_FOLLOW_UP: Rule(CHAIR, frozenset({Stage.JUDGING, Stage.DECIDING, Stage.NOTIFIED}), own=True),
    Action.READ_PROGRESS: Rule(WATCHERS - REGISTRAR, AFTER_CLOSE),
    Action.REMIND_JUDGES: Rule(ASSIGNER | {Role.SECRETARY, Role.CHAIR}, WHILE_ASKED | {Stage.CLOSED}, own=True),
    Action.READ_MESSAGES: Rule(DECIDERS),
    Action.SEND_MESSAGE: Rule(frozenset({Role.SECRETARY, Role.CHAIR}), ALWAYS - {Stage.ARCHIVED}, own=True),
    Action.OPEN_ROUND: Rule(CHAIR, frozenset({Stage.CLOSED, Stage.JUDGING, Stage.DECIDING}), own=True),
    Action.CLOSE_ROUND: Rule(CHAIR, WHILE_ASKED, own=True),
    Action.READ_SHEETS: Rule(DECIDERS, AFTER_CLOSE),
    Action.REOPEN_SHEET: Rule(DECIDERS, frozenset({Stage.JUDGING}), own=True),
    Action.ANSWER_REQUEST: Rule(
        DECIDERS, frozenset({Stage.CLOSED, Stage.JUDGING, Stage.DECIDING, Stage.NOTIFIED}), own=True
    ),
    Action.UNMASK: Rule(DECIDERS, frozenset({Stage.CLOSED, Stage.JUDGING, Stage.DECIDING, Stage.NOTIFIED}), own=True),
    Action.STEP_ASIDE: Rule(
        DECIDERS, frozenset({Stage.CLOSED, Stage.JUDGING, Stage.DECIDING, Stage.NOTIFIED}), own=True
    ),
    Action.READ_RANKING: Rule(DECIDERS, ONCE_JUDGED),
    Action.READ_CHAIR_REPORT: Rule(CHAIR, ONCE_JUDGED),
    Action.COMPUTE_RANKING: Rule(
        frozenset({Role.SECRETARY, Role.CHAIR}), frozenset({Stage.DECIDING, Stage.NOTIFIED}), own=True
    ),
    Action.READ_DECISION: Rule(DECIDERS, ONCE_JUDGED),
    Action.DECIDE: Rule(CHAIR, frozenset({Stage.DECIDING, Stage.NOTIFIED}), own=True),
    Action.SIGN_DECISION: Rule(
        frozenset({Role.MEMBER, Role.CHAIR}), frozenset({Stage.DECIDING, Stage.NOTIFIED}), own=True
    ),
    Action.NOTIFY: Rule(CHAIR, frozenset({Stage.DECIDING}), own=True),
    Action.READ_PUBLICATION: Rule(DECIDERS, ONCE_JUDGED),
    Action.PREVIEW_NAMES: Rule(DECIDERS, frozenset({Stage.DECIDING, Stage.NOTIFIED}), own=True),
    Action.REOPEN_METHOD: Rule(DECIDERS, frozenset({Stage.DECIDING}), own=True),
    Action.PUBLISH: Rule(CHAIR, frozenset({Stage.DECIDING, Stage.NOTIFIED}), own=True),
    Action.READ_AUDIT: Rule(frozenset({Role.SECRETARY, Role.CHAIR, Role.OBSERVER})),
    Action.EXPORT_AUDIT: Rule(frozenset({Role.SECRETARY, Role.CHAIR, Role.OBSERVER}), own=True),
    Action.READ_EXPORTS: Rule(DECIDERS, AFTER_CLOSE),
    Action.EXPORT: Rule(DECIDERS, AFTER_CLOSE, own=True),
    Action.MAKE_BUNDLE: Rule(CHAIR, frozenset({Stage.DECIDING, Stage.NOTIFIED}), own=True),
    Action.GIVE_BUNDLE: Rule(CHAIR, ONCE_JUDGED, own=True),
    Action.HOLD_SESSION: Rule(
        frozenset({Role.SECRETARY, Role.CHAIR}), frozenset({Stage.DECIDING, Stage.NOTIFIED}), own=True
    ),
    Action.PUT_MOTION: Rule(
        frozenset({Role.MEMBER, Role.CHAIR}), frozenset({Stage.DECIDING, Stage.NOTIFIED}), own=True
    ),
    Action.COMMENT_ON_ENTRY: Rule(DECIDERS, frozenset({Stage.DECIDING, Stage.NOTIFIED}), own=True),
    Action.CHOOSE_COMMENTS: Rule(frozenset({Role.SECRETARY, Role.CHAIR}), frozenset({Stage.DECIDING}), own=True),
    Action.READ_APPEALS: Rule(DECIDERS, ONCE_JUDGED),
    Action.ANSWER_APPEAL: Rule(DECIDERS, frozenset({Stage.NOTIFIED}), own=True),
    Action.READ_CERTIFICATES: Rule(DECIDERS, ONCE_JUDGED),
    Action.WITHDRAW_CERTIFICATE: Rule(CHAIR, ONCE_PUBLISHED, own=True),
    Action.USE_SIGNED_LINK: Rule(ANYBODY),
    Action.MANAGE_EDITIONS: Rule(frozenset({Role.ADMINISTRATOR})),
    Action.EDIT_WORDING: Rule(
        frozenset({Role.ADMINISTRATOR, Role.SECRETARY, Role.CHAIR}), ALWAYS - {Stage.ARCHIVED}, own=True
    ),
    Action.MANAGE_PEOPLE: Rule(frozenset({Role.ADMINISTRATOR})),
    Action.MANAGE_MESSAGES: Rule(frozenset({Role.ADMINISTRATOR})),
    Action.MANAGE_JOBS: Rule(frozenset({Role.ADMINISTRATOR})),
    Action.MANAGE_RETENTION: Rule(frozenset({Role.ADMINISTRATOR})),
    Action.READ_STANDING: Rule(frozenset({Role.ADMINISTRATOR})),
    Action.READ_HEALTH: Rule(ANYBODY),
    Action.READ_METRICS: Rule(ANYBODY),  # whoever brings the token or asks from this machine: service/web/health.py
    Action.READ_PATTERNS: Rule(ANYBODY),
}


def may_role_ever(action: Action, role: Role) -> bool:
    """Say whether this role may do this at any stage, to anything."""
    return role in RULES[action].roles


def may(action: Action, actor: Actor, *, stage: Stage | str | None, owns: bool = True) -> bool:
    """Say whether this actor may do this now. ``stage`` None stands for actions that belong to no edition."""
    rule = RULES[action]
    return actor.role in rule.roles and (stage is None or Stage(stage) in rule.stages) and (owns or not rule.own)


def require(action: Action, actor: Actor, *, stage: Stage | str | None, owns: bool = True) -> None:
    """Refuse unless ``may``: 404 for what is not one's own, 403 for a role that never may, 409 for the wrong stage."""
    rule = RULES[action]
    if rule.own and not owns:
        raise NotFound
    if actor.role not in rule.roles:
        raise NotAllowed(action=action)
    if stage is not None and Stage(stage) not in rule.stages:
        raise NotOpenNow(action=action, stage=Stage(stage))


def allowed(actions: Iterable[Action], actor: Actor, *, stage: Stage | str | None) -> frozenset[Action]:
    """Return those of the actions that are open to the actor now: what a page needs to show its buttons."""
    return frozenset(action for action in actions if may(action, actor, stage=stage))
