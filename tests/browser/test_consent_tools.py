"""Consent tools drive the snippet. Each fake follows what its tool documents (docs/consent-tools.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page

from .embedding import nothing_more_comes, visit
from .servers import GPC, Collector, Shop


@dataclass(frozen=True)
class Tool:
    """A tool's fake: how it comes up with an answer (true, false or null for none yet), and how that changes."""

    name: str
    options: str
    load: str
    change: str


TOOLS = [
    Tool(
        "axeptio",
        "{consent: 'axeptio', vendor: 'relance'}",
        """answer => {
            const heard = [];
            const sdk = {
                on(event, callback) { if (event === 'cookies:complete') { heard.push(callback); tell(callback); } }
            };
            const tell = callback => { if (window.answer !== null) callback({relance: window.answer, other: true}); };
            window.answer = answer;
            window.change = answer => { window.answer = answer; heard.forEach(tell); };
            const waiting = window._axcb || [];
            window._axcb = {push: callback => callback(sdk)};
            waiting.forEach(callback => callback(sdk));
        }""",
        "answer => window.change(answer)",
    ),
    Tool(
        "didomi",
        "{consent: 'didomi', vendor: 'c:relance', purposes: ['select_personalized_ads']}",
        """answer => {
            const heard = [];
            const entry = () => ({enabled: window.answer === true});
            const didomi = {
                on(event, callback) { if (event === 'consent.changed') heard.push(callback); },
                getCurrentUserStatus: () => (
                    {vendors: {'c:relance': entry()}, purposes: {select_personalized_ads: entry()}})
            };
            window.answer = answer;
            window.change = answer => { window.answer = answer; heard.forEach(callback => callback()); };
            const waiting = window.didomiOnReady || [];
            window.didomiOnReady = {push: callback => callback(didomi)};
            waiting.forEach(callback => callback(didomi));
        }""",
        "answer => window.change(answer)",
    ),
    Tool(
        "onetrust",
        "{consent: 'onetrust'}",
        """answer => {
            window.change = answer => {
                window.answer = answer;
                const groups = answer === false ? ['C0001'] : ['C0001', 'C0004'];
                window.OneTrust = {IsAlertBoxClosed: () => window.answer !== null};
                window.OnetrustActiveGroups = `,${groups.join(',')},`;
                window.dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', {detail: groups}));
            };
            window.change(answer);
        }""",
        "answer => window.change(answer)",
    ),
    Tool(
        "tarteaucitron",
        "{consent: 'tarteaucitron'}",
        """answer => {
            const send = name => document.dispatchEvent(new Event(name));
            window.tarteaucitron = {state: {relance: answer === null ? 'wait' : answer}};
            if (answer) send('relance_loaded');
            window.change = answer => {
                if (answer) send('relance_allowed');
                window.tarteaucitron.state.relance = answer;
                send('tac.consent_updated');
            };
        }""",
        "answer => window.change(answer)",
    ),
    Tool(
        "tcf",
        "{consent: 'tcf', vendor: 4321}",
        """answer => {
            const heard = [];
            const data = eventStatus => ({
                eventStatus,
                purpose: {consents: {1: window.answer === true, 3: window.answer === true, 4: window.answer === true}},
                vendor: {consents: {4321: window.answer === true}}
            });
            window.answer = answer;
            window.__tcfapi = (command, version, callback) => {
                if (command !== 'addEventListener' || version !== 2) return;
                heard.push(callback);
                callback(data(window.answer === null ? 'cmpuishown' : 'tcloaded'), true);
            };
            window.change = answer => {
                window.answer = answer;
                heard.forEach(callback => callback(data('useractioncomplete'), true));
            };
        }""",
        "answer => window.change(answer)",
    ),
    Tool(
        "gcm",
        "{consent: 'gcm'}",
        """answer => {
            window.dataLayer = window.dataLayer || [];
            window.gtag = function () { window.dataLayer.push(arguments); };
            const types = word => ({ad_storage: word, ad_user_data: word, ad_personalization: word});
            gtag('consent', 'default', types('granted'));
            window.change = answer => gtag('consent', 'update', types(answer ? 'granted' : 'denied'));
            if (answer !== null) window.change(answer);
        }""",
        "answer => window.change(answer)",
    ),
    Tool(
        "shopify",
        "{consent: 'shopify'}",
        """answer => {
            const word = () => window.answer === null ? '' : window.answer ? 'yes' : 'no';
            window.answer = answer;
            window.Shopify = {
                customerPrivacy: {currentVisitorConsent: () => ({marketing: word()})},
                loadFeatures: (features, callback) => callback()
            };
            window.change = answer => {
                window.answer = answer;
                document.dispatchEvent(
                    new CustomEvent('visitorConsentCollected', {detail: {marketingAllowed: answer}}));
            };
        }""",
        "answer => window.change(answer)",
    ),
]
each_tool = pytest.mark.parametrize("tool", TOOLS, ids=[tool.name for tool in TOOLS])


