"""The real amtool: on every configuration, and on every case of a route table that asks its routes a new question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from obsgen.checks.result import Told
from obsgen.findings import Finding, Place, Severity, redacted
from obsgen.repository import Repository
from obsgen.repository.alerting.alertmanagers import Configuration
from obsgen.repository.alerting.routecases import Case, cases
from obsgen.repository.objects import Located
from obsgen.signalpath.resources import NOBODY
from obsgen.signalpath.routing import RoutingError, parsed
from obsgen.tools import Tool, run

ID = "tool/amtool"
LEVEL = 6
SEVERITY = Severity.ERROR
TOOL = "amtool"

_FAILED = re.compile(r"FAILED: (.*)", re.DOTALL)
_FIELD = re.compile(r"field (\S+) not found")


def work(repository: Repository) -> int:
    """How many configurations and cases it can be asked about."""
    return len(_configurations(repository)) + sum(1 for _ in cases(repository))


def check(repository: Repository, tool: Tool, told: Told) -> Iterator[Finding]:
    """Configurations that it refuses, and cases that it sends elsewhere."""
    with TemporaryDirectory(prefix="obsgen-") as folder:
        for one in _configurations(repository):
            if not told.of_part(one.located):
                yield from _refused(one, tool, Path(folder))
            yield from _bad_templates(one, tool, Path(folder))
        for case in _questions(repository):
            if not told.of_part(case.located):
                yield from _sent_elsewhere(case, tool, Path(folder))


def _configurations(repository: Repository) -> list[Configuration]:
    """Those in Alertmanager's own language, each once."""
    native = (one for one in repository.alertmanagers if one.is_native and one.value)
    return list({json.dumps(one.value, sort_keys=True, default=str): one for one in native}.values())


def _refused(one: Configuration, tool: Tool, folder: Path) -> Iterator[Finding]:
    done = run(tool, ["check-config", str(_written(one.value, folder))])
    if done.returncode:
        told = _FAILED.search(done.stdout)
        # Lines are those of the file made for it, where all is one line.
        message = re.sub(r"\s*line \d+: |\s*\n\s*", " ", told[1] if told else done.stderr).strip()
        yield Finding(ID, SEVERITY, f"amtool: {redacted(message)[:300]}", _place(one.located, message))


def _place(about: Located, message: str) -> Place:
    """Where the field is that a message speaks of, else where the configuration begins."""
    field = _FIELD.search(message)
    found = _with_key(about, field[1]) if field else None
    return found.place((), key=True) if found else about.place((), key=True)


def _with_key(about: Located, key: str) -> Located | None:
    """The first part of that name."""
    value = about.value
    parts = about.items() or [about.at(name) for name in (value if isinstance(value, dict) else ())]
    if isinstance(value, dict) and key in value:
        return about.at(key)
    return next((found for part in parts if (found := _with_key(part, key))), None)


def _bad_templates(one: Configuration, tool: Tool, folder: Path) -> Iterator[Finding]:
    """Texts of receivers that no message could be made of, tried on an alert made up by amtool.

    What files of templates define is not known here, so configurations that name some are left out.
    """
    texts = _texts(one.located.at("receivers")) if not one.value.get("templates") else ()
    for text in {str(each.value): each for each in texts if "{{" in each.value}.values():
        arguments = ["template", "render", f"--template.glob={folder}/*.tmpl", f"--template.text={text.value}"]
        done = run(tool, arguments)
        if done.returncode:
            message = done.stderr.strip().removeprefix("amtool: error: ")
            yield Finding(ID, SEVERITY, f"amtool: {redacted(message)[:300]}", text.place())


def _texts(about: Located) -> Iterator[Located]:
    value = about.value
    if isinstance(value, str):
        yield about
    for part in about.items() or [about.at(name) for name in (value if isinstance(value, dict) else ())]:
        yield from _texts(part)


def _written(configuration: Any, folder: Path) -> Path:
    """The configuration in a file: JSON is YAML. Without templates, whose files are elsewhere."""
    file = folder / "alertmanager.yml"
    plain = {key: value for key, value in configuration.items() if key != "templates"}
    file.write_text(json.dumps(plain, default=str), encoding="utf-8")
    return file


def _questions(repository: Repository) -> Iterator[Case]:
    """One case of all that differ in labels that no route asks for."""
    seen: set[tuple[int, str]] = set()
    for case in cases(repository):
        asked = set(_labels(case.configuration.get("route")))
        question = sorted((name, value) for name, value in case.labels.items() if name in asked)
        key = (id(case.configuration), repr((question, sorted(case.receivers))))
        if key not in seen:
            seen.add(key)
            yield case


def _labels(route: Any) -> Iterator[str]:
    """The labels that a route and those below it ask for."""
    if not isinstance(route, dict):
        return
    yield from (*(route.get("match") or ()), *(route.get("match_re") or ()))
    for text in route.get("matchers") or ():
        try:
            yield from (label for label, _, _ in parsed(str(text)))
        except RoutingError:
            continue  # alertmanager/structure tells of it
    for below in route.get("routes") or ():
        yield from _labels(below)


def _sent_elsewhere(case: Case, tool: Tool, folder: Path) -> Iterator[Finding]:
    file = _written(case.configuration, folder)
    pairs = [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in case.labels.items()]
    done = run(tool, ["config", "routes", "test", f"--config.file={file}", *pairs])
    place = case.located.place(("receivers",), key=True)
    if done.returncode:
        yield Finding(ID, SEVERITY, f"amtool: {redacted(done.stderr.strip())[:300]}", place)
        return
    found = {name for name in done.stdout.strip().splitlines()[-1].split(",") if name != NOBODY}
    if found != set(case.receivers):
        message = f"amtool: {case.labels.get('alertname', 'this alert')} reaches {', '.join(sorted(found)) or 'nobody'}"
        yield Finding(ID, SEVERITY, message, place)
