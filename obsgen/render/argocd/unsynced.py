"""Parts of a tree that no Argo CD Application syncs, though others are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from obsgen.findings import Finding, error
from obsgen.profile.load import LoadedProfile
from obsgen.render.objects import Rendered


def unsynced(profile: LoadedProfile, environments: Mapping[str, Rendered]) -> Iterator[Finding]:
    """A finding for each part that has objects in some environment, while only other parts are named."""
    argocd = profile.base.settings.argocd
    if argocd is None or argocd.application_per or not any(each.part for each in argocd.applications):
        return
    named = {each.part for each in argocd.applications}
    present = {m.part for each in environments.values() for m in (*each.objects, *each.board_maps)}
    for part in sorted(present - named):
        place = profile.base.merged.place(("argocd", "applications"), key=True)
        hint = f"add {{name: …, part: {part}}}, or write applicationPer: part for one of each"
        yield error("profile/part-not-synced", f"no application syncs the part '{part}'", place, hint)
