"""A page as a browser would get it, within limits; and what its HTML says."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

_SECONDS = 10
_MOST_BYTES = 5_000_000
_AGENT = "Mozilla/5.0 (compatible; relance-site-check)"


class NotFetched(Exception):
    """The address could not be read; the text says why."""


@dataclass(frozen=True)
class Script:
    """A script of a page."""

    src: str | None
    waits: bool
    """Whether the page is held up for it."""
    text: str = ""


@dataclass(frozen=True)
class Page:
    """What came back for an address."""

    url: str
    headers: Mapping[str, str]
    body: str

    @property
    def origin(self) -> str:
        """Scheme and host, as a browser names them."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @cached_property
    def html(self) -> Html:
        """Its scripts and metas."""
        parser = Html(self.url)
        parser.feed(self.body)
        return parser


@dataclass
class _Open:
    src: str | None
    waits: bool
    pieces: list[str] = field(default_factory=list)


class Html(HTMLParser):
    """The scripts and metas of a page, in its order."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._url = url
        self._open: _Open | None = None
        self.scripts: list[Script] = []
        self.metas: list[tuple[str, str]] = []
        """Name or http-equiv, in lower case, and content."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A script begins, or a meta says something."""
        given = dict(attrs)
        if tag == "script":
            src = given.get("src")
            waits = bool(src) and not {"async", "defer"} & given.keys() and given.get("type") != "module"
            self._open = _Open(urljoin(self._url, src.strip()) if src else None, waits)
        elif tag == "base" and (href := given.get("href")):
            self._url = urljoin(self._url, href)
        elif tag == "meta":
            name = given.get("http-equiv") or given.get("name") or ""
            self.metas.append((name.lower(), given.get("content") or ""))

    def handle_data(self, data: str) -> None:
        """Text, which matters inside of a script."""
        if self._open:
            self._open.pieces.append(data)

    def handle_endtag(self, tag: str) -> None:
        """A script is over."""
        if tag == "script" and self._open:
            self.scripts.append(Script(self._open.src, self._open.waits, "".join(self._open.pieces)))
            self._open = None


class _WebOnly(urllib.request.HTTPRedirectHandler):
    """Follows no redirect out of the web."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        """As the base does; NotFetched for another scheme."""
        _web(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str) -> Page:
    """Read an http(s) address, its redirects followed: at most 10 s a step and 5 MB. Raises NotFetched."""
    _web(url)
    request = urllib.request.Request(url, headers={"User-Agent": _AGENT, "Accept": "*/*"})  # noqa: S310 - checked above
    opener = urllib.request.build_opener(_WebOnly)
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            body = answer.read(_MOST_BYTES + 1)
            headers = {name.lower(): value for name, value in answer.headers.items()}
            charset = answer.headers.get_content_charset() or "utf-8"
            final = answer.url
    except urllib.error.HTTPError as error:
        raise NotFetched(f"{url} answers {error.code}") from None
    except (OSError, ValueError) as error:
        raise NotFetched(f"{url} cannot be read: {type(error).__name__}") from None
    if len(body) > _MOST_BYTES:
        raise NotFetched(f"{url} is larger than {_MOST_BYTES // 1_000_000} MB")
    try:
        text = body.decode(charset, "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    return Page(final, headers, text)


def _web(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotFetched("give an address with http:// or https://")
