"""obsgen writes and proves the observability stack of an AI inference platform."""

__version__ = "0.1.0"
