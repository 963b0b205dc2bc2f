"""What is said of every name, where is it kept, and how is a name found by what it means?

Entries are put together from the whole case and the model's files once for each state of both, and kept as text beside the case:
the next question is answered without reading either.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from html import escape
from pathlib import Path

from latecomer.case.folder import case_folder, checksum
from latecomer.case.kept import keep, kept, key
from latecomer.errors import Problems, UsageError, plain, printable

NEAR, FOUND, SHORTEST = 4, 20, 3
SOURCE = "source"  # sources have names of their own, which nobody is thought to have meant
KINDS = {
    "policy lever": "levers: what government decides",
    "strategy lever": "strategy levers: what firms decide",
    "series": "series: what happened, by year",
    "world input": "world inputs: what is given from outside",
    "parameter": "parameters: how people and firms behave",
    "constant of the case": "constants of the case",
    "mechanism": "mechanisms: files of the model, with their equations",
    "maker": "makers",
    "region": "regions",
    "destination": "destinations abroad",
    "state": "state: what the next year needs",
}
# Words that people use, and the words that names and texts of the model use for them.
MEANT = {
    "r&d": ("research",), "rnd": ("research",), "innovation": ("research", "knowledge"), "subsidies": ("subsidy",),
    "grants": ("grant", "grants"), "duty": ("tariff",), "duties": ("tariff",), "customs": ("tariff",), "taxes": ("tax",),
    "vat": ("tax",), "ev": ("electric", "energy"), "evs": ("electric", "energy"), "nev": ("energy", "electric"),
    "jv": ("venture",), "jvs": ("venture",), "fdi": ("venture", "foreign"), "wages": ("wage",), "salaries": ("wage",),
    "gdp": ("gdp", "product"), "income": ("income",), "ownership": ("ownership", "owner"), "licence": ("licence",),
    "license": ("licence",), "plates": ("plate",), "quota": ("quota", "quotas"), "credit": ("credit", "loan"),
    "loans": ("loan", "credit"), "bank": ("credit", "loan"), "debt": ("debt", "loan"), "market": ("market", "share"),
    "welfare": ("surplus",), "consumers": ("buyers", "surplus"), "catch-up": ("gap", "share"), "batteries": ("battery",),
    "engineers": ("engineer", "engineers"), "firm": ("maker",), "firms": ("maker",), "company": ("maker",),
    "province": ("region", "province"), "provinces": ("region", "province"), "sales": ("sales", "sold", "exports"),
    "sold": ("sales", "sold", "exports"), "abroad": ("abroad", "export", "exports"),
    "cars": ("car", "vehicle"), "parents": ("parent", "group"),
    "production": ("output", "made", "vehicles"), "output": ("output", "vehicles"), "bailout": ("budget", "aid"),
}  # fmt: skip


SHORT, LINE = 8, 120  # facts, and letters of a line, that an entry shows of itself


@dataclass(frozen=True, repr=False)
class Entry:
    """One meaning of a name: its kind, one line on what it is, labelled facts, and the files whose equations use it.

    `names` are all spellings under which it is found.
    """

    name: str
    kind: str
    about: str
    facts: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __repr__(self) -> str:
        lines = [
            f"Entry {self.name}: {self.kind}. {self.about}",
            *(f"{label}: {said}" for label, said in self.facts[:SHORT]),
        ]
        return "\n  ".join(
            printable(line if len(line) <= LINE else f"{line[: LINE - 3]}...") for line in lines
        )

    def _repr_html_(self) -> str:
        """Return the same for a notebook."""
        return f"<table><tr><td><pre>{escape(repr(self))}</pre></td></tr></table>"


def entries_of(case: str | Path) -> list[Entry]:
    """Return every entry of a case, as kept or put together anew; raise CaseError if the case cannot be read."""
    folder = case_folder(case)
    name = f"names-{key(checksum(folder))}"
    data = kept(name)
    if data is not None:
        return [entry_of(told) for told in json.loads(data)]
    from latecomer.case.kept import open_case
    from latecomer.explain.names import all_entries

    made = all_entries(open_case(folder))
    keep(name, json.dumps([asdict(entry) for entry in made]).encode())
    return made


def entry_of(told: dict) -> Entry:
    """Return an entry from plain data."""
    facts = tuple((label, said) for label, said in told.pop("facts"))
    files, names = tuple(told.pop("files")), tuple(told.pop("names"))
    return Entry(**told, facts=facts, files=files, names=names)


def meanings(names: Sequence[str], entries: Sequence[Entry]) -> list[Entry]:
    """Return every meaning of every name; raise UsageError that lists all unknown names with their nearest ones."""
    known: dict[str, list[Entry]] = {}
    for entry in entries:
        for name in entry.names:
            known.setdefault(plain(name), []).append(entry)
    problems = Problems()
    found: list[Entry] = []
    for name in names:
        mine = known.get(plain(name), []) or only_one(name, entries)
        found += mine
        if not mine:
            note_unknown(name, entries, problems)
    problems.raise_if_any(UsageError)
    return found


def only_one(name: str, entries: Sequence[Entry]) -> list[Entry]:
    """Return the one entry of which a name in other letters than ours is a part, such as the short name of a firm in Chinese."""
    if name.isascii():
        return []
    found = [entry for entry in entries if any(plain(name) in spelt for spelt in entry.names)]
    return found if len(found) == 1 else []


def see_also(name: str, entries: Sequence[Entry]) -> list[str]:
    """Return other names that hold a name's words: the levers of a group, such as subsidy.rural of subsidy."""
    words = {stem(word) for word in re.findall(r"[^\W_]+", name.lower())}
    others = [entry.name for entry in search(name, entries) if words <= stems(entry.name)]
    return [other for other in dict.fromkeys(others) if plain(other) != plain(name)]