def already(tool: Tool, *, answer: bool | None) -> str:
    """The tool's own script, run before the snippet had time to load."""
    return f"({tool.load})({json.dumps(answer)})"


def arrive(page: Page, shop: Shop, collector: Collector, tool: Tool, *commands: str) -> None:
    visit(page, shop, collector.url, *commands, init=f"'site-1', {tool.options}")
    collector.wait_until(lambda: any(request.path == "/c.js" for request in collector.requests))
    page.wait_for_load_state("networkidle")


@each_tool
def test_what_was_agreed_before_is_a_grant(page: Page, shop: Shop, collector: Collector, tool: Tool) -> None:
    arrive(page, shop, collector, tool, already(tool, answer=True))
    assert collector.wait_for_event("page_view")["consent"] == "grant"


@each_tool
def test_a_tool_that_loads_late_is_heard(page: Page, shop: Shop, collector: Collector, tool: Tool) -> None:
    arrive(page, shop, collector, tool)
    assert nothing_more_comes(page, collector) == []
    page.evaluate(tool.load, arg=True)
    collector.wait_for_event("page_view")


@each_tool
def test_no_answer_is_no_consent_and_loses_nothing(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector, tool: Tool
) -> None:
    arrive(page, shop, collector, tool, already(tool, answer=None), "relance('track', 'view_item', {})")
    assert nothing_more_comes(page, collector) == []
    assert "_relance" not in [cookie["name"] for cookie in context.cookies()]
    page.evaluate(tool.change, arg=True)
    collector.wait_for_event("view_item")
    assert collector.event_names() == ["page_view", "view_item"]


@each_tool
def test_a_change_of_mind_holds_at_once(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector, tool: Tool
) -> None:
    arrive(page, shop, collector, tool, already(tool, answer=True))
    first = collector.wait_for_event("page_view")["visitor"]
    page.evaluate(tool.change, arg=False)
    page.wait_for_function("!document.cookie.includes('_relance=')")
    page.evaluate("relance('track', 'view_item', {})")
    assert len(nothing_more_comes(page, collector)) == 1

    page.evaluate(tool.change, arg=True)
    page.wait_for_function("document.cookie.includes('_relance=')")
    page.evaluate("relance('track', 'add_to_cart', {})")
    assert collector.wait_for_event("add_to_cart")["visitor"] != first


@each_tool
def test_a_refusal_of_before_forgets_the_browser(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector, tool: Tool
) -> None:
    """It was given on another page, where the snippet did not hear it."""
    context.add_cookies([{"name": "_relance", "value": "a" * 22, "url": shop.url}])
    arrive(page, shop, collector, tool, already(tool, answer=False))
    page.wait_for_function("!document.cookie.includes('_relance=')")
    assert nothing_more_comes(page, collector) == []


@each_tool
def test_the_browsers_own_refusal_outranks_the_tool(
    page: Page, context: BrowserContext, shop: Shop, collector: Collector, tool: Tool
) -> None:
    context.add_init_script(GPC)
    arrive(page, shop, collector, tool, already(tool, answer=True))
    assert nothing_more_comes(page, collector) == []
    assert context.cookies() == []


@pytest.mark.parametrize(
    ("options", "command"),
    [
        ("{consent: 'nosuchtool'}", ""),
        ("{consent: 'toString'}", ""),
        ("{consent: 'didomi'}", already(TOOLS[1], answer=True)),
        ("{consent: 'axeptio', vendor: 'another'}", already(TOOLS[0], answer=True)),
        ("{consent: 'onetrust', category: 'C0005'}", already(TOOLS[2], answer=True)),
        ("{consent: 'tarteaucitron', service: 'other'}", already(TOOLS[3], answer=True)),
        ("{consent: 'tcf', vendor: 4321, purposes: [1, 2]}", already(TOOLS[4], answer=True)),
        ("{consent: 'gcm', types: ['ad_storage', 'analytics_storage']}", already(TOOLS[5], answer=True)),
    ],
)
def test_what_was_not_agreed_to_is_no_consent(
    page: Page, shop: Shop, collector: Collector, options: str, command: str
) -> None:
    visit(page, shop, collector.url, command, init=f"'site-1', {options}")
    collector.wait_until(lambda: any(request.path == "/c.js" for request in collector.requests))
    page.wait_for_load_state("networkidle")
    assert nothing_more_comes(page, collector) == []


def test_it_works_under_a_policy_of_nonces(page: Page, shop: Shop, collector: Collector) -> None:
    tool = TOOLS[6]
    shop.html = f"""<!doctype html>
        <meta http-equiv="Content-Security-Policy"
              content="script-src 'nonce-n0'; connect-src {collector.url}; img-src {collector.url}">
        <script nonce="n0">{already(tool, answer=True)};
          window.relance=window.relance||function(){{(relance.q=relance.q||[]).push(arguments)}};
          relance('init', 'site-1', {tool.options})</script>
        <script nonce="n0" async src="{collector.url}/t.js"></script>"""
    page.goto(shop.url)
    collector.wait_for_event("page_view")
