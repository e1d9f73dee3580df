"""`relance person`: a person's rights, from the operator's desk: show, export, erase, object."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.answers import AsJson, answer, fail, the_stage
from cli.connection import demo_state

if TYPE_CHECKING:
    from chalicelib.storage.contacts import Contact
    from chalicelib.wiring import Services

app = typer.Typer(no_args_is_help=True, help="A person's rights: access, erasure, objection.")

Phone = Annotated[str, typer.Argument(help="A mobile, in national or international writing.")]
Base = Annotated[str, typer.Option(help="One base: an advertiser's id, or 'partner'. Without it, all that are known.")]
Country = Annotated[str, typer.Option(help="Country of a national number.")]


@app.command()
def show(phone: Phone, base: Base = "", country: Country = "FR", as_json: AsJson = False) -> None:
    """Say in which bases a phone is a contact, what was agreed to there, and what it opposed."""
    services, person = _find(phone, country)
    ledger = services.ledgers.get(person)
    found: dict[str, dict[str, dict[str, Any]]] = {
        contact.base: {
            purpose: {"given": consent.given, "at": consent.at, "source": consent.source}
            for purpose, consent in contact.consents.items()
        }
        for contact in _contacts(services, person, base)
    }
    opposed = {scope: {"at": no.at, "how": no.how} for scope, no in ledger.opposed.items()}
    lines = [f"person {person}"]
    for name, consents in found.items():
        lines += [f"{name}:"] + [
            f"  {purpose}: {'given' if said['given'] else 'refused'} {_day(said['at'])} ({said['source']})"
            for purpose, said in consents.items()
        ]
    lines += [
        f"opposed to {'everyone' if scope == '*' else scope} since {_day(no.at)} ({no.how})"
        for scope, no in ledger.opposed.items()
    ]
    lines += [] if found else ["not a contact in any base that was looked at"]
    answer({"person": person, "bases": found, "opposed": opposed}, "\n".join(lines), as_json)


@app.command()
def export(phone: Phone, base: Base = "", country: Country = "FR", as_json: AsJson = False) -> None:
    """Give out everything that is kept of a person, as JSON."""
    services, person = _find(phone, country)
    found = (services.erasure.export(name, person) for name in _bases(services, person, base))
    exports = [told for told in found if told]
    if not exports:
        fail("nothing is kept of this phone there")
    data = {"person": person, "exported_at": services.clock.now(), "bases": exports}
    answer(data, json.dumps(data, ensure_ascii=False, indent=2), as_json)


@app.command()
def erase(
    phone: Phone,
    base: Base = "",
    country: Country = "FR",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person. The number stays on the opposition list, as a keyed hash."""
    services, person = _find(phone, country)
    bases = [name for name in _bases(services, person, base) if services.erasure.knows(name, person)]
    if not bases:
        fail("nothing is kept of this phone there: nothing to erase")
    if not yes and not typer.confirm(f"Erase this person from {', '.join(bases)}? It cannot be undone", err=True):
        fail("nothing was erased")
    for name in bases:
        services.erasure.erase(name, person)
    answer({"person": person, "erased": bases}, f"erased from {', '.join(bases)}", as_json)


@app.command(name="object")
def object_(phone: Phone, base: Base = "", country: Country = "FR", as_json: AsJson = False) -> None:
    """Put a phone on the opposition list: of one advertiser with --base, else of everyone. Contact or not."""
    from chalicelib.storage.contacts import PARTNER
    from chalicelib.storage.counters import SERVICE, count
    from chalicelib.storage.ledger import EVERYONE, Opposition

    services, person = _find(phone, country)
    scope = EVERYONE if base in ("", PARTNER) else base
    if scope != EVERYONE and services.advertisers.get(scope) is None:
        fail(f"there is no advertiser {scope}")
    now = services.clock.now()
    counted = count(SERVICE if scope == EVERYONE else scope, person, now, "opposed.objection")
    is_new = services.ledgers.oppose(person, scope, Opposition(now, "objection"), counted)
    whom = "everyone" if scope == EVERYONE else scope
    text = f"opposed to {whom}" if is_new else f"was opposed to {whom} already"
    answer({"person": person, "opposed": whom, "new": is_new}, text, as_json)


def _find(phone: str, country: str) -> tuple[Services, str]:
    from chalicelib.audience.phones import parse_mobile
    from chalicelib.errors import FieldError

    parsed = parse_mobile(phone, country)
    if isinstance(parsed, FieldError):
        fail(parsed.message)
    services = the_stage().services()
    return services, services.vault.person(parsed)


def _contacts(services: Services, person: str, base: str) -> Iterator[Contact]:
    """The person's contacts."""
    for name in _bases(services, person, base):
        if contact := services.contacts.get(name, person):
            yield contact


def _bases(services: Services, person: str, base: str) -> list[str]:
    """One base, or those that are known to have to do with the person.

    Those are the partner base, whoever wrote to the phone or was opposed by it, and the demo's advertiser: a base
    that never wrote to it has to be named.
    """
    from chalicelib.storage.contacts import PARTNER
    from chalicelib.storage.ledger import EVERYONE

    ledger = services.ledgers.get(person)
    named = [send.advertiser for send in ledger.sends] + [scope for scope in ledger.opposed if scope != EVERYONE]
    demo: dict[str, Any] = demo_state() or {}
    return [base] if base else list(dict.fromkeys([PARTNER, *named, *filter(None, [demo.get("advertiser")])]))


def _day(at: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at // 1000))
