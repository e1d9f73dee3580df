"""`/v1/advertisers/{advertiser}/people/…`: find, read, export, prove, erase, object. Each leaves a line in the log.

`{advertiser}` is the base that is looked at: the key's own and no other. The operator may name `partner`, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, Forbidden, InvalidInput, NotFound
from chalicelib.logs import log
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.contacts import PARTNER, Contact
from chalicelib.web.admin_requests import answer, authorise, read_body, reason_asked
from chalicelib.web.described import REASON, described, done, holding
from chalicelib.web.views import header, view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.web.contact_models import PersonFound

routes = Blueprint(__name__)
_BASE = "/v1/advertisers/{advertiser}/people"
_PERSON = re.compile(r"[0-9a-f]{40,64}")
_MOST_MESSAGES = 50
_ERASED = holding(erased={"const": True}, was_contact={"type": "boolean"})


@routes.route(f"{_BASE}/find", methods=["POST"])
@described(body="web.admin_people_models:FindPerson", answer="web.contact_models:PersonFound")
@view
def find_person(advertiser: str) -> Response:
    """Whom a phone, an e-mail or a customer id leads to: a contact, or somebody who has only written."""
    from chalicelib.web.admin_people_models import FindPerson

    scope = _reach(advertiser)
    body = read_body(routes, FindPerson)
    person = _person_of(advertiser, body)
    _note(scope, "find", advertiser, body.reason, person)
    if person is None or not services().erasure.knows(advertiser, person):
        raise NotFound("person")
    return answer(_summary(advertiser, person))


@routes.route(f"{_BASE}/{{person}}", methods=["GET"])
@described(answer="web.contact_models:PersonTold", query=REASON)
@view
def get_person(advertiser: str, person: str) -> Response:
    """What is known of a person, without name and number: consents, journeys, messages and why. `?reason=` says why."""
    from chalicelib.web.contact_models import person_answer

    scope = _reach(advertiser)
    _note(scope, "read", advertiser, reason_asked(routes), person)
    contact = _contact(advertiser, person)
    told = person_answer(
        services().contact_list.one(contact),
        services().ledgers.get(person),
        services().enrolments.of_contact(advertiser, person),
        services().messages.of_contact(advertiser, person)[:_MOST_MESSAGES],
        services().conversion_log.of_contact(advertiser, person),
        services().members.of_contact(advertiser, person),
    )
    return answer(told)


@routes.route(f"{_BASE}/object", methods=["POST"])
@described(body="web.admin_people_models:ObjectPhone", answer=done("opposed"))
@view
def object_phone(advertiser: str) -> Response:
    """Put a phone on the opposition list, contact or not. The answer is the same for all."""
    from chalicelib.web.admin_people_models import ObjectPhone

    scope = _reach(advertiser)
    body = read_body(routes, ObjectPhone)
    person = services().vault.person(_mobile(body.phone))
    _note(scope, "object", advertiser, body.reason, person)
    _oppose(scope, advertiser, person, body.scope)
    return answer({"opposed": True})


@routes.route(f"{_BASE}/{{person}}/object", methods=["POST"])
@described(body="web.admin_people_models:ObjectPerson", answer=done("opposed"))
@view
def object_person(advertiser: str, person: str) -> Response:
    """Put a contact on the opposition list."""
    from chalicelib.web.admin_people_models import ObjectPerson

    scope = _reach(advertiser)
    body = read_body(routes, ObjectPerson)
    _note(scope, "object", advertiser, body.reason, person)
    _oppose(scope, advertiser, _contact(advertiser, person).person, body.scope)
    return answer({"opposed": True})


@routes.route(f"{_BASE}/{{person}}/view", methods=["POST"])
@described(body="web.admin_people_models:WithReason", answer="reports.person_file:PersonFile")
@view
def view_person(advertiser: str, person: str) -> Response:
    """Everything that is known of a contact and why, without what it could be reached by."""
    from chalicelib.web.admin_people_models import WithReason

    scope = _reach(advertiser)
    _note(scope, "view", advertiser, read_body(routes, WithReason).reason, person)
    return answer(services().person_files.read(_contact(advertiser, person), services().clock.now()))


@routes.route(f"{_BASE}/{{person}}/export", methods=["POST"])
@described(body="web.admin_people_models:WithReason", answer="audience.person_shapes:PersonExport")
@view
def export_person(advertiser: str, person: str) -> Response:
    """Everything that the base keeps of a person, in clear."""
    from chalicelib.web.admin_people_models import WithReason

    scope = _reach(advertiser)
    _note(scope, "export", advertiser, read_body(routes, WithReason).reason, person)
    export = services().erasure.export(advertiser, person) if _is_person(person) else None
    if export is None:
        raise NotFound("person")
    return answer(export)


@routes.route(f"{_BASE}/{{person}}/erase", methods=["POST"])
@described(body="web.admin_people_models:WithReason", answer=_ERASED)
@view
def erase_person(advertiser: str, person: str) -> Response:
    """Erase a person from the base. Asked again, or after an interruption, it goes on and ends the same."""
    from chalicelib.web.admin_people_models import WithReason

    scope = _reach(advertiser)
    _note(scope, "erase", advertiser, read_body(routes, WithReason).reason, person)
    erased = services().erasure.erase(advertiser, person) if _is_person(person) else None
    return answer({"erased": True, "was_contact": erased is not None})


@routes.route(f"{_BASE}/{{person}}/consents", methods=["GET"])
@described(answer="audience.person_shapes:ConsentProof", media=("text/html",))
@view
def prove_consents(advertiser: str, person: str) -> Response:
    """A person's consent ledger with its hashes, verified on the spot; a page where a browser asks for one."""
    scope = _reach(advertiser)
    _note(scope, "consents", advertiser, "proof", person)
    contact = _contact(advertiser, person)
    proof = _proof(contact)
    if "text/html" not in header(routes, "accept"):
        return answer(proof)
    from chalicelib.web import pages

    found = services().advertisers.get(advertiser)
    page = pages.render(
        "person_data.html", header(routes, "accept-language"), proof=proof, name=found.name if found else advertiser
    )
    return Response(page, headers={**pages.HEADERS})


