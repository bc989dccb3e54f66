"""YAML that remembers where each key stands, so that a mistake can be named with its line."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

BaseLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Located(dict[str, Any]):
    """A mapping with the line of itself and of each key (1-based)."""

    line: int = 0
    lines: dict[str, int]


class BrokenFile(ValueError):
    """A regulation file that is refused: file, line, key and what would be allowed, in one Chinese sentence."""

    def __init__(self, file: str, line: int, key: str, why: str, allowed: tuple[str, ...] = ()) -> None:
        self.file, self.line, self.key, self.why, self.allowed = file, line, key, why, allowed
        tail = f"。允许：{'、'.join(allowed)}" if allowed else ""
        super().__init__(f"{file} 第 {line} 行，{key}：{why}{tail}")


class _Loader(BaseLoader):  # type: ignore[misc, valid-type]
    """Safe loader that builds `Located` mappings and refuses a key that stands twice."""


def _mapping(loader: Any, node: yaml.MappingNode) -> Located:
    found = Located()
    found.line = node.start_mark.line + 1
    found.lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable) or key in found:
            raise BrokenFile(getattr(loader, "file_name", ""), line, str(key), "同一处写了两次")
        found[str(key)] = loader.construct_object(value_node, deep=True)
        found.lines[str(key)] = line
    return found


# `on`, `off`, `yes` and `no` are words here (a disclosure happens `on` an event); only true and false are truth values.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, pairs in BaseLoader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parse(text: str, file: str) -> Located:
    """The file's top mapping. Raises `BrokenFile` when the text is not YAML or not a mapping."""
    loader = _Loader(text)
    loader.file_name = file
    try:
        data = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise BrokenFile(file, mark.line + 1 if mark else 0, "YAML", str(error.problem)) from None
    finally:
        loader.dispose()
    if not isinstance(data, Located):
        raise BrokenFile(file, 1, "YAML", "整个文件应是一组键值")
    return data
