"""Pages: HTML read back by the parser of the standard library, for looks at its structure and its text."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "br", "img", "input", "hr", "link"}


class Page(HTMLParser):
    """A page with its elements, its text, and the faults of its nesting.

    elements: tag and attributes of every element in its order. text: all of it, white space joined. styles: of <style>.
    """

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self.styles = ""
        self._open: list[str] = []
        self._words: list[str] = []
        self.feed(markup)
        self.close()
        self.text = " ".join(" ".join(self._words).split())
        self.faults.extend(f"<{tag}> is never closed" for tag in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        names = [name for name, _ in attrs]
        self.faults.extend(f"<{tag}> has {name} twice" for name in set(names) if names.count(name) > 1)
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element of SVG without content."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.faults.append(f"</{tag}> closes {self._open[-1:]}")

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self._open and self._open[-1] == "style":
            self.styles += data
        else:
            self._words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """Give the attributes of all elements of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def ids(self) -> list[str]:
        """Give all ids."""
        return [value for _, attributes in self.elements if (value := attributes.get("id"))]
