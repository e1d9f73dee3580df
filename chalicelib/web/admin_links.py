"""`/v1/advertisers/{advertiser}/links…`: standalone links, and the settings of all of them.

A link on an advertiser's own domain is its slug with `?domain=`.
"""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.keys import link_scope
from chalicelib.storage.links import Link
from chalicelib.web.admin_requests import answer, authorise, reached, read_body
from chalicelib.web.described import PAGED, TEXT, described, done, holding, listed, text
from chalicelib.web.listing import page_of, page_of_list
from chalicelib.web.views import parameter, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_LINKS = "/v1/advertisers/{advertiser}/links"
_LINK = "web.link_models:LinkTold"
_DOMAIN = holding(domain=TEXT, advertiser=TEXT)
_DOMAINS = "/v1/advertisers/{advertiser}/link-domains"
_COUNTED = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
    "required": ["code", "counts"],
}
_ON_A_DOMAIN = {"domain": text("For a link on a domain of the advertiser's own: the code is its slug")}


@routes.route(_DOMAINS, methods=["POST"])
@described(body="web.link_models:LinkDomain", answer=_DOMAIN, status=201, operator=True)
@view
def give_domain(advertiser: str) -> Response:
    """Give an advertiser a domain for short links; for the operator, who has its certificate and its route."""
    from chalicelib.web.link_models import LinkDomain

    authorise(routes, OPERATOR)
    domain = read_body(routes, LinkDomain).domain
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    if not services().link_domains.give(domain, advertiser):
        raise InvalidInput([FieldError("domain", "taken", "a domain that is nobody else's")])
    return answer({"domain": domain, "advertiser": advertiser}, 201)


@routes.route(_DOMAINS, methods=["GET"])
@described(answer=listed("domains", _DOMAIN), query=PAGED)
@view
def list_domains(advertiser: str) -> Response:
    """Domains that an advertiser may make short links on."""
    reached(routes, advertiser)
    items, following = page_of_list(routes, "link_domains", advertiser)
    return page_of("domains", [{"domain": item["domain"], "advertiser": advertiser} for item in items], following)


@routes.route(f"{_DOMAINS}/{{domain}}", methods=["DELETE"])
@described(answer=done("removed", "domain"), operator=True)
@view
def close_domain(advertiser: str, domain: str) -> Response:
    """Let no more links be made on a domain; for the operator. Those that were go on landing."""
    authorise(routes, OPERATOR)
    if not services().link_domains.close(domain.lower(), advertiser):
        raise NotFound("domain")
    return answer({"domain": domain.lower(), "removed": True})


@routes.route(_LINKS, methods=["GET"])
@described(answer=listed("links", "web.link_models:LinkListed"), query=PAGED)
@view
def list_links(advertiser: str) -> Response:
    """An advertiser's standalone links, with people's clicks on each. A personal one is found by its message."""
    from chalicelib.storage.links import from_item
    from chalicelib.web.link_models import link_answer

    reached(routes, advertiser)
    items, following = page_of_list(routes, "links", advertiser)
    links = [from_item(item) for item in items]
    told = [
        {**link_answer(link, services().link_desk.url(link)), "clicks": _counts(link.code).get("click.person", 0)}
        for link in links
    ]
    return page_of("links", told, following)


@routes.route(_LINKS, methods=["POST"])
@described(body="web.link_models:NewLink", answer=_LINK, status=201)
@view
def create_link(advertiser: str) -> Response:
    """Make a standalone link."""
    from chalicelib.web.link_models import NewLink, wanted_from

    authorise(routes, advertiser)
    body = read_body(routes, NewLink)
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    made = services().link_desk.make(advertiser, wanted_from(body), domain=body.domain, slug=body.slug)
    return _told(made, 201)


@routes.route(_LINKS + "/{code}", methods=["GET"])
@described(query=_ON_A_DOMAIN, answer=_LINK)
@view
def get_link(advertiser: str, code: str) -> Response:
    """A link, personal or not."""
    return _told(_link(advertiser, code))


@routes.route(_LINKS + "/{code}", methods=["PATCH"])
@described(body="web.link_models:LinkChange", query=_ON_A_DOMAIN, answer=_LINK)
@view
def edit_link(advertiser: str, code: str) -> Response:
    """Change a link: the next click lands by it."""
    from chalicelib.web.link_models import LinkChange, changed

    authorise(routes, advertiser)
    body = read_body(routes, LinkChange)
    return _told(services().link_desk.edit(advertiser, _name(code), lambda wanted: changed(wanted, body)))


@routes.route(_LINKS + "/{code}/counts", methods=["GET"])
@described(query=_ON_A_DOMAIN, answer=_COUNTED)
@view
def link_counts(advertiser: str, code: str) -> Response:
    """Clicks on a standalone link since it was made, by who clicked; `click.unique_link`: people's first of a day."""
    link = _link(advertiser, code)
    if not link.standalone:
        raise NotFound("standalone link")
    return answer({"code": link.code.rpartition("/")[2], "counts": _counts(link.code)})


@routes.route(_LINKS + "/{code}/qr.svg", methods=["GET"])
@described(query=_ON_A_DOMAIN, media=("image/svg+xml",))
@view
def get_qr_svg(advertiser: str, code: str) -> Response:
    """A link's QR code as SVG, to print in any size."""
    from chalicelib.links.qr import svg

    picture = svg(services().link_desk.url(_link(advertiser, code)))
    return Response(picture, headers={"Content-Type": "image/svg+xml", "Cache-Control": "no-store"})


@routes.route(_LINKS + "/{code}/qr.png", methods=["GET"])
@described(query=_ON_A_DOMAIN, media=("image/png",))
@view
def get_qr_png(advertiser: str, code: str) -> Response:
    """A link's QR code in points. Ask with `Accept: image/png`: the gateway sends bytes to nobody else."""
    from chalicelib.links.qr import png

    picture = png(services().link_desk.url(_link(advertiser, code)))
    return Response(picture, headers={"Content-Type": "image/png", "Cache-Control": "no-store"})


def _counts(code: str) -> dict[str, int]:
    return services().counters.read_in_all(link_scope(code))


def _link(advertiser: str, code: str) -> Link:
    authorise(routes, advertiser)
    return services().link_desk.find(advertiser, _name(code))


def _name(code: str) -> str:
    domain = parameter(routes, "domain", "").lower()
    return f"{domain}/{code.lower()}" if domain else code


def _told(link: Link, status: int = 200) -> Response:
    from chalicelib.web.link_models import link_answer

    return answer(link_answer(link, services().link_desk.url(link)), status)
