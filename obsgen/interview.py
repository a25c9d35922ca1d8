"""The questions of `obsgen init`: an answer that makes no sense is told so at once, and asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from obsgen.components.catalogue import Catalogue
from obsgen.components.versions import VersionError, choose
from obsgen.hints import nearest
from obsgen.profile.names import LabelValue, Name, Namespace

Check = Callable[[str], object]
"""Raises RefusedAnswerError for an answer that makes no sense."""
Ask = Callable[[str, str, Check], str]
"""Asks a question with a default until the answer passes its check, and gives that."""

NO_GPU = "none"
DEFAULT_NAME = "demo"
_SHOWN_VERSIONS = 6


class RefusedAnswerError(ValueError):
    """An answer that makes no sense, and what to answer instead."""


@dataclass(frozen=True)
class Answers:
    """What is known before anything is asked; None is still open. A server is `type` or `type@version`."""

    name: str | None = None
    servers: tuple[str, ...] = ()
    gpu: str | None = None
    namespace: str | None = None
    release: str | None = None


def proposed(known: Catalogue, role: str) -> str:
    """The component of a role that is proposed first."""
    names = known.of_role(role)
    return next((name for name in names if known.head(name).starter), names[0])


def refusals(answers: Answers, known: Catalogue) -> Iterator[str]:
    """What is wrong with answers that were given as flags."""
    given: list[tuple[str, str | None, Check]] = [("--name", answers.name, check_name)]
    given += [("--server", server, partial(check_server, known)) for server in answers.servers]
    given += [
        ("--gpu", answers.gpu, partial(check_gpu, known)),
        ("--namespace", answers.namespace, check_namespace),
        ("--release", answers.release, check_release),
    ]
    for flag, answer, check in given:
        try:
            _ = answer is None or check(answer)
        except RefusedAnswerError as problem:
            yield f"{flag}: {problem}"


@dataclass(frozen=True)
class Interview:
    """Completes answers: by questions, or by defaults if nobody is asked."""

    known: Catalogue
    ask: Ask | None
    file: Path | None

    def complete(self, given: Answers) -> Answers:
        """Every answer, in the order of the questions."""
        name = self._answer(given.name, "Name of the stack?", DEFAULT_NAME, self._check_stack)
        servers = given.servers or tuple(self._servers())
        namespace = self._answer(given.namespace, "Namespace of the model servers?", "models", check_namespace)
        exporters = ", ".join([*self.known.of_role("gpuExporter"), NO_GPU])
        first = proposed(self.known, "gpuExporter")
        gpu = self._answer(given.gpu, f"GPU exporter ({exporters})?", first, partial(check_gpu, self.known))
        question = "Helm release of kube-prometheus-stack, which Prometheus selects monitors and rules by?"
        release = self._answer(given.release, question, "monitoring", check_release)
        return replace(given, name=name, servers=servers, namespace=namespace, gpu=gpu, release=release)

    def path(self, name: str) -> Path:
        """The file that is written for a stack of this name."""
        return self.file or Path("profiles") / f"{name}.yaml"

    def check_path(self, name: str | None) -> None:
        """Refuses a file that exists, as far as its path is known."""
        if (name or self.file) and self.path(name or "").exists():
            raise RefusedAnswerError(f"{self.path(name or '')} exists: choose another name")

    def _check_stack(self, name: str) -> None:
        check_name(name)
        self.check_path(name)

    def _answer(self, given: str | None, question: str, default: str, check: Check) -> str:
        if given is not None:
            return given
        return self.ask(question, default, check) if self.ask else default

    def _servers(self) -> Iterator[str]:
        """Model servers, until no more are wanted."""
        yield self._server()
        while self.ask and self.ask("Another model server (y or n)?", "n", _check_choice) in ("y", "yes"):
            yield self._server()

    def _server(self) -> str:
        types = ", ".join(self.known.of_role("modelServer"))
        first = proposed(self.known, "modelServer")
        server = self._answer(None, f"What serves your models ({types})?", first, partial(check_server, self.known))
        versions = self.known.head(server.partition("@")[0]).versions
        if versions is None or "@" in server:
            return server
        known = versions.known
        older = ", ".join(reversed(known[-_SHOWN_VERSIONS:])) + (", …" if len(known) > _SHOWN_VERSIONS else "")
        check = partial(check_version, known=known)
        return f"{server}@{self._answer(None, f'Which version of {server} (known: {older})?', known[-1], check)}"


def check_name(name: str) -> None:
    """Refuses what cannot be the name of a stack."""
    _check_form(TypeAdapter(Name), name)


def check_namespace(name: str) -> None:
    """Refuses what cannot be a namespace."""
    _check_form(TypeAdapter(Namespace), name)


def check_release(name: str) -> None:
    """Refuses what cannot be the value of a label."""
    _check_form(TypeAdapter(LabelValue), name)


def check_gpu(known: Catalogue, name: str) -> None:
    """Refuses what is neither an exporter of GPU metrics nor `none`."""
    _check_known(name, [*known.of_role("gpuExporter"), NO_GPU], "GPU exporter")


def check_server(known: Catalogue, server: str) -> None:
    """Refuses what is no `type` or `type@version` of a model server."""
    kind, at, version = server.partition("@")
    _check_known(kind, known.of_role("modelServer"), "model server")
    versions = known.head(kind).versions
    if at and versions is None:
        raise RefusedAnswerError(f"{kind} has no versions: write {kind} alone")
    if at and versions:
        check_version(version, versions.known)


def check_version(version: str, known: tuple[str, ...]) -> None:
    """Refuses what is none of a component's versions."""
    try:
        choose(version, known)
    except VersionError as problem:
        raise RefusedAnswerError(f"{problem}; {problem.hint}") from None


def _check_choice(answer: str) -> None:
    if answer not in ("y", "yes", "n", "no"):
        raise RefusedAnswerError(f"'{answer}' is neither y nor n")


def _check_known(name: str, names: list[str], what: str) -> None:
    if name not in names:
        raise RefusedAnswerError(f"no {what} '{name}'; {nearest(name, names)}")


def _check_form(adapter: TypeAdapter[Any], answer: str) -> None:
    try:
        adapter.validate_python(answer)
    except ValidationError as problem:
        fault = problem.errors(include_url=False)[0]
        raise RefusedAnswerError("; ".join(filter(None, (fault["msg"], fault.get("ctx", {}).get("hint"))))) from None
