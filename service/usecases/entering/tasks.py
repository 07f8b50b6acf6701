"""What is left to do before an entry may be submitted: the tasks of the entrant's page, and what submitting asks."""

from dataclasses import dataclass
from enum import StrEnum

from service.usecases.written import count_words
from storage.lifecycle import FileState
from storage.reads.entrant.entry import EntryView
from storage.reads.entrant.files import MaterialView

__all__ = ["Task", "TaskState", "Tasks", "list_tasks"]


class TaskState(StrEnum):
    """How far a task is, as the words ``task.*`` say it."""

    TODO = "todo"
    DOING = "doing"
    WAITING = "waiting"
    DONE = "done"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Task:
    """One task. ``slug`` is a page of the entry, or ``files/<material>``."""

    slug: str
    state: TaskState


@dataclass(frozen=True, slots=True)
class Tasks:
    """All the tasks of an entry, in the page's order."""

    details: Task
    team: Task
    supervisor: Task
    files: tuple[Task, ...]
    rights: Task
    ai: Task

    @property
    def everything(self) -> tuple[Task, ...]:
        """Return every task, in order."""
        return (self.details, self.team, self.supervisor, *self.files, self.rights, self.ai)

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.everything)

    @property
    def n_done(self) -> int:
        """How many are complete."""
        return sum(task.state is TaskState.DONE for task in self.everything)

    @property
    def n_left(self) -> int:
        """How many are not."""
        return self.n - self.n_done

    @property
    def is_all_done(self) -> bool:
        """Whether the entry may be submitted."""
        return self.n_left == 0


def list_tasks(entry: EntryView) -> Tasks:
    """Say how far each task of an entry is."""
    return Tasks(
        details=Task("details", _details(entry)),
        team=Task("team", _team(entry)),
        supervisor=Task("supervisor", _supervisor(entry)),
        files=tuple(
            Task(f"files/{material.slug}", _file(material))
            for material in entry.materials
            if material.is_required and not material.is_link
        ),
        rights=Task("rights", TaskState.DONE if entry.rights else TaskState.TODO),
        ai=Task("ai-statement", TaskState.DONE if entry.ai_slug or entry.ai_text else TaskState.TODO),
    )


def _details(entry: EntryView) -> TaskState:
    rules = entry.rules
    abstracts = [count_words(text) for text in (entry.abstract_ar, entry.abstract_en)]
    are_long = [rules.abstract_min_words <= n <= rules.abstract_max_words for n in abstracts]
    if all([entry.title_ar, entry.title_en, entry.work_language, *are_long]):
        return TaskState.DONE
    return TaskState.DOING if any(abstracts) or entry.work_language else TaskState.TODO


def _team(entry: EntryView) -> TaskState:
    is_confirmed = all(member.confirmed_at is not None for member in entry.members)
    return TaskState.DONE if is_confirmed else TaskState.WAITING


def _supervisor(entry: EntryView) -> TaskState:
    supervision = entry.supervision
    if supervision is None or entry.institution_id is None:
        return TaskState.DOING if entry.institution_id or supervision else TaskState.TODO
    if supervision.approved_at is not None:
        return TaskState.DONE
    return TaskState.PROBLEM if supervision.returned_at is not None else TaskState.WAITING


def _file(material: MaterialView) -> TaskState:
    if any(file.state is FileState.REFUSED for file in material.files) and not material.standing:
        return TaskState.PROBLEM
    return TaskState.DONE if material.standing else TaskState.TODO
