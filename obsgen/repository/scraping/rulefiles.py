"""Files of rules that a configuration of Prometheus names, and those that its patterns miss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from obsgen.repository.objects import Located
from obsgen.repository.scraping.prometheusconfigs import PrometheusConfig
from obsgen.source import Document

_WILD = "*?["


@dataclass(frozen=True, eq=False)
class Missing:
    """A pattern that no file has the name for, and the files of rules where it looks."""

    located: Located
    pattern: PurePosixPath
    files: tuple[str, ...]

    @property
    def is_sure(self) -> bool:
        """Whether it looks there; of an absolute path nothing but the folder's name says so."""
        return not self.pattern.is_absolute()


def missing(configs: Iterable[PrometheusConfig], files: Sequence[str]) -> Iterator[Missing]:
    """The patterns that find nothing while files of rules beside lie there, which no other pattern finds."""
    patterns = [each for config in configs for each in _patterns(config)]
    taken = {file for pattern in patterns for file in files if _is_beside(pattern, file) and _matches(pattern, file)}
    for located in patterns:
        pattern = PurePosixPath(located.value)
        beside = [file for file in files if _is_beside(located, file)]
        lost = tuple(file for file in beside if file not in taken)
        if lost and len(lost) == len(beside) and not _finds(located, pattern):
            yield Missing(located, pattern, lost)


def is_file(located: Located) -> bool:
    """Whether it is a file of its own, not a text in a ConfigMap."""
    return isinstance(located.where, Document) and not located.route


def _patterns(config: PrometheusConfig) -> list[Located]:
    """Those that name a folder without wildcards."""
    found = [] if config.is_list or not is_file(config.located) else config.located.at("rule_files").items()
    texts = [each for each in found if isinstance(each.value, str)]
    return [each for each in texts if not set(_WILD) & set(str(PurePosixPath(each.value).parent))]


def _is_beside(located: Located, file: str) -> bool:
    """Whether a file lies in the folder where a pattern looks."""
    home, folder = Path(located.file).parent, PurePosixPath(located.value).parent
    here = Path(file).parent
    if not folder.is_absolute():
        return here == home / folder
    return here.name == folder.name and home in (here, *here.parents)


def _matches(located: Located, file: str) -> bool:
    return fnmatchcase(Path(file).name, PurePosixPath(located.value).name)


def _finds(located: Located, pattern: PurePosixPath) -> bool:
    """Whether a file on the disk has such a name."""
    folder = Path(located.file).parent / pattern.parent
    return not pattern.is_absolute() and any(folder.glob(pattern.name))