def _reach(advertiser: str) -> str:
    """The key's scope, where it reaches this base."""
    scope = authorise(routes, advertiser)
    if advertiser == PARTNER and scope != OPERATOR:
        raise Forbidden("this base is the operator's")
    return scope


def _note(scope: str, action: str, base: str, reason: str, person: str | None) -> None:
    # The person as the table knows it, and only where the address or the look-up gave one: never an identifier.
    known = person if person and _is_person(person) else None
    log("person_access", who=scope, action=action, base=base, reason=reason, person=known)


def _is_person(text: str) -> bool:
    return _PERSON.fullmatch(text) is not None


def _contact(base: str, person: str) -> Contact:
    contact = services().contacts.get(base, person) if _is_person(person) else None
    if contact is None:
        raise NotFound("person")
    return contact


def _person_of(base: str, body: Any) -> str | None:
    from chalicelib.audience import normalise
    from chalicelib.vault import identifier_digest

    if body.phone is not None:
        return services().vault.person(_mobile(body.phone))
    text = normalise.email(body.email) if body.email is not None else normalise.customer(body.customer_id)
    if text is None:
        raise InvalidInput([FieldError("email", "email", "this is not an e-mail address")])
    found = services().contacts.identified([base], services().vault.identifiers(identifier_digest(text)))
    return next(iter(found.values()), None)


def _mobile(text: str) -> str:
    from chalicelib.audience.phones import parse_mobile

    phone = parse_mobile(text, "FR")
    if isinstance(phone, FieldError):
        raise InvalidInput([phone])
    return phone


def _oppose(scope: str, advertiser: str, person: str, to: str) -> None:
    from chalicelib.storage.counters import SERVICE, count
    from chalicelib.storage.ledger import EVERYONE, Opposition

    if to == "everyone" and scope != OPERATOR:
        raise Forbidden("an advertiser's key objects for that advertiser only")
    everyone = to == "everyone" or advertiser == PARTNER
    now = services().clock.now()
    counted = count(SERVICE if everyone else advertiser, person, now, "opposed.objection")
    services().ledgers.oppose(person, EVERYONE if everyone else advertiser, Opposition(now, "objection"), counted)


def _summary(base: str, person: str) -> PersonFound:
    from chalicelib.web.contact_models import consents_answer

    contact, ledger = services().contacts.get(base, person), services().ledgers.get(person)
    return {
        "person": person,
        "base": base,
        "is_contact": contact is not None,
        "consents": consents_answer(contact.consents if contact else {}),
        "opposed": ledger.opposition(base) is not None,
        "last_act_at": contact.acted_at if contact else None,
    }


def _proof(contact: Contact) -> dict[str, Any]:
    findings = services().consent_verifier.verify_contact(contact)
    return {
        "person": contact.person,
        "base": contact.base,
        "chain": contact.chain,
        "at": services().clock.now(),
        "intact": not findings,
        "findings": [finding.told() for finding in findings],
        "statements": services().erasure.proof(contact),
    }
