"""One guard before every route: the form is ours, and this role could do this at some stage."""

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from service.actors import Role
from service.errors import NotAllowed, NotSignedIn
from service.permissions import JUDGE, RULES, Action, may_role_ever
from service.usecases.people.second_factor import FactorNeeded
from service.web.csrf import check_form_is_ours
from service.web.visit import AnyConnection, visit_of
from storage.engines.audience import act_for_judge

__all__ = ["check_action"]

OWN_ACCOUNT = frozenset({Action.SIGN_OUT, Action.READ_ACCOUNT, Action.CHANGE_ACCOUNT, Action.SWITCH_ROLE})
"""What somebody may do who has yet to set the second factor that the role needs: that, and what anybody may."""


async def check_action(connection: ASGIConnection, handler: BaseRouteHandler) -> None:  # type: ignore[type-arg]  # Litestar's own guard type
    """Turn away roles that never may. State and ownership are the use case's to check."""
    action: Action = handler.opt["action"]  # a route without one stops the start
    _check_role(connection, action)
    await check_form_is_ours(connection, handler)
    if RULES[action].roles == JUDGE:
        act_for_judge()  # until the answer is sent: see the envelope


def _check_role(connection: AnyConnection, action: Action) -> None:
    actor = visit_of(connection).actor
    if not may_role_ever(action, actor.role):
        raise NotAllowed(action=action) if actor.is_signed_in else NotSignedIn
    if visit_of(connection).lacks_factor and action not in OWN_ACCOUNT and not may_role_ever(action, Role.VISITOR):
        raise FactorNeeded
