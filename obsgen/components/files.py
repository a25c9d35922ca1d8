"""What a component may say of files: manifests/, plain/ and values.yaml, structures whose texts are templates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from obsgen.components.fields import Strict


class ValuesTemplate(Strict):
    """values.yaml: what a component adds to the values of the Helm chart that the stack is installed with."""

    when: str | None = None
    values: dict[str, Any]


class PlainTemplate(Strict):
    """plain/<name>.yaml: a file of each environment that no Kubernetes object holds, at <component>/<environment>/."""

    file: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,60}\.ya?ml$")]
    when: str | None = None
    content: dict[str, Any]


class ManifestTemplate(Strict):
    """manifests/<name>.yaml: one Kubernetes object, or one for each item of a list."""

    part: Literal["platform", "monitors", "rules", "dashboards"] = "platform"
    when: str | None = None
    for_each: dict[str, str] | None = None
    per_server: bool = False
    object: dict[str, Any]
