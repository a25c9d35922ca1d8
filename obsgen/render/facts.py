"""Facts that a tree carries for whoever checks it: what its files alone cannot say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from obsgen.facts import Boards, Facts, Monitoring, Running, TreeFacts
from obsgen.render.delivery.deliveries import Delivery
from obsgen.render.objects import Rendered
from obsgen.render.targets.monitors import pages
from obsgen.stack.model import Instance, Stack
from obsgen.stack.surroundings import prometheus_object
from obsgen.tree.serialise import json_bytes


def facts_file(
    environments: Mapping[str, Rendered], deliveries: Sequence[Delivery], told: Mapping[str, Rendered]
) -> bytes:
    """`.obsgen/facts.json`: per environment the Prometheus that must select the objects, and what runs where.

    Of many clusters their number, and those of which something else is true than of their environment.
    """
    counts = Counter(each.environment for each in deliveries if each.name)
    facts = TreeFacts.model_construct(
        schema_version=1,
        environments={name: _facts(each) for name, each in environments.items()},
        clusters=dict(sorted(counts.items())),
        others={name: _facts(each) for name, each in told.items()},
    )
    written = facts.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    return json_bytes({"schemaVersion": facts.schema_version, **written})


def _facts(rendered: Rendered) -> Facts:
    stack = rendered.stack
    settings = stack.settings.prometheus
    prometheus = Monitoring.model_construct(
        name=prometheus_object(settings) if settings.mode == "values" else Monitoring.model_fields["name"].default,
        mode=settings.mode,
        namespace=settings.namespace or stack.namespaces["monitoring"],
        selector_labels=dict(sorted(stack.selector_labels.items())),
        scrape_interval=settings.scrape_interval,
        evaluation_interval=settings.evaluation_interval,
        external_labels=tuple(sorted(settings.external_labels)),
    )
    applications = stack.settings.applications
    return Facts.model_construct(
        cluster=stack.settings.cluster.name or "",
        prometheus=prometheus,
        boards=_boards(stack),
        servers=(*map(_running, stack.instances), *_presumed(rendered)),
        metrics={name: metric for each in applications for name, metric in sorted(each.metrics.items())},
        secrets=tuple(sorted({f"{each.namespace}/{each.name}" for each in stack.secrets})),
        assumptions=stack.assumptions,
        allow=stack.settings.validation.allow,
    )


def _boards(stack: Stack) -> Boards | None:
    """What the sidecar of a Grafana looks for that is not the tree's own; of several labels the first by name."""
    grafana = stack.settings.grafana
    if grafana.delivery != "sidecar" or not grafana.sidecar_label:
        return None
    label, value = min(grafana.sidecar_label.items())
    return Boards.model_construct(label=label, value=value, namespace=stack.boards_namespace)


def _running(instance: Instance) -> Running:
    defaults = {name: option.default for name, option in instance.folder.component.options.items()}
    target = instance.target
    return Running.model_construct(
        component=instance.folder.name,
        name=instance.name,
        versions=tuple(each for each in instance.versions if each),
        namespace=instance.namespace,
        options={name: value for name, value in instance.options.items() if value != defaults.get(name)},
        selector=dict(sorted(target.selector.items())) if target else {},
        ports=tuple(dict.fromkeys(str(each.port or each.port_number) for each in pages(target))) if target else (),
        exported=target.page_labels if target and not target.honor_labels else (),
    )


def _presumed(rendered: Rendered) -> Iterator[Running]:
    """What monitors look for that no instance brings, such as exporters of the cluster: by the monitor's own words."""
    instances = {each.name for each in rendered.stack.instances}
    for each in rendered.objects:
        if each.object["kind"] == "ServiceMonitor" and each.object["metadata"]["name"] not in instances:
            spec, name = each.object["spec"], each.object["metadata"]["name"]
            chosen = {one["key"]: one["values"][0] for one in spec["selector"].get("matchExpressions", ())}
            yield Running.model_construct(
                component=name,
                name=name,
                namespace=next(iter(spec.get("namespaceSelector", {}).get("matchNames", ())), each.namespace),
                selector={**spec["selector"].get("matchLabels", {}), **chosen},
                ports=tuple(dict.fromkeys(str(one["port"]) for one in spec["endpoints"])),
            )
