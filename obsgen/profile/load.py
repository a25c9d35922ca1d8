"""Reading a profile: all of its faults at once, each where it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from obsgen.findings import Finding, InputError, error
from obsgen.profile.environments import DEFAULT_ENVIRONMENT, Merged, merge
from obsgen.profile.models import Profile, Settings
from obsgen.source import load_text, one_document, read_text
from obsgen.validation import translate

MAX_PROFILE_BYTES = 1024 * 1024
TEXT_KEYS = frozenset(("version", "targetRevision", "known"))

_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)
_SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)


@dataclass(frozen=True)
class Environment:
    """The settings of one environment and where each was written; `name` is None for the profile without any."""

    name: str | None
    settings: Settings
    merged: Merged


@dataclass(frozen=True)
class LoadedProfile:
    """A profile that holds no fault of form."""

    file: str
    folder: Path
    base: Environment
    environments: Mapping[str, Environment]

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.base.settings.stack


def load_profile(path: Path, shown: str | None = None) -> LoadedProfile:
    """Reads a profile; InputError with every fault if it has any."""
    shown = shown or str(path)
    text = read_text(path, shown, MAX_PROFILE_BYTES)
    return _load(one_document(load_text(text, shown, TEXT_KEYS), shown, "profile"), shown, path.parent)


def parse_profile(text: str, shown: str = "profile.yaml", folder: Path = Path()) -> LoadedProfile:
    """A profile from its text, as `load_profile` reads it from a file."""
    return _load(one_document(load_text(text, shown, TEXT_KEYS), shown, "profile"), shown, folder)


def _load(document: Any, shown: str, folder: Path) -> LoadedProfile:
    if not isinstance(document.value, dict):
        raise InputError(
            [error("profile/value", "a profile is a mapping of keys", document.place(), "see `obsgen init`")]
        )
    findings: list[Finding] = []
    try:
        _PROFILE.validate_python(document.value)
    except ValidationError as problem:
        findings += translate(problem, _PROFILE, "profile", lambda route, key: document.place(route, key=key))
    names = document.value.get("environments")
    # In their own order: how a mapping is written down says nothing.
    names = sorted(str(name) for name in names) if isinstance(names, dict) else []
    base = _environment(merge(document, None), None, findings)
    environments = {name: _environment(merge(document, name), name, findings) for name in names}
    if findings or base is None:
        # An environment repeats the profile's faults, with other words in the hint.
        raise InputError({(each.id, each.place, each.message): each for each in reversed(findings)}.values())
    if not environments:
        environments[DEFAULT_ENVIRONMENT] = Environment(DEFAULT_ENVIRONMENT, base.settings, base.merged)
    return LoadedProfile(shown, folder, base, {name: found for name, found in environments.items() if found})


def _environment(merged: Merged, name: str | None, findings: list[Finding]) -> Environment | None:
    findings += merged.faults
    try:
        return Environment(name, _SETTINGS.validate_python(merged.value), merged)
    except ValidationError as problem:
        findings += translate(problem, _SETTINGS, "profile", merged.place)
        return None
