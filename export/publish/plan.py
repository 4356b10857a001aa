"""A publication as a whole: what each repository shall hold, what the Hub has, what is in the way, and the sending."""

import mmap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from huggingface_hub import HfApi

from .problems import Problems, PublishError, Unreachable
from .remote import (
    Changes,
    State,
    changes,
    check_front_matter,
    check_name,
    check_permission,
    check_state,
    look,
    reach,
)
from .repository import PREFIX, Repository
from .send import send
from .words import explained


# What requests to the Hub raise: of the network, of its answers, and of huggingface_hub's own checks.
FAILURES = (OSError, ValueError, RuntimeError)


@dataclass
class Plan:
    """Repositories in the order in which they are sent, and the state of each on the Hub.

    Attributes:
        unasked: why the Hub was not asked for their state; everything counts as new then.
    """

    api: HfApi
    repositories: list[Repository] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    unasked: str | None = None

    def state(self, wanted: Repository) -> State:
        return self.states.get(str(wanted), State())

    def ask(self, private: bool, dry_run: bool, problems: Problems) -> None:
        """Asks the Hub for token, permissions and states, and notes what is in the way.

        Without a token or a network a dry run goes on as if the Hub had nothing.
        """
        try:
            who = self.signed_in(dry_run, problems)
            for wanted in self.repositories:
                with problems.noting():
                    self.ask_about(wanted, who, private, problems)
        except Unreachable as error:
            if not dry_run:
                problems.append(str(error))
            self.unasked, self.states = str(error), {}

    def signed_in(self, dry_run: bool, problems: Problems) -> Mapping | None:
        """What the Hub says about the token; None without a valid one. Raises Unreachable when there is no Hub."""
        endpoint = self.api.endpoint
        try:
            reach(self.api)
        except FAILURES as error:
            raise Unreachable(str(explained(error, endpoint, "the Hub"))) from error
        if not self.api.token:
            if not dry_run:
                problems.append(
                    "there is no token: `hf auth login`, or set HF_TOKEN to one with write permission "
                    f"({endpoint}/settings/tokens)"
                )
            return None
        try:
            return self.api.whoami()
        except FAILURES as error:
            explanation = explained(error, endpoint, "the token")
            if isinstance(explanation, Unreachable):
                raise explanation from error
            problems.append(str(explanation))
            return None

    def ask_about(self, wanted: Repository, who: Mapping | None, private: bool, problems: Problems) -> None:
        """Notes what the Hub has in the place of one repository, and what forbids to change it."""
        if who is not None:
            check_permission(who, wanted)
        try:
            state = look(self.api, wanted)
            check_front_matter(self.api, wanted)
        except PublishError:
            raise
        except FAILURES as error:
            raise explained(error, self.api.endpoint, str(wanted)) from error
        self.states[str(wanted)] = state
        check_state(wanted, state, private, problems)
        if wanted.kind == "space" and self.state(self.repositories[0]).private:
            problems.append(f"{self.repositories[0]} is private, and {wanted} could not read it: make it public first")

    def publish(self, private: bool, say: Callable[[str], None] = print) -> None:
        """Sends what differs, repository by repository.

        Raises:
            PublishError: a request failed; `stage` of the repositories says how far it came.
        """
        for wanted in self.repositories:
            try:
                send(self.api, wanted, self.state(wanted), private, say)
            except PublishError:
                raise
            except FAILURES as error:
                raise explained(error, self.api.endpoint, str(wanted)) from error
            say(f"{wanted}: {wanted.stage}, {self.api.endpoint}/{PREFIX[wanted.kind]}{wanted.name}")

    def lines(self, every_file: bool) -> list[str]:
        """The plan for people: of each repository its files, commit and tag."""
        shown = []
        if self.unasked:
            shown.append(f"{self.unasked}. Everything counts as new")
        for wanted in self.repositories:
            state = self.state(wanted)
            differing = changes(wanted.files, state.tree)
            new = " (new)" if state.head is None else ""
            shown.append(f"{wanted}{new}: {summary(wanted, differing)}")
            if every_file:
                shown += listing(wanted, differing)
            if differing:
                shown.append(f"  commit: {wanted.title}")
            shown.append(f"  tag: {wanted.tag}" + (" (there already)" if state.tagged is not None else ""))
        return shown


def summary(wanted: Repository, differing: Changes) -> str:
    if not differing:
        return f"all {len(wanted.files)} files are there"
    size = sum(wanted.files[path].bytes for path in differing.sent)
    return f"{len(differing.sent)} of {len(wanted.files)} files to send ({megabytes(size)}), " + (
        f"{len(differing.deleted)} to delete"
    )


def listing(wanted: Repository, differing: Changes) -> list[str]:
    marks = {path: "+" for path in differing.added} | {path: "~" for path in differing.changed}
    files = [
        f"  {marks.get(path, '=')} {path}  {megabytes(content.bytes)}"
        for path, content in sorted(wanted.files.items())
    ]
    return files + [f"  - {path}" for path in differing.deleted]


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"


def check_names(names: Mapping[str, str | None], problems: Problems) -> None:
    for name in filter(None, names.values()):
        with problems.noting():
            check_name(name)


def check_secrets(repositories: list[Repository], token: str | None, problems: Problems) -> None:
    """Notes every file in which the token stands."""
    if not token:
        return
    for wanted in repositories:
        for name, content in wanted.files.items():
            if not content.bytes:
                continue
            with open(content.path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                if mapped.find(token.encode()) >= 0:
                    problems.append(f"{wanted}: the token stands in {name}: take it out, and make a new token")
