"""A page's form as a browser without a script would send it: what is typed, ticked and chosen, in its order."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

Pairs = list[tuple[str, str]]


@dataclass
class _Form:
    action: str
    pairs: Pairs = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._select: str | None = None
        self._area: str | None = None
        self._chosen: str | None = None
        self._typed = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(_Form(given.get("action", "")))
        elif tag == "input" and self.forms and given.get("name"):
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if ticked:
                self.forms[-1].pairs.append((given["name"], given.get("value", "on")))
        elif tag == "select":
            self._select, self._chosen = given.get("name"), None
        elif tag == "option" and self._select and ("selected" in given or self._chosen is None):
            self._chosen = given.get("value", "")
        elif tag == "textarea":
            self._area, self._typed = given.get("name"), ""

    def handle_data(self, data: str) -> None:
        self._typed += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self._chosen is not None:
            self.forms[-1].pairs.append((self._select, self._chosen))
            self._select = None
        elif tag == "textarea" and self._area:
            self.forms[-1].pairs.append((self._area, self._typed.removeprefix("\n")))
            self._area = None


def filled(html: str, action: str) -> Pairs:
    """The fields of the form whose address ends so; of an empty one, the form that goes to the page's own."""
    reader = _Reader()
    reader.feed(html)
    return next(form.pairs for form in reader.forms if (form.action.endswith(action) if action else not form.action))


def changed(pairs: Pairs, **by: str) -> Pairs:
    """With other values; what was not there is added."""
    there = [(name, by.get(name.replace(".", "_"), value)) for name, value in pairs]
    names = {name.replace(".", "_") for name, _ in pairs}
    return there + [(name, value) for name, value in by.items() if name not in names]
