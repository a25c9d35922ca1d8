"""The real tools (kubeconform, kustomize, promtool, amtool, logql): pinned, found, built, called."""

from __future__ import annotations

from obsgen.tools.build import install
from obsgen.tools.call import Completed, Tool, run
from obsgen.tools.errors import ToolError
from obsgen.tools.locate import ToolStatus, catalogue, find

__all__ = ["Completed", "Tool", "ToolError", "ToolStatus", "catalogue", "find", "install", "run"]
