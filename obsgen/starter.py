"""`obsgen init`: a commented profile that renders as it is, from answers or defaults."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.findings import InputError, Place, error
from obsgen.profile.load import parse_profile
from obsgen.source import YAML11_TRAP, resolve_plain
from obsgen.stack.resolve import resolve_profile

Ask = Callable[[str, str], str]
"""Asks a question with a default and gives the answer."""

NO_GPU = "none"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


@dataclass(frozen=True)
class Answers:
    """What is known before anything is asked; None is still open."""

    name: str | None = None
    servers: tuple[str, ...] = ()
    gpu: str | None = None
    namespace: str | None = None
    release: str | None = None


def write(answers: Answers, ask: Ask | None, file: Path | None) -> tuple[Path, int]:
    """Writes the profile and gives its path and number of lines.

    InputError if an answer makes no sense or the file exists; nothing is written then.
    """
    known = catalogue()
    name = _answer(answers.name, ask, "Name of the stack?", "demo")
    path = file or Path("profiles") / f"{name}.yaml"
    text = profile_text(_complete(answers, name, known, ask), known)
    resolve_profile(parse_profile(text, str(path)), known)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        hint = "name another with --file" if isinstance(problem, FileExistsError) else ""
        raise InputError([error("file/unwritable", f"cannot write {path}: {reason}", Place(str(path)), hint)]) from None
    return path, text.count("\n")


def _answer(given: str | None, ask: Ask | None, question: str, default: str) -> str:
    if given is not None:
        return given
    return ask(question, default) if ask else default


def _complete(answers: Answers, name: str, known: Catalogue, ask: Ask | None) -> Answers:
    """Every answer: given, asked for, or the default."""
    servers = answers.servers or (_asked_server(known, ask),)
    namespace = _answer(answers.namespace, ask, "Namespace of the model servers?", "models")
    exporters = [name for name in known.names if known.head(name).role == "gpuExporter"]
    gpu = _answer(answers.gpu, ask, f"GPU exporter ({', '.join([*exporters, NO_GPU])})?", _first(known, "gpuExporter"))
    release = _answer(answers.release, ask, "Helm release of kube-prometheus-stack?", "monitoring")
    return Answers(name, servers, gpu, namespace, release)


def _asked_server(known: Catalogue, ask: Ask | None) -> str:
    types = [name for name in known.names if known.head(name).role == "modelServer"]
    kind = _answer(None, ask, f"What serves your models ({', '.join(types)})?", _first(known, "modelServer"))
    versions = known.head(kind).versions if kind in types else None
    if versions is None:
        return kind
    newest = versions.known[-1]
    return f"{kind}@{_answer(None, ask, f'Which version (newest known: {newest})?', newest)}"


def examples() -> dict[str, str]:
    """A model server with its newest version, and a GPU exporter, for examples."""
    known = catalogue()
    server = _first(known, "modelServer")
    versions = known.head(server).versions
    return {"server": f"{server}@{versions.known[-1]}" if versions else server, "gpu": _first(known, "gpuExporter")}


def _first(known: Catalogue, role: str) -> str:
    """The component of a role that is proposed first."""
    names = [name for name in known.names if known.head(name).role == role]
    return next((name for name in names if known.head(name).starter), names[0])


def profile_text(answers: Answers, known: Catalogue) -> str:
    """The profile as text."""
    return "\n".join(_lines(answers, known)) + "\n"


def _lines(answers: Answers, known: Catalogue) -> Iterator[str]:
    yield f"# The observability stack {answers.name}. `obsgen render` makes its tree, `obsgen schema` lists the keys."
    yield "apiVersion: obsgen.dev/v1alpha1"
    yield "kind: Profile"
    yield f"stack: {_scalar(answers.name or '')}"
    yield "# Monitors and rules carry the labels that Prometheus selects: for kube-prometheus-stack its Helm release."
    yield f"prometheus: {{mode: existing, selectorLabels: {{release: {_scalar(answers.release or '')}}}}}"
    yield "modelServers:"
    names: list[str] = []
    for server in answers.servers:
        kind = server.partition("@")[0]
        names.append(kind if kind not in names else f"{kind}-{sum(name.startswith(kind) for name in names) + 1}")
        yield from _server(names[-1], server, answers.namespace or "models", known)
    if answers.gpu and answers.gpu != NO_GPU:
        yield f"gpuExporter: {{type: {_scalar(answers.gpu)}}}"
    yield "# environments: {dev: {cluster: {name: ml-dev}}, prod: {cluster: {name: ml-prod}}}"
    yield "# argocd: {repoURL: 'https://github.com/acme/gitops.git'}"


def _scalar(text: str) -> str:
    """A text as YAML: plain where nothing in it could mean something else."""
    plain = _PLAIN.fullmatch(text) and isinstance(resolve_plain(text), str) and not YAML11_TRAP.match(text)
    return text if plain else json.dumps(text, ensure_ascii=False)


def _server(name: str, server: str, namespace: str, known: Catalogue) -> Iterator[str]:
    """A model server; its thresholds stand in a comment with their defaults."""
    kind, _, version = server.partition("@")
    yield f"  - name: {_scalar(name)}"
    yield f"    type: {_scalar(kind)}"
    if version:
        yield f"    version: {json.dumps(version, ensure_ascii=False)}"
    yield f"    namespace: {_scalar(namespace)}"
    yield f"    selector: {{app: {_scalar(name)}}}  # labels of its Service"
    limits = known.head(kind).thresholds if kind in known.names else {}
    if limits:
        listed = ", ".join(f"{name}: {limit.default}" for name, limit in limits.items())
        yield f"    # thresholds: {{{listed}}}"
