"""What does a small YAML file say, and on which line? Read as data only, so that a file from a stranger can do no harm.

A tree has mappings, lists and words; every entry knows its line. Words stay text: what `off` or `1e309` means is for the
reader of the tree to say, not for YAML, which would make the one a truth value and the other infinite. Anchors, aliases, tags,
several documents, repeated keys, great depth and great size, invisible letters and files that are not regular are refused;
everything that is wrong is noted, with its line. An empty file is an empty mapping.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from latecomer.case.files import read_text
from latecomer.errors import Problems, printable, steering_problem

LARGEST = 65_536  # bytes
DEEPEST, MOST = 8, 4_000
BLANKS = str.maketrans("\n\t", "  ")  # a note may have lines; whoever reads a name refuses them there


@dataclass(frozen=True)
class Entry:
    """One entry of a tree: a mapping of entries, a list of them, or a word; and the line on which it stands."""

    value: "dict[str, Entry] | list[Entry] | str"
    line: int | None = None

    @property
    def told(self) -> str:
        """Return the entry as a message shows it."""
        if isinstance(self.value, str):
            return self.value
        return "a mapping" if isinstance(self.value, dict) else "a list"


def read_tree(path: Path, problems: Problems) -> Entry | None:
    """Return the tree of a YAML file, or None after noting why there is none."""
    text = read_text(path, path.name, LARGEST, problems)
    return None if text is None else parse_tree(text, path.name, problems)


def parse_tree(text: str, file: str, problems: Problems) -> Entry | None:
    """Return the tree of a YAML text, or None after noting what is wrong with it."""
    before = len(problems)
    builder = Builder(file, problems)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
            if builder.stopped:
                break
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        problems.add(file, mark.line + 1 if mark else None, mark.column + 1 if mark else None, None,
                     f"YAML; {printable(error.problem or 'it cannot be read')}")  # fmt: skip
    except yaml.YAMLError as error:
        problems.add(file, None, None, None, f"YAML; {printable(str(error).splitlines()[0])}")
    except (ValueError, OverflowError):
        problems.add(file, None, None, None, "YAML; an escape such as \\U00110000 names no letter")
    if len(problems) > before:
        return None
    return builder.root or Entry({}, 1)


class Builder:
    """Makes a tree from the events of a YAML text, without recursion, and notes what a tree may not hold."""

    def __init__(self, file: str, problems: Problems) -> None:
        self.file, self.problems = file, problems
        self.root: Entry | None = None
        self.open: list[
            tuple[Entry, list[str]]
        ] = []  # a mapping's second part holds the key that waits for its entry
        self.count, self.documents, self.stopped = 0, 0, False

    def take(self, event: Any) -> None:
        """Take the next event."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.refuse(line, "---", "one document")
        elif isinstance(event, yaml.AliasEvent):
            self.refuse(line, f"*{event.anchor}", "no alias")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent | yaml.ScalarEvent):
            self.enter(event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.open.pop()

    def enter(self, event: Any, line: int) -> None:
        """Put a new entry into the one that is open."""
        self.count += 1
        if self.count > MOST or len(self.open) >= DEEPEST:
            self.refuse(line, None, f"at most {MOST} entries, {DEEPEST} deep")
            return
        if event.anchor is not None:
            self.problems.add(self.file, line, None, f"&{event.anchor}", "no anchor")
        if event.tag is not None:
            self.problems.add(self.file, line, None, event.tag, "no tag")
        if isinstance(event, yaml.ScalarEvent):
            expected = steering_problem(event.value.translate(BLANKS))
            if expected:
                self.problems.add(self.file, line, None, event.value, expected)
            self.put(Entry(event.value, line), line)
            return
        entry = Entry({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        self.put(entry, line)
        self.open.append((entry, []))

    def put(self, entry: Entry, line: int) -> None:
        """Make an entry the root, the next of a list, the key that waits, or what a key names."""
        if not self.open:
            self.root = entry
            return
        parent, waiting = self.open[-1]
        if isinstance(parent.value, list):
            parent.value.append(entry)
        elif not waiting:
            if not isinstance(entry.value, str):
                self.refuse(line, None, "a name as key")
                return
            waiting.append(entry.value)
        else:
            assert isinstance(parent.value, dict)
            key = waiting.pop()
            if key in parent.value:
                self.problems.add(self.file, line, None, key, "each name once")
            parent.value[key] = entry

    def refuse(self, line: int, value: str | None, expected: str) -> None:
        self.problems.add(self.file, line, None, value, expected)
        self.stopped = True


def tree_of(value: Any) -> Entry:
    """Return the tree of a Python mapping, as if it had been read from a file without lines."""
    if isinstance(value, Entry):
        return value
    if isinstance(value, Mapping):
        return Entry({str(key): tree_of(item) for key, item in value.items()})
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return Entry([tree_of(item) for item in value])
    if isinstance(value, bool):
        return Entry(str(int(value)))
    return Entry("" if value is None else str(value))
