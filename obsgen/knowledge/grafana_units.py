"""What Grafana's units mean. Source: grafana-data, valueFormats/categories.ts."""

from __future__ import annotations

from obsgen.knowledge.dimensions import Dimension, of_unit

_SECONDS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9, "m": 60.0, "h": 3600.0, "d": 86400.0, "dtdurations": 1.0}
_BYTES = {
    "bytes": 1.0,
    "decbytes": 1.0,
    "kbytes": 2.0**10,
    "mbytes": 2.0**20,
    "gbytes": 2.0**30,
    "tbytes": 2.0**40,
    "deckbytes": 1e3,
    "decmbytes": 1e6,
    "decgbytes": 1e9,
    "dectbytes": 1e12,
}
_RATES = {"Bps": 1.0, "binBps": 1.0, "KiBs": 2.0**10, "KBs": 1e3, "MiBs": 2.0**20, "MBs": 1e6, "GiBs": 2.0**30}
_WATTS = {"watt": 1.0, "kwatt": 1e3, "megwatt": 1e6, "mwatt": 1e-3}
_EVENTS = ("ops", "reqps", "cps", "rps", "wps", "eps", "hertz")
_SHARES = {"percentunit": 1.0, "percent": 0.01}

DIMENSIONS: dict[str, Dimension] = {
    **{unit: of_unit("seconds", scale) for unit, scale in _SECONDS.items()},
    **{unit: of_unit("bytes", scale) for unit, scale in _BYTES.items()},
    **{unit: of_unit("bytes/s", scale) for unit, scale in _RATES.items()},
    **{unit: of_unit("watts", scale) for unit, scale in _WATTS.items()},
    **dict.fromkeys(_EVENTS, of_unit("count/s")),
    "celsius": of_unit("celsius"),
    "joule": of_unit("joules"),
}
"""Units that say what a value measures, and in which size; those that only shape numbers are not here."""

SHARES = _SHARES
"""Units of shares, and the share that a value of 1 is."""


def fitting(dimension: Dimension) -> list[str]:
    """The units that show such values rightly."""
    same = (name for name, one in DIMENSIONS.items() if one.powers == dimension.powers and one.as_large(dimension))
    return [name for name in same if not name.startswith(("dec", "dt"))]
