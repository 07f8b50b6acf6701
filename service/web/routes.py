"""The only map: every address of the program, by area. A route that names no action stops the start."""

from litestar import Controller, Router
from litestar.handlers import BaseRouteHandler

from service.web.account.account import AccountController
from service.web.account.data import DataController
from service.web.account.joining import InvitationController, PasswordResetController, SignUpController
from service.web.account.second_factor import SecondFactorController
from service.web.account.signing_in import SignInController, SignOutController
from service.web.admin.editions import EditionsController
from service.web.admin.health import StandingController
from service.web.admin.institutions import InstitutionsController
from service.web.admin.jobs import JobsController
from service.web.admin.lines import LineController
from service.web.admin.messages import MessagesController
from service.web.admin.past_entries import PastEntriesController
from service.web.admin.people import PeopleController
from service.web.admin.preview import PreviewController
from service.web.admin.retention import RetentionController
from service.web.admin.rubrics import RubricController
from service.web.admin.sections import SectionController
from service.web.admin.wording import WordingController
from service.web.blobs import read_object, receive_part
from service.web.committee.assignments import AssignmentController
from service.web.committee.certificates import CertificatesController
from service.web.committee.comparing import ComparingController
from service.web.committee.conflicts import ConflictController
from service.web.committee.decisions import DecisionController
from service.web.committee.deletions import DeletionsController
from service.web.committee.eligibility import EligibilityController
from service.web.committee.entries import CommitteeEntriesController
from service.web.committee.exports import ExportsController
from service.web.committee.feedback import FeedbackController
from service.web.committee.follow_ups import FollowUpController
from service.web.committee.judge_limits import JudgeLimitsController
from service.web.committee.judges import JudgesController
from service.web.committee.judges_import import JudgesImportController
from service.web.committee.log import AuditController
from service.web.committee.messages import GroupMessagesController
from service.web.committee.minutes import MinutesController
from service.web.committee.overview import OverviewController
from service.web.committee.previewing import PreviewingController
from service.web.committee.progress import ProgressController
from service.web.committee.publication import PublicationController
from service.web.committee.questions import QuestionsController
from service.web.committee.ranking import RankingController
from service.web.committee.redistribution import RedistributionController
from service.web.committee.reminders import RemindersController
from service.web.committee.rounds import RoundsController
from service.web.committee.session_acts import CommentController, SessionController
from service.web.committee.severity import SeverityController
from service.web.committee.sheets import SheetsController
from service.web.committee.telling import AppealsController, NotifyController
from service.web.committee.together import SecondPersonController, UnmaskController
from service.web.committee.what_if import WhatIfController
from service.web.entrant.asking import AskingController
from service.web.entrant.entries import EntriesController
from service.web.entrant.entry import EntryController
from service.web.entrant.files import FilesController, OwnFileController, PlainUploadController
from service.web.entrant.submitting import SubmittingController
from service.web.entrant.team import MemberController, SupervisorController, TeamController
from service.web.entrant.uploads import UploadController
from service.web.health import read_metrics, read_ready, tell_alive
from service.web.judge.certificate import JudgeCertificateController
from service.web.judge.declaring import DeclaringController
from service.web.judge.device import read_device_key
from service.web.judge.files import JudgeFileController
from service.web.judge.lists import JudgeListController
from service.web.judge.offline import OfflineController
from service.web.judge.practice import PracticeController
from service.web.judge.review import ReviewController
from service.web.judge.sheets import SheetController
from service.web.judge.summary import SummaryController
from service.web.patterns import show_patterns
from service.web.public.help import show_help
from service.web.public.pages import PUBLIC_PAGES
from service.web.public.verifying import VERIFYING_PAGES
from service.web.static import serve_static
from service.web.supervisor.approvals import ApprovalController, ApprovalsController
from service.web.winners import WINNERS_PAGES

__all__ = ["ROUTES"]

Area = list[type[Controller] | BaseRouteHandler | Router]

PUBLIC: Area = [*PUBLIC_PAGES, show_help, *WINNERS_PAGES, *VERIFYING_PAGES]
ACCOUNT: Area = [
    SignInController,
    SignOutController,
    SignUpController,
    PasswordResetController,
    InvitationController,
    AccountController,
    SecondFactorController,
    DataController,
]
ENTRANT: Area = [
    EntriesController,
    EntryController,
    TeamController,
    SupervisorController,
    MemberController,
    FilesController,
    PlainUploadController,
    OwnFileController,
    UploadController,
    SubmittingController,
    AskingController,
    ApprovalsController,
    ApprovalController,
]
JUDGE: Area = [
    read_device_key,
    JudgeListController,
    JudgeCertificateController,
    DeclaringController,
    PracticeController,
    OfflineController,
    ReviewController,
    SummaryController,
    SheetController,
    JudgeFileController,
]
COMMITTEE: Area = [
    OverviewController,
    RankingController,
    SeverityController,
    ComparingController,
    WhatIfController,
    CommitteeEntriesController,
    AssignmentController,
    RedistributionController,
    RoundsController,
    FollowUpController,
    DecisionController,
    MinutesController,
    SessionController,
    CommentController,
    PublicationController,
    PreviewingController,
    ExportsController,
    CertificatesController,
    FeedbackController,
    NotifyController,
    AppealsController,
    ProgressController,
    RemindersController,
    GroupMessagesController,
    EligibilityController,
    QuestionsController,
    DeletionsController,
    ConflictController,
    JudgeLimitsController,
    JudgesController,
    JudgesImportController,
    AuditController,
    SecondPersonController,
    SheetsController,
    UnmaskController,
]
ADMINISTRATION: Area = [
    EditionsController,
    SectionController,
    RubricController,
    LineController,
    PreviewController,
    WordingController,
    PeopleController,
    InstitutionsController,
    PastEntriesController,
    MessagesController,
    JobsController,
    RetentionController,
    StandingController,
]
OPERATION: Area = [tell_alive, read_ready, read_metrics, serve_static, receive_part, read_object, show_patterns]

ROUTES = [*PUBLIC, *ACCOUNT, *ENTRANT, *JUDGE, *COMMITTEE, *ADMINISTRATION, *OPERATION]