def note_unknown(name: str, entries: Sequence[Entry], problems: Problems) -> None:
    """Note a name that is none, with what was probably meant: names spelt alike, or that mean what it says."""
    alike = near_names(name, entries)
    meant = [entry.name for entry in search(name, entries)[:NEAR]]
    near = list(
        dict.fromkeys([*alike[:1], *meant, *alike]) if alike and close(name, alike[0]) else [*meant, *alike]
    )
    near = list(dict.fromkeys(near))[:NEAR]
    others = f" (also near: {', '.join(near[1:])})" if len(near) > 1 else ""
    expected = f"a name the model or the case uses{others}; `latecomer explain --search` finds by meaning"
    problems.add(None, None, None, name, expected, nearest=near[0] if near else None)


def close(name: str, other: str) -> bool:
    """Return whether a name is probably a misspelling of another."""
    return bool(get_close_matches(plain(name), [plain(other)], n=1, cutoff=0.8))


def near_names(name: str, entries: Iterable[Entry]) -> list[str]:
    """Return the names spelt most alike, best first; Chinese and English spellings count, sources do not."""
    spelt = {plain(known): entry.name for entry in entries if entry.kind != SOURCE for known in entry.names}
    near = get_close_matches(plain(name), list(spelt), n=2 * NEAR, cutoff=0.5)
    part = [known for known in spelt if not name.isascii() and (plain(name) in known or known in plain(name))]
    return list(dict.fromkeys(spelt[known] for known in [*part, *near]))[:NEAR]


def search(text: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that hold all the words, or else most of them; best first, in the name before the text.

    Words of everyday use stand for those of the model.
    """
    wanted = [
        {stem(word) for word in (word, *MEANT.get(word, ()))} for word in re.findall(r"[\w&-]+", text.lower())
    ]
    scored = []
    for place, entry in enumerate(entries):
        points = [max(worth(word, entry) for word in words) for words in wanted]
        held = sum(point > 0 for point in points)
        if 2 * held > len(points) and entry.kind != SOURCE:
            scored.append((-held, -sum(points), list(KINDS).index(entry.kind), place, entry))
    most = min((score[0] for score in scored), default=0)
    return [score[-1] for score in sorted(scored, key=lambda score: score[:4]) if score[0] == most]


def worth(word: str, entry: Entry) -> int:
    """Return how well an entry matches a word: 4 the name, 3 in the name, 2 in what it is, 1 in another spelling, 0 not."""
    if word == stem(entry.name.lower()):
        return 4
    if word in stems(entry.name):
        return 3
    if word in stems(entry.about):
        return 2
    return int(any(word in stems(name) or (not word.isascii() and word in name) for name in entry.names))


def stems(text: str) -> set[str]:
    """Return the words of a text, each without its ending."""
    return {stem(word) for word in re.findall(r"[^\W_]+", text.lower())}


def stem(word: str) -> str:
    """Return a word without the ending of a plural or of a past."""
    if word.endswith("ies") and len(word) > SHORTEST + 1:
        return f"{word[:-3]}y"
    if word.endswith("ed") and len(word) > 2 * SHORTEST:
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > SHORTEST else word


def grouped(entries: Iterable[Entry]) -> dict[str, list[str]]:
    """Return all names but those of sources, by kind."""
    out: dict[str, list[str]] = {}
    for kind, title in KINDS.items():
        out[title] = list(dict.fromkeys(entry.name for entry in entries if entry.kind == kind))
    return out
