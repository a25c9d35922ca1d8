"""Components written into a temporary folder, and what profiles make of them."""

from __future__ import annotations

from pathlib import Path

from obsgen.components.catalogue import Catalogue, ComponentFolder
from obsgen.findings import Faults, Finding, InputError
from obsgen.profile.environments import merge
from obsgen.profile.load import LoadedProfile, parse_profile
from obsgen.source import load_text
from obsgen.stack.ledger import Ledger
from obsgen.stack.model import Instance
from obsgen.stack.resolve import resolve_all

HEAD = "apiVersion: obsgen.dev/v1alpha1\nkind: Profile\nstack: demo\n"
COMPONENT = "title: Shop\nrole: modelServer\ndescription: d\nscrape: {selector: {app: '<< name >>'}, port: http}\n"


def component(root: Path, head: str = COMPONENT, name: str = "shop", **files: str) -> ComponentFolder:
    """A component of the given component.yaml and other files (`signals` is signals.yaml), as it is read."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in {"component": head, **files}.items():
        (folder / f"{file}.yaml").write_text(text)
    return Catalogue((root,)).get(name)


def ledger(text: str = "{}") -> Ledger:
    """A ledger over a profile's text."""
    (document,) = load_text(text, "profile.yaml")
    return Ledger(merge(document, None), [])


def told(book: Ledger) -> list[tuple[str, str, str]]:
    """Id, message and hint of all findings."""
    return [(each.id, each.message, each.hint) for each in book.findings]


class Resolved:
    """A profile resolved over the components of a folder, its faults collected."""

    def __init__(self, root: Path, text: str) -> None:
        self.profile: LoadedProfile = parse_profile(HEAD + text, "profile.yaml")
        self.faults = Faults(self.profile.faults)
        self.base, self.stacks = resolve_all(self.profile, Catalogue((root,)), self.faults)

    @property
    def findings(self) -> list[Finding]:
        """Every fault of form and meaning, once."""
        return list(InputError(self.faults.findings).findings)

    @property
    def messages(self) -> set[str]:
        """What is told."""
        return {each.message for each in self.findings}

    def instance(self, name: str, environment: str | None = None) -> Instance:
        """The first instance of a name."""
        stack = self.stacks[environment] if environment else self.base
        return next(each for each in stack.instances if each.name == name)
