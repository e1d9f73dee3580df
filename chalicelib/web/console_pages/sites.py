"""`/console/sites…`: the code that goes on a shop, what arrives from it, and how it is set."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.ids import random_token
from chalicelib.web.console_pages.api import Answer, Problem, segment
from chalicelib.web.console_pages.desk import Desk
from chalicelib.web.console_pages.form_words import problems
from chalicelib.web.console_pages.live import mark
from chalicelib.web.console_pages.site_words import PLATFORMS, TOOLS, WRONG, event_name, refusals, seen, usual_tool
from chalicelib.web.console_pages.typed import lines

NOTICES = {
    "saved": ("Enregistré. C’est appliqué en dix secondes au plus.", "Saved. It holds within ten seconds."),
    "allowed": (
        "Adresse ajoutée. Rechargez la page de votre boutique.",
        "Address added. Load your shop’s page again.",
    ),
}


def show(desk: Desk, *rest: str) -> Response:
    """The list, a new site's form, a site with its code and what arrives, its settings, its shop platform."""
    match rest:
        case ():
            return _list(desk)
        case ("new",):
            return desk.page("sites/new", given={}, errors={}, once=random_token())
        case (site,):
            return _site(desk, site)
        case (site, "live"):
            return _live(desk, site)
        case (site, "settings"):
            return _settings(desk, site)
        case (site, "shop"):
            return desk.page(
                "sites/shop", site=_known(desk, site), errors={}, source=None, given={}, once=random_token()
            )
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Make a site, change it, let an address in, register a shop platform."""
    match rest:
        case ("new",):
            return _make(desk)
        case (site, "settings"):
            return _save(desk, site)
        case (site, "allow"):
            return _allow(desk, site)
        case (site, "shop"):
            return _register_shop(desk, site)
    raise NotFound("page")


def _list(desk: Desk) -> Response:
    sites = desk.read("sites", {"limit": "200"})["sites"]
    if not sites and desk.may("POST", "sites"):
        return desk.page("sites/new", given={}, errors={}, once=random_token())
    return desk.page("sites/list", sites=sites, may_add=desk.may("POST", "sites"))


def _site(desk: Desk, site: str, **more: Any) -> Response:
    known = _known(desk, site)
    platform = desk.parameters.get("platform", "html")
    if platform not in PLATFORMS:
        platform = "html"
    tool = desk.parameters.get("tool", "")
    if tool not in TOOLS:
        tool = usual_tool(platform)
    code = desk.api("GET", _path(site, "code"), query={"platform": platform, "tool": tool})
    arriving = _arriving(desk, site)
    shown: dict[str, Any] = {
        "site": known,
        "platform": platform,
        "tool": tool,
        "pieces": code.body["pieces"],
        "platforms": PLATFORMS,
    }
    values: dict[str, Any] = {"tools": TOOLS, "secret": "", "may_change": desk.may("PUT", "sites")}
    return desk.page("sites/site", notices=NOTICES, **values | shown | arriving | more)


def _live(desk: Desk, site: str) -> Response:
    """What has arrived, for a page that is open; nothing where it shows that already."""
    arriving = _arriving(desk, site)
    if desk.parameters.get("state") == arriving["state"]:
        return desk.unchanged()
    return desk.part("sites/live", site=_known(desk, site), may_change=desk.may("PUT", "sites"), **arriving)


def _arriving(desk: Desk, site: str) -> dict[str, Any]:
    told = _told(desk.api("GET", _path(site, "live")))
    shown = {name: told[name] for name in ("events", "counts", "last_event_at", "visitors")}
    return {
        "live": told,
        "state": mark(shown),
        "rows": [seen(event, desk.say) for event in told["events"]],
        "first": next((event for event in reversed(told["events"]) if not event["drop"]), None),
        "refusals": refusals(told, desk.say),
        "received": {
            event_name(name.removeprefix("event."), desk.say): number
            for name, number in told["counts"].items()
            if name.startswith("event.")
        },
    }


def _settings(desk: Desk, site: str) -> Response:
    answer = desk.api("GET", _path(site))
    told = _told(answer)
    given = {
        "name": told["name"],
        "origins": "\n".join(told["origins"]),
        "sensitive": "\n".join(told["sensitive_categories"]),
        "cart_url": told["cart_url"] or "",
        "demand_strong": told["demand_strong"],
    }
    return desk.page("sites/settings", site=told, given=given, errors={}, tag=answer.etag)


def _make(desk: Desk) -> Response:
    answer = desk.api("POST", "sites", _asked(desk), headers=desk.once)
    if not answer.ok:
        return desk.page(
            "sites/new", answer.status, given=desk.fields, errors=_wrong(desk, answer), once=random_token()
        )
    made = answer.body
    return _site(desk, made["site"], secret=made["secret"])


def _save(desk: Desk, site: str) -> Response:
    known = _known(desk, site)
    tag = desk.fields.get("tag", "")
    changed = _asked(desk) | {"cart_url": desk.fields.get("cart_url") or None, "network": known["network"]}
    answer = desk.api("PUT", _path(site), changed, headers=desk.if_unchanged)
    if answer.ok:
        return desk.go(f"sites/{site}", "saved")
    given = desk.fields | {"demand_strong": "demand_strong" in desk.fields}
    return desk.page("sites/settings", answer.status, site=known, given=given, errors=_wrong(desk, answer), tag=tag)


def _allow(desk: Desk, site: str) -> Response:
    known = _known(desk, site)
    kept = ("name", "demand_strong", "cart_url", "network", "sensitive_categories")
    wider = {name: known[name] for name in kept} | {"origins": [*known["origins"], desk.fields.get("origin", "")]}
    answer = desk.api("PUT", _path(site), wider)
    if answer.ok:
        return desk.go(f"sites/{site}#live", "allowed")
    return desk.page(
        "sites/settings", answer.status, site=known, given=_typed(wider), errors=_wrong(desk, answer), tag=""
    )


def _register_shop(desk: Desk, site: str) -> Response:
    known, given = _known(desk, site), desk.fields
    wanted = ("kind", "secret", "completed", "wording", "text")
    body = {name: given[name] for name in wanted if given.get(name)}
    answer = desk.api("POST", _path(site, "shops"), body, headers=desk.once)
    values: dict[str, Any] = {
        "site": known,
        "given": given,
        "once": random_token(),
        "errors": {} if answer.ok else _wrong(desk, answer),
    }
    return desk.page("sites/shop", answer.status, source=answer.body if answer.ok else None, **values)


def _asked(desk: Desk) -> dict[str, Any]:
    given = desk.fields
    return {
        "name": given.get("name", ""),
        "origins": [_with_scheme(line) for line in lines(given.get("origins", ""))],
        "demand_strong": "demand_strong" in given,
        "sensitive_categories": lines(given.get("sensitive", "")),
    }


def _typed(site: dict[str, Any]) -> dict[str, Any]:
    told = {"origins": "\n".join(site["origins"]), "sensitive": "\n".join(site["sensitive_categories"])}
    return {"name": site["name"], "cart_url": site["cart_url"] or "", "demand_strong": site["demand_strong"]} | told


def _with_scheme(text: str) -> str:
    """An address as people write it, as the origin that browsers send: `maboutique.fr/` is `https://maboutique.fr`."""
    whole = text if "://" in text else f"https://{text}"
    scheme, _, rest = whole.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _wrong(desk: Desk, answer: Answer) -> dict[str, Problem]:
    return problems(desk, answer, WRONG, {"sensitive_categories": "sensitive"})


def _known(desk: Desk, site: str) -> dict[str, Any]:
    return _told(desk.api("GET", _path(site)))


def _told(answer: Answer) -> dict[str, Any]:
    if not answer.ok:
        raise NotFound("site")
    return dict(answer.body)


def _path(site: str, part: str = "") -> str:
    return f"/v1/sites/{segment(site)}" + (f"/{part}" if part else "")
