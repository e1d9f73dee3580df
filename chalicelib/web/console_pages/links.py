"""`/console/links…`: short links for posters, parcels and posts: made, changed, counted, printed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.ids import random_token
from chalicelib.web.console_pages.api import Answer, Problem, Refused, segment
from chalicelib.web.console_pages.desk import Desk, Notices
from chalicelib.web.console_pages.form_words import problems
from chalicelib.web.console_pages.link_words import FIELDS, UTM, WRONG
from chalicelib.web.console_pages.reading import everything, read
from chalicelib.web.console_pages.typed import moment, moment_field

_NOTICES: Notices = {
    "made": ("Le lien est prêt.", "The link is ready."),
    "saved": ("C’est enregistré : le prochain clic y va.", "It is saved: the next click goes there."),
    "given": ("Des liens peuvent porter ce domaine.", "Links can stand on this domain."),
    "closed": (
        "Plus aucun lien ne s’y fait. Ceux qui y sont continuent.",
        "No more links are made there. Those that are go on.",
    ),
}
_A_PAGE = "20"
_BETWEEN = "~"
"""A domain of one's own and a slug, in a page's address: neither has one."""


def show(desk: Desk, *rest: str) -> Response:
    """The links, or one."""
    match rest:
        case ():
            return _list(desk)
        case (link,):
            return _link(desk, link)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Make a link, change it, or give and close a domain."""
    match rest:
        case ():
            return _make(desk)
        case ("domains", "give"):
            return _domain(desk, desk.api("POST", "link-domains", {"domain": desk.fields.get("domain", "").strip()}))
        case ("domains", "close"):
            return _domain(desk, desk.api("DELETE", f"link-domains/{segment(desk.fields.get('domain', ''))}"))
        case (link,):
            return _save(desk, link)
    raise NotFound("form")


def _list(desk: Desk, refused: Answer | None = None, of: str = "new") -> Response:
    after = desk.parameters.get("after", "")
    page = read(desk, "links", limit=_A_PAGE, **({"after": after} if after else {}))
    wrong = _wrong(desk, refused)
    domains = [one["domain"] for one in everything(desk, "link-domains", "domains")]
    return desk.page(
        "links",
        refused.status if refused else 200,
        notices=_NOTICES,
        links=[dict(one) | {"name": _name(one)} for one in page["links"]],
        following=page["next"],
        domains=domains,
        choices=[("", desk.say("celui du service", "the service’s")), *((one, one) for one in domains)],
        **_fields(desk.fields if of == "new" else {}, wrong if of == "new" else {}),
        domain_given=desk.fields.get("domain", "") if of == "domain" else "",
        domain_error=next(iter(wrong.values()), None) if of == "domain" else None,
        once=random_token(),
        may_make=desk.may("POST", "links"),
        may_give=desk.role == "operator",
    )


def _make(desk: Desk) -> Response:
    body = _asked(desk) | {name: desk.fields.get(name, "").strip() for name in ("domain", "slug")}
    told = desk.api("POST", "links", body, headers=desk.once)
    return desk.go(f"links/{_name(told.body)}", "made") if told.ok else _list(desk, told)


def _domain(desk: Desk, told: Answer) -> Response:
    return (
        desk.go("links#domains", "given" if told.status == 201 else "closed")
        if told.ok
        else _list(desk, told, "domain")
    )


def _link(desk: Desk, link: str, refused: Answer | None = None) -> Response:
    path, query = _place(link)
    answer, drawn = desk.api("GET", path, query=query), desk.api("GET", f"{path}/qr.svg", query=query)
    if not answer.ok:
        raise Refused(answer)
    typed = refused is not None and refused.status != 412
    counted = desk.api("GET", f"{path}/counts", query=query)
    return desk.page(
        "link",
        refused.status if refused else 200,
        notices=_NOTICES,
        link=answer.body,
        name=link,
        counts=counted.body["counts"] if counted.ok else None,
        qr=f"data:image/svg+xml;base64,{b64encode(str(drawn.body).encode()).decode()}",
        **_fields(desk.fields if typed else _typed(answer.body, desk.advertiser.zone), _wrong(desk, refused)),
        tag=desk.fields.get("tag", "") if typed else answer.etag,
        may_change=desk.may("PATCH", "links"),
    )


def _save(desk: Desk, link: str) -> Response:
    path, query = _place(link)
    told = desk.api("PATCH", path, _asked(desk), query=query, headers=desk.if_unchanged)
    return desk.go(f"links/{link}", "saved") if told.ok else _link(desk, link, told)


def _asked(desk: Desk) -> dict[str, Any]:
    given, zone = {name: value.strip() for name, value in desk.fields.items()}, desk.advertiser.zone
    return {
        "target": _with_scheme(given.get("target", "")),
        "tags": [tag.strip() for tag in given.get("tags", "").split(",") if tag.strip()],
        "utm": {name: given[name] for name in UTM if given.get(name)},
        "since": moment(given.get("since", ""), zone),
        "until": moment(given.get("until", ""), zone),
        "expired_target": _with_scheme(given.get("expired_target", "")) or None,
        "disabled": "disabled" in given,
    }


def _with_scheme(address: str) -> str:
    """An address as people write it: `maboutique.fr/soldes` is `https://maboutique.fr/soldes`."""
    return f"https://{address}" if address and ":" not in address.partition("/")[0] else address


def _fields(given: Mapping[str, str], errors: dict[str, Problem]) -> dict[str, Any]:
    """What the fields need; those that are seldom used are shown where one says something."""
    more = (*UTM, "since", "until", "expired_target")
    return {"given": given, "errors": errors, "is_open": any(given.get(name) or name in errors for name in more)}


def _typed(link: Mapping[str, Any], zone: str) -> dict[str, str]:
    """A link as its form shows it."""
    told = {
        "target": link["target"],
        "tags": ", ".join(link["tags"]),
        "since": moment_field(link["since"], zone),
        "until": moment_field(link["until"], zone),
        "expired_target": link["expired_target"] or "",
    }
    told |= {name: link["utm"].get(name, "") for name in UTM}
    return told | ({"disabled": "yes"} if link["disabled"] else {})


def _name(link: Mapping[str, Any]) -> str:
    return f"{link['domain']}{_BETWEEN}{link['code']}" if link["domain"] else str(link["code"])


def _place(name: str) -> tuple[str, dict[str, str]]:
    """Where the API has a link, by its name in a page's address."""
    domain, _, code = name.rpartition(_BETWEEN)
    return f"links/{segment(code)}", {"domain": domain} if domain else {}


def _wrong(desk: Desk, refused: Answer | None) -> dict[str, Problem]:
    return problems(desk, refused, WRONG, FIELDS) if refused else {}
