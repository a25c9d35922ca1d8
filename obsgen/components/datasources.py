"""What a component may say of Grafana's datasources: what is asked, where, as whom, and how answers link."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from obsgen.components.fields import Strict


class Datasource(Strict):
    """Something that Grafana asks because the component is there. Texts may be templates.

    `default` is a condition: exactly one datasource of a stack is what boards take first. `account` is a condition,
    too: whether it is asked over TLS with the token of Grafana's own service account, as OpenShift's services are.
    Where `assumed` holds, an existing Grafana is taken to have it already. `jsonData` is Grafana's own; in it
    `datasource('loki')` is the uid of the datasource of a type, nothing where there is none.
    """

    name: str
    uid: str
    type: str
    url: str
    when: str | None = None
    default: str | None = None
    account: str | None = None
    assumed: str | None = None
    tenant: str | None = None
    json_data: dict[str, Any] = Field(default_factory=dict)
