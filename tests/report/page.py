"""Reading a report's HTML as a browser would: what is open, what is linked, what is fetched."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "input"}
FETCH = {"src", "srcset", "data", "poster", "action"}


class Page(HTMLParser):
    """A parsed page.  Raises ValueError where elements are not nested properly."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.handlers: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        if self.open:
            raise ValueError(f"never closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        for name, value in attrs:
            self.ids += [value or ""] if name == "id" else []
            self.links += [value or ""] if name in ("href", "xlink:href") else []
            self.fetched += [value or ""] if name in FETCH else []
            self.handlers += [name] if name.startswith("on") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            raise ValueError(f"</{tag}> closes {self.open[-3:]} at {self.getpos()}")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All text, white space made even."""
        return " ".join(" ".join(self.words).split())


def assert_sound(text: str, scripts: int = 0) -> Page:
    """The page needs nothing from outside, has so many scripts (all in it), and every link in it leads somewhere."""
    page = Page(text)
    assert len(page.ids) == len(set(page.ids)), [name for name, n in Counter(page.ids).items() if n > 1]
    assert all(link.startswith("#") for link in page.links), page.links
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert page.elements["script"] == scripts
    assert page.elements["link"] == page.elements["iframe"] == 0
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.fetched)
    assert page.handlers == []
    assert "@import" not in text
    assert "url(" not in text
    return page
