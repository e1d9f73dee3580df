"""`relance site check`: pages that are installed right, and each way of getting it wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import site
from cli.main import app
from cli.site_checks import Known, check
from cli.site_page import NotFetched, Page, fetch
from tests.browser.embedding import embed
from tests.browser.servers import Collector, collecting, running
from tests.browser.servers import Quiet as Handler

SITE = "site_01J00000000000000000000000"
SERVICE = "https://r.example"
SHOP = "https://shop.example"


def served(url: str) -> Page:
    return Page(url, {}, "/* Relance snippet. */")


def levels(html: str, headers: dict[str, str] | None = None, known: Known | None = None) -> dict[str, str]:
    found = check(Page(f"{SHOP}/p", headers or {}, html), served, known or registered())
    return {finding.check: finding.level for finding in found}


def registered(*origins: str) -> Known:
    sites = {SITE: origins or (SHOP,)}
    return Known(sites.get, SERVICE)


def installed(*commands: str, init: str = f"'{SITE}'", service: str = SERVICE) -> str:
    return embed(service, *commands, init=init)


def test_a_page_that_is_installed_right_is_all_right() -> None:
    assert set(levels(installed("relance('consent', 'grant')")).values()) == {"ok"}


@pytest.mark.parametrize(
    ("html", "checked", "level"),
    [
        ("<p>Bonjour</p>", "snippet", "fail"),
        (installed() * 2, "snippet", "warn"),
        (installed().replace("script async", "script"), "snippet", "warn"),
        (installed(service="https://elsewhere.example"), "snippet", "warn"),
        (installed().replace("relance.q", "other"), "stub", "fail"),
        ("<script>relance('track', 'x')</script>" + installed(), "stub", "fail"),
        (installed().replace("relance('init'", "other('init'"), "init", "fail"),
        (installed(init="'site-1'"), "init", "fail"),
        (installed(init="'site_01J00000000000000000000009'"), "init", "fail"),
        (installed(), "consent", "warn"),
        (installed("window.didomiConfig = {}"), "consent", "fail"),
        (installed("window.didomiConfig = {}", init=f"'{SITE}', {{consent: 'didomi'}}"), "consent", "ok"),
        (installed(init=f"'{SITE}', {{consent: 'tcf'}}"), "consent", "warn"),
        (installed(init=f"'{SITE}', {{consent: 'cookiebot'}}"), "consent", "fail"),
        ('<meta name="referrer" content="no-referrer">' + installed(), "referrer", "warn"),
        ('<script src="/w.js"></script>' + installed(), "widget", "ok"),
    ],
)
def test_each_thing_that_is_wrong_is_told(html: str, checked: str, level: str) -> None:
    assert levels(html)[checked] == level


@pytest.mark.parametrize(
    ("policy", "level"),
    [
        ("default-src 'self'", "fail"),
        (f"default-src 'self' {SERVICE}", "ok"),
        (f"script-src {SERVICE}; img-src {SERVICE}; connect-src {SERVICE}; default-src 'none'", "ok"),
        (f"script-src {SERVICE}; img-src 'self'; connect-src {SERVICE}", "fail"),
        ("script-src 'nonce-abc' 'strict-dynamic'; connect-src *; img-src https:", "ok"),
        ("script-src *.example; connect-src r.example; img-src https://*.example", "ok"),
        ("script-src https://other.example", "fail"),
        ("upgrade-insecure-requests", "ok"),
    ],
)
def test_a_content_policy_must_let_it_through(policy: str, level: str) -> None:
    assert levels(installed(), {"content-security-policy": policy})["policy"] == level
    assert levels(f'<meta http-equiv="Content-Security-Policy" content="{policy}">' + installed())["policy"] == level


def test_what_a_script_or_a_tag_manager_puts_on_the_page_is_not_called_missing() -> None:
    code = f"relance('init', '{SITE}', {{consent: 'didomi'}}); put('{SERVICE}/t.js');"

    def read(url: str) -> Page:
        if url.endswith("/gone.js"):
            raise NotFetched("gone")
        return Page(url, {}, code if url == f"{SHOP}/embed.js" else "/* t.js */")

    for html in ('<script src="/gone.js"></script><script src="/embed.js"></script>', f"<script>{code}</script>"):
        found = {f.check: f.level for f in check(Page(f"{SHOP}/p", {}, html), read, registered())}
        assert (found["snippet"], found["init"], found["origin"], found["consent"]) == ("warn", "ok", "ok", "warn")
    elsewhere = '<script src="https://cdn.example/embed.js"></script>'
    assert check(Page(f"{SHOP}/p", {}, elsewhere), read, registered())[0].level == "fail"
    managed = '<script async src="https://www.googletagmanager.com/gtm.js?id=GTM-1"></script>'
    assert levels(managed) == {"snippet": "warn"}


def test_an_origin_that_is_not_registered_is_told() -> None:
    assert levels(installed(), known=registered("https://www.shop.example"))["origin"] == "fail"
    assert levels(installed(), known=Known())["origin"] == "warn"


def test_something_else_under_the_snippets_address_is_told() -> None:
    def other(url: str) -> Page:
        return Page(url, {}, "<html>404</html>")

    def down(url: str) -> Page:
        raise NotFetched(f"{url} answers 503")

    for broken in (other, down):
        found = check(Page(SHOP, {}, installed()), broken, registered())
        assert {finding.check: finding.level for finding in found}["service"] == "fail"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running_collector:
        yield running_collector


def run(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(app, ["site", "check", *arguments, "--json"])
    return result.exit_code, json.loads(result.stdout) if result.stdout.startswith("{") else result.output


def test_the_command_reads_a_page_and_its_snippet(monkeypatch: pytest.MonkeyPatch, collector: Collector) -> None:
    pages: dict[str, str] = {}

    class Shop(Handler):
        def do_GET(self) -> None:  # noqa: N802 - http.server's name
            self.answer("text/html; charset=utf-8", pages["html"].encode())

    with running(Shop) as port:
        url = f"http://127.0.0.1:{port}"
        known = Known({SITE: (url,)}.get, collector.url)
        monkeypatch.setattr(site, "_known", lambda: known)
        pages["html"] = installed("relance('consent', 'grant')", service=collector.url)
        code, told = run(url)
        assert (code, told["ok"]) == (0, True), told
        pages["html"] = "<p>Bonjour</p>"
        code, told = run(url)
        assert (code, told["ok"]) == (1, False)


@pytest.mark.parametrize("url", ["file:///etc/hosts", "ftp://shop.example", "shop.example", "http://", "javascript:1"])
def test_only_the_web_is_read(url: str) -> None:
    with pytest.raises(NotFetched):
        fetch(url)
    assert run(url)[0] == 1


def test_a_page_that_redirects_out_of_the_web_or_is_too_large_is_not_read() -> None:
    class Odd(Handler):
        def do_GET(self) -> None:  # noqa: N802 - http.server's name
            if self.path == "/large":
                self.answer("text/html", b"x" * 5_000_001)
                return
            self.send_response(302)
            self.send_header("Location", "file:///etc/hosts")
            self.end_headers()

    with running(Odd) as port:
        for path in ("/", "/large"):
            with pytest.raises(NotFetched):
                fetch(f"http://127.0.0.1:{port}{path}")
