"""Keys, tokens and passwords in files: whoever can read the repository has them."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.findings import Finding, Severity
from obsgen.repository import Repository
from obsgen.secrecy import ID as ID
from obsgen.secrecy import exposed

LEVEL = 1
SEVERITY = Severity.ERROR


def check(repository: Repository) -> Iterator[Finding]:
    """An error at the secret. It does not say what the secret is, and neither does any other finding."""
    for secret in repository.secrets:
        yield exposed(secret.what, secret.place)
