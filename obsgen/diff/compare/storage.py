"""What is kept, how long, and where: retention, volumes, object stores, and claims that are gone."""

from __future__ import annotations

from collections.abc import Iterator

from obsgen.diff.model import Change, Key, Risk
from obsgen.diff.overall.pruning import is_deleted
from obsgen.diff.pairs import Pair
from obsgen.diff.parts.leaves import MISSING, Leaf
from obsgen.diff.parts.settings import Setting, settings
from obsgen.diff.parts.things import Thing, things
from obsgen.diff.parts.volumes import CLAIM, keeps_volumes

_STORES = ("objectStorageConfig", "objectStorageConfigFile", "objectStorage")
_STACK = (("storage", "secret", "name"), ("storage", "secret", "type"), ("storage", "existingSecret"))
_BUCKETS = frozenset(("bucket", "bucketnames", "bucket_name", "container", "container_name"))
_CLASSES = frozenset(("storageClass", "storageClassName"))
_REFUSED = "Kubernetes refuses it as long as the StatefulSet is there"
_SIZES = (("requests", "storage"), ("persistence", "size"), ("storageSize",))


def compare(pair: Pair) -> Iterator[Change]:
    """What is kept for another time, or elsewhere."""
    for thing in things(pair):
        for setting in settings(thing):
            yield from _setting(setting)
        yield from _whole(thing)


def _setting(setting: Setting) -> Iterator[Change]:
    if "retention" in setting.words or setting.below("retention"):
        yield from _retention(setting)
    elif setting.path[-2:] in _SIZES or setting.path[-1:] in _SIZES:
        yield from _size(setting)
    elif setting.name in _CLASSES:
        what = f"storage class {_or(setting.old)} → {_or(setting.new)}: volumes that are there stay as they are"
        yield _change(setting, "change/store-class", "~", what, Risk.REVIEW)
    elif setting.name in _BUCKETS and isinstance(setting.old or setting.new, str):
        what = f"bucket {_or(setting.old)} → {_or(setting.new)}: what the old one holds is no longer found"
        yield _change(setting, "change/store-bucket", "~", what, Risk.LOSES_DATA)
    elif setting.below(*_STORES) or _holds_store(setting) or setting.path[-3:] in _STACK or setting.path[-2:] in _STACK:
        yield from _store(setting)
    elif setting.name in ("storage", "storageSpec", "volumeClaimTemplate", "volumeClaimTemplates"):
        yield from _volume(setting)


def _holds_store(setting: Setting) -> bool:
    """Whether something came, or went, with all that it says of an object store."""
    value = setting.new if setting.old is None else setting.old
    return None in (setting.old, setting.new) and isinstance(value, dict) and not value.keys().isdisjoint(_STORES)


def _retention(setting: Setting) -> Iterator[Change]:
    name = _retention_name(setting)
    what = f"{name} {_or(setting.old)} → {_or(setting.new)}"
    amounts = setting.amounts
    if amounts is None:
        yield _change(setting, "change/store-retention", "~", what, Risk.REVIEW)
        return
    old, new = (each or float("inf") for each in amounts)  # 0 keeps for ever
    if new >= old:
        yield _change(setting, "change/store-longer", "▲", f"keeps more: {what}", Risk.SAFE)
    elif setting.thing.kind == "Alertmanager" or setting.below("alertmanager", "alertmanagerSpec"):
        yield _change(setting, "change/store-retention", "▼", f"forgets silences sooner: {what}", Risk.REVIEW)
    else:
        yield _change(setting, "change/store-shorter", "▼", f"keeps less: {what}", Risk.DESTROYS)


def _retention_name(setting: Setting) -> str:
    """How people call it: `retention`, `retentionSize`, `retention.resolution-raw`, `retention of traces`."""
    if "retention" in setting.words or setting.name == "retention":
        return setting.name
    return "retention" if setting.name == "days" else f"retention of {setting.name}"


