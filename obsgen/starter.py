"""`obsgen init`: a commented profile that renders as it is, from answers or defaults."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from obsgen.components.catalogue import Catalogue, catalogue
from obsgen.findings import InputError, ObsgenError, Place, error
from obsgen.interview import DEFAULT_NAME, NO_GPU, Answers, Ask, Interview, RefusedAnswerError, proposed, refusals
from obsgen.profile.load import parse_profile
from obsgen.source.flow import scalar
from obsgen.stack.resolve import resolve_profile

__all__ = ["Answers", "examples", "profile_text", "write"]


def write(answers: Answers, ask: Ask | None, file: Path | None, *, defaults: bool = False) -> tuple[Path, int]:
    """Writes the profile and gives its path and number of lines.

    What the answers leave open is asked for; where nobody can be asked, `defaults` says whether to take the defaults.
    ObsgenError if an answer makes no sense, is missing, or the file exists; nothing is written then.
    """
    known = catalogue()
    _check(answers, known)
    interview = Interview(known, None if defaults else ask, file)
    _refuse_taken(interview, answers.name or (DEFAULT_NAME if defaults else None))
    if ask is None and not defaults:
        _refuse_open(answers)
    complete = interview.complete(answers)
    path = interview.path(complete.name or "")
    text = profile_text(complete, known)
    resolve_profile(parse_profile(text, str(path)), known)
    _create(path, text)
    return path, text.count("\n")


def _check(answers: Answers, known: Catalogue) -> None:
    """Refuses flags that make no sense, all of them at once."""
    wrong = list(refusals(answers, known))
    if wrong:
        raise ObsgenError("\nerror: ".join(wrong))


def _refuse_taken(interview: Interview, name: str | None) -> None:
    """Tells that the file exists before anything is asked; the name, if it is asked for, is looked at then."""
    try:
        interview.check_path(name)
    except RefusedAnswerError as problem:
        path = interview.path(name or "")
        raise InputError(
            [
                error(
                    "file/unwritable", f"cannot write {path}: file exists", Place(str(path)), "name another with --file"
                )
            ]
        ) from problem


def _refuse_open(answers: Answers) -> None:
    flags = {"--name": answers.name, "--server": answers.servers, "--gpu": answers.gpu}
    flags |= {"--namespace": answers.namespace, "--release": answers.release}
    missing = [flag for flag, answer in flags.items() if not answer]
    if missing:
        raise ObsgenError(
            f"there is nobody to ask: give {', '.join(missing)}, or --yes for the defaults. Nothing was written."
        )


def _create(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as problem:
        reason = (problem.strerror or str(problem)).lower()
        raise InputError([error("file/unwritable", f"cannot write {path}: {reason}", Place(str(path)))]) from None


def examples() -> dict[str, str]:
    """A component, a model server with its newest version, and a GPU exporter, for examples."""
    known = catalogue()
    server = proposed(known, "modelServer")
    versions = known.head(server).versions
    newest = f"{server}@{versions.known[-1]}" if versions else server
    return {"component": server, "server": newest, "gpu": proposed(known, "gpuExporter")}


def profile_text(answers: Answers, known: Catalogue) -> str:
    """The profile as text."""
    return "\n".join(_lines(answers, known)) + "\n"


def _lines(answers: Answers, known: Catalogue) -> Iterator[str]:
    yield f"# The observability stack {answers.name}. `obsgen render` makes its tree, `obsgen schema` lists the keys."
    yield "apiVersion: obsgen.dev/v1alpha1"
    yield "kind: Profile"
    yield f"stack: {scalar(answers.name or '')}"
    yield "# Monitors and rules carry the labels that Prometheus selects: for kube-prometheus-stack its Helm release."
    yield f"prometheus: {{mode: existing, selectorLabels: {{release: {scalar(answers.release or '')}}}}}"
    yield "modelServers:"
    for name, server in zip(_names(answers.servers), answers.servers, strict=True):
        yield from _server(name, server, answers.namespace or "models", known)
    if answers.gpu and answers.gpu != NO_GPU:
        yield f"gpuExporter: {{type: {scalar(answers.gpu)}}}"
    yield "# environments: {dev: {cluster: {name: ml-dev}}, prod: {cluster: {name: ml-prod}}}"
    yield "# argocd: {repoURL: 'https://github.com/acme/gitops.git'}"


def _names(servers: Sequence[str]) -> list[str]:
    """A name for each server: its type, numbered where there are several of it."""
    names: list[str] = []
    for server in servers:
        kind = server.partition("@")[0]
        before = sum(other.partition("@")[0] == kind for other in servers[: len(names)])
        names.append(f"{kind}-{before + 1}" if before else kind)
    return names


def _server(name: str, server: str, namespace: str, known: Catalogue) -> Iterator[str]:
    """A model server; its thresholds stand in a comment with their defaults."""
    kind, _, version = server.partition("@")
    yield f"  - name: {scalar(name)}"
    yield f"    type: {scalar(kind)}"
    if version:
        yield f"    version: {json.dumps(version, ensure_ascii=False)}"
    yield f"    namespace: {scalar(namespace)}"
    yield f"    selector: {{app: {scalar(name)}}}  # labels of its Service"
    limits = known.head(kind).thresholds if kind in known.names else {}
    if limits:
        listed = ", ".join(f"{name}: {limit.default}" for name, limit in limits.items())
        yield f"    # thresholds: {{{listed}}}"
