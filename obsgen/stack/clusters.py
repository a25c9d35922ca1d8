"""The stacks of many clusters: resolved once for all that are the same in what decides about a stack."""

from __future__ import annotations

from dataclasses import replace

from obsgen.components.catalogue import Catalogue
from obsgen.findings import Faults
from obsgen.profile.destinations import Cluster
from obsgen.profile.load import Environment
from obsgen.stack.memo import Memo, Noting, observed
from obsgen.stack.model import Stack
from obsgen.stack.resolve import resolve
from obsgen.stack.surroundings import external_labels


class Variant:
    """An environment, or what values of clusters make of it, on any cluster."""

    def __init__(self, environment: Environment, catalogue: Catalogue, faults: Faults) -> None:
        self._environment, self._catalogue, self._faults = environment, catalogue, faults
        self._memo = Memo()

    def stack(self, cluster: Cluster) -> Stack:
        """The stack on a cluster. Findings are noted once, for the first cluster that has them."""
        return on_cluster(self._memo.get("stack", cluster, lambda: self._resolved(cluster)), cluster)

    def _resolved(self, cluster: Cluster) -> Stack:
        settings = self._environment.settings.model_copy(update={"cluster": observed(cluster, self._memo)})
        stack = resolve(replace(self._environment, settings=settings), self._catalogue, self._faults, self._memo)
        return replace(stack, memo=Memo())


def on_cluster(stack: Stack, cluster: Cluster) -> Stack:
    """A stack that was resolved for a cluster like this one, on this one."""
    settings = stack.settings.model_copy(update={"cluster": observed(cluster, stack.memo)})
    plain = settings.model_copy(update={"cluster": cluster})
    values = {
        **cluster.model_dump(),
        "is_argocds": cluster.is_argocds,
        "external_labels": external_labels(plain, stack.environment),
    }
    own = {name: each.on(values, stack.memo) for name, each in stack.context.items() if isinstance(each, Noting)}
    instances = (replace(each, context={**each.context, **own}) for each in stack.instances)
    return replace(stack, settings=settings, context={**stack.context, **own}, instances=tuple(instances))
