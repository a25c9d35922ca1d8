"""What must be there before the first sync: truths about the cluster, and Secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from obsgen.components.catalogue import HEAD
from obsgen.stack.model import Instance, Secret


def preconditions(instance: Instance) -> Iterator[tuple[str, str | None]]:
    """What a component demands of the cluster, and the command that shows whether it is so."""
    for index, each in enumerate(instance.folder.component.preconditions):
        origin = instance.folder.origin(HEAD, "preconditions", index)
        if origin.at("when").holds(each.when, instance.context):
            command = origin.at("command").text(each.command or "", instance.context)
            yield origin.at("text").text(each.text, instance.context), command or None


def secrets(instance: Instance) -> Iterator[Secret]:
    """The Secrets that a component needs, as often as it names them."""
    for index, each in enumerate(instance.folder.component.secrets):
        origin = instance.folder.origin(HEAD, "secrets", index)
        for context in origin.each(each.for_each, instance.context):
            if origin.at("when").holds(each.when, context):
                name, namespace = origin.at("name").text(each.name, context), origin.at("namespace")
                keys = tuple(origin.at("keys", i).text(key, context) for i, key in enumerate(each.keys))
                yield Secret(namespace.text(each.namespace, context), name, keys, each.used_by, each.optional)


def merged(found: Iterable[Secret]) -> tuple[Secret, ...]:
    """Each Secret once, by namespace and name, with the keys of all who need it."""
    together: dict[tuple[str, str], list[Secret]] = {}
    for each in found:
        together.setdefault((each.namespace, each.name), []).append(each)
    return tuple(_one(together[each]) for each in sorted(together))


def _one(same: list[Secret]) -> Secret:
    keys = dict.fromkeys(key for each in same for key in each.keys)
    needed = {key for each in same for key in each.keys if key not in each.optional}
    users = "; ".join(dict.fromkeys(each.used_by for each in same))
    optional = tuple(key for key in keys if key not in needed)
    return Secret(same[0].namespace, same[0].name, tuple(keys), users, optional)
