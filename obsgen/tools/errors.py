"""The one error of this package: a real tool that cannot be had, or did not answer."""

from __future__ import annotations

from obsgen.findings import ObsgenError


class ToolError(ObsgenError):
    """A tool is missing, cannot be built or gave no answer; `hint` says what to type or install."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(f"{message}\nhint: {hint}" if hint else message)
