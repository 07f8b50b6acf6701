"""What judges wrote to the teams of a category: which of it each team will read."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Controller, get, post
from litestar.response import Redirect

from service.actors import Actor
from service.errors import NotFound
from service.permissions import Action, may
from service.text import Ltr, Words
from service.usecases.deciding.feedback import choose_comments
from service.web.committee.ranking import NO_RANKING
from service.web.committee.standing import AnyRequest, Chip, category_chips, no_round, pick, round_of, stand
from service.web.forms import Typed, read_form
from service.web.pages import Page, go_to, page
from storage.reads.committee.feedback import list_team_comments

__all__ = ["FeedbackController"]

PROJECTS_OPEN = 12
"""Projects whose comments stand open on one page. Of more, each is opened by whoever reads: one form still holds all,
because what is chosen is chosen for the whole category at once."""


@dataclass(frozen=True, slots=True)
class CommentChoice:
    """A judge's words to a team."""

    sheet: str
    content: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CommentGroup:
    """The comments on one project."""

    code: Ltr
    title: str
    comments: tuple[CommentChoice, ...]

    @property
    def n_chosen(self) -> int:
        """How many of them the team will read."""
        return sum(each.is_chosen for each in self.comments)


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """The comments of a category; ``is_long`` where each project's are folded: titles and counts stand there."""

    slug: str
    name: str
    chips: tuple[Chip, ...]
    is_locked: bool
    groups: tuple[CommentGroup, ...]
    n_chosen: int
    may_choose: bool
    is_long: bool


class FeedbackController(Controller):
    """``/committee/feedback/{category}``."""

    path = "/committee/feedback"

    @get("/{category:str}", opt={"action": Action.READ_RANKING})
    async def show(self, category: str, actor: Actor, words: Words) -> Page:
        standing = await stand(actor)
        found = standing.find_category(category)
        if found is None:
            raise NotFound
        if standing.in_round is None:
            return no_round("feedback.choose")
        is_locked = standing.in_round.state in NO_RANKING
        comments = () if is_locked else await list_team_comments(standing.in_round.id, found.id)
        groups: dict[str, list[CommentChoice]] = {}
        titles: dict[str, str] = {}
        for each in comments:
            groups.setdefault(each.code_name, []).append(
                CommentChoice(str(each.sheet_id), each.content, each.is_chosen)
            )
            titles[each.code_name] = pick(each, "title", words)
        shown = FeedbackPage(
            slug=found.slug,
            name=pick(found, "name", words),
            chips=category_chips(standing.categories, found.slug, "/committee/feedback", words),
            is_locked=is_locked,
            groups=tuple(CommentGroup(Ltr(code), titles[code], tuple(mine)) for code, mine in groups.items()),
            n_chosen=sum(each.is_chosen for each in comments),
            may_choose=may(Action.CHOOSE_COMMENTS, actor, stage=standing.state),
            is_long=len(groups) > PROJECTS_OPEN,
        )
        return page("committee/feedback", shown)

    @post("/{category:str}", opt={"action": Action.CHOOSE_COMMENTS})
    async def choose(self, request: AnyRequest, category: str, actor: Actor, now: datetime) -> Redirect:
        typed = await read_form(request)
        standing = await stand(actor)
        found = standing.find_category(category)
        if found is None:
            raise NotFound
        sheets = [Typed({"id": [each]}).uuid("id") for each in typed.all("sheet")]
        await choose_comments(actor, standing.edition_id, round_of(standing).id, found.id, sheets, now=now)
        return go_to(f"/committee/feedback/{category}")
