"""What a browser would find in a page: its elements, ids, links, and the numbers of its tables."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Element:
    """One element: its tag, attributes, text directly in it, and the id of the table that holds it."""

    tag: str
    attributes: dict
    table: str
    text: list = field(default_factory=list)


VOID = frozenset({"meta", "img", "br", "link", "input", "base"})


class Reader(HTMLParser):
    """Collect the elements of a page in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        table = self.open[-1].table if self.open else ""
        attributes = dict(attrs)
        if tag == "table":
            table = attributes.get("id", "")
        self.elements.append(Element(tag, attributes, table))
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs), self.open[-1].table if self.open else ""))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1].tag == tag, (
            f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}"
        )
        self.open.pop()

    def handle_data(self, data):
        if self.open:
            self.open[-1].text.append(data)

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    def ids(self) -> list[str]:
        return [element.attributes["id"] for element in self.elements if "id" in element.attributes]

    def numbers(self, table: str) -> list[float]:
        """Return the exact values in a table, row by row."""
        return [float(data.attributes["value"]) for data in self.all("data") if data.table == table]
