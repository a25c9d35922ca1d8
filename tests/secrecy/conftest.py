"""Tests of secrets see made-up components only."""

from __future__ import annotations

from engine_support import made_up_components, obsgen

__all__ = ["made_up_components", "obsgen"]