def _size(setting: Setting) -> Iterator[Change]:
    what = f"volume {_or(setting.old)} → {_or(setting.new)}"
    amounts = setting.amounts
    if amounts and amounts[1] < amounts[0]:
        text = f"{what}: a volume cannot shrink, and a new one is empty"
        yield _change(setting, "change/store-smaller", "▼", text, Risk.DESTROYS)
    elif setting.thing.kind == "StatefulSet":
        text = f"{what}: {_REFUSED}"
        yield _change(setting, "change/store-refused", "~", text, Risk.REVIEW)
    else:
        yield _change(setting, "change/store-larger", "▲", what, Risk.SAFE if amounts else Risk.REVIEW)


def _store(setting: Setting) -> Iterator[Change]:
    if setting.old is None:
        yield _change(setting, "change/store-secret", "+", "keeps data in an object store now", Risk.REVIEW)
    elif setting.new is None:
        what = "no longer keeps data in an object store"
        yield _change(setting, "change/store-no-secret", "-", what, Risk.LOSES_DATA)
    elif isinstance(setting.old, str) and isinstance(setting.new, str):
        words = f"Secret {setting.old} → {setting.new}" if setting.name == "name" else f"{setting.name} of its Secret"
        what = f"object store by {words}: another bucket would lack what is kept now"
        yield _change(setting, "change/store-secret", "~", what, Risk.REVIEW)


def _volume(setting: Setting) -> Iterator[Change]:
    # A volume that lives and dies with the Pod has the same name as the claim that takes its place.
    routes = [each.route for each in setting.thing.leaves if each.route[-2:-1] == ("volumes",) and _is_empty_dir(each)]
    if setting.new is None:
        what, id_ = "no volume any more: its data lives as long as its Pod", "change/store-no-volume"
        yield setting.thing.change(id_, "-", what, Risk.DESTROYS, setting.route, *routes, subject=subject(setting))
    elif setting.old is None:
        what, id_ = "keeps its data in a volume now", "change/store-volume"
        what += f": {_REFUSED}" if setting.thing.kind == "StatefulSet" else ""
        yield setting.thing.change(id_, "+", what, Risk.REVIEW, setting.route, *routes, subject=subject(setting))


def _is_empty_dir(leaf: Leaf) -> bool:
    value = leaf.old if leaf.new is MISSING else leaf.new
    return MISSING in (leaf.old, leaf.new) and isinstance(value, dict) and "emptyDir" in value


def _whole(thing: Thing) -> Iterator[Change]:
    """Claims that are gone, and owners of volumes that have another name or namespace now."""
    if not isinstance(thing.owner, Key):
        return
    if thing.kind == CLAIM and thing.new is None and is_deleted(thing.pair.old.objects[thing.owner], thing.pair.new):
        yield thing.change("change/store-claim-gone", "-", "gone: its volume is deleted", Risk.DESTROYS)
    elif thing.old and thing.new and keeps_volumes(thing.pair.new.objects[thing.owner]):
        before, after = (thing.values("metadata", key) for key in ("namespace", "name"))
        if (before[0], after[0]) != (before[1], after[1]):
            old = f"{before[0]}/{after[0]}" if before[0] else str(after[0])
            what = f"{old} until now: begins with empty volumes"
            routes = (("metadata", "name"), ("metadata", "namespace"))
            yield thing.change("change/store-renamed", "~", what, Risk.DESTROYS, *routes)


def _change(setting: Setting, id_: str, sign: str, what: str, risk: Risk) -> Change:
    return setting.thing.change(id_, sign, what, risk, setting.route, subject=subject(setting))


def subject(setting: Setting) -> str:
    """What a setting is of: the object, or the part of a chart's values."""
    thing = setting.thing
    return str(thing.owner) if thing.kind else f"values of {setting.path[0]}" if setting.path else str(thing.owner)


def _or(value: object) -> str:
    return "the default" if value is None else str(value)
