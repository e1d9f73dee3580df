"""Which column of a file is which field: told, written in the header, or guessed from its usual names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.errors import FieldError, InvalidInput

FIELDS = (
    "phone",
    "email",
    "first_name",
    "last_name",
    "city",
    "customer_id",
    "consent_at",
    "source",
    "consent.sms_marketing",
    "consent.sms_notification",
    "consent.matching",
)
NEEDED = ("phone", "consent_at", "source")
STATED = ("consent_at", "source", "consent.sms_marketing", "consent.sms_notification", "consent.matching")
"""What may be said of all rows at once."""
MOST_CUSTOM = 30
_CUSTOM_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")

# The usual names in French and English exports, the surest one first. A newsletter's opt-in is not one to SMS, and the
# day of a sign-up is not that of a consent: neither is guessed.
_USUAL_TEXT = {
    "phone": (
        "mobile portable telephone_mobile telephone_portable tel_mobile tel_portable mobile_phone phone_mobile"
        " numero_mobile numero_portable numero_de_mobile numero_de_portable gsm cell cell_phone mobile_number"
        " phone_number telephone tel phone numero_de_telephone numero_telephone num_tel numero msisdn sms"
    ),
    "email": "email e_mail mail courriel adresse_email adresse_e_mail adresse_mail email_address",
    "first_name": "first_name firstname prenom given_name forename",
    "last_name": "last_name lastname nom nom_de_famille nom_famille surname family_name",
    "city": "city ville commune town localite",
    "customer_id": "customer_id client_id id_client numero_client numero_de_client code_client",
    "consent_at": (
        "consent_at consent_date date_consent date_consentement date_de_consentement date_du_consentement"
        " consentement_date consentement_le date_optin date_opt_in optin_date opt_in_date optin_at opt_in_at"
        " date_optin_sms date_opt_in_sms date_d_optin date_d_opt_in date_d_optin_sms date_d_opt_in_sms sms_consent_date"
    ),
    "source": (
        "source origine provenance consent_source source_consentement source_du_consentement origine_consentement"
        " origine_du_consentement optin_source opt_in_source source_optin source_opt_in"
    ),
    "consent.sms_marketing": (
        "consent_sms_marketing sms_marketing optin_sms opt_in_sms sms_optin sms_opt_in consent_sms sms_consent"
        " consentement_sms accord_sms accepte_sms accepts_sms sms_marketing_consent accepts_sms_marketing"
    ),
    "consent.sms_notification": (
        "consent_sms_notification sms_notification sms_notifications notifications_sms consentement_notifications"
    ),
    "consent.matching": (
        "consent_matching matching matching_consent optin_matching opt_in_matching consentement_matching"
        " consentement_rapprochement rapprochement"
    ),
}
_USUAL: Mapping[str, tuple[str, ...]] = {name: tuple(text.split()) for name, text in _USUAL_TEXT.items()}
_PERSONAL_TEXT = (
    "name full_name fullname nom_complet nom_prenom nom_et_prenom prenom_nom adresse adresse_1 adresse_2 address"
    " address_1 address_2 street rue voie date_de_naissance date_naissance naissance birthday birth_date birthdate"
    " date_of_birth iban ip ip_address adresse_ip commentaire commentaires comment comments note notes"
)
_PERSONAL = frozenset(_PERSONAL_TEXT.split())
"""What names a person and is no field of a contact: it would lie in the clear."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field is in a row."""

    fixed: tuple[int, ...]
    """Position of each of FIELDS, -1 where the file has none."""
    custom: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """Columns that are not taken: personal, unnamed, or told to be skipped."""

    def told(self, header: Sequence[str]) -> dict[str, str]:
        """Field to column, to be shown."""
        fixed = {name: header[at] for name, at in zip(FIELDS, self.fixed, strict=True) if at >= 0}
        return fixed | {name: header[at] for name, at in self.custom.items()}


def resolve(header: Sequence[str], told: Mapping[str, str], skipped: Sequence[str] = ()) -> Columns:
    """Find each field's column. InvalidInput names each column that is double, unknown, unnamed or missing."""
    errors = [
        FieldError("file", "duplicate_column", f"the header names {name!r} twice")
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    positions = {name: at for at, name in enumerate(header) if name}
    free = {name: at for name, at in positions.items() if name not in skipped}
    placed: dict[str, int] = {}
    for wanted, column in told.items():
        if column not in positions:
            errors.append(FieldError(wanted, "column", f"the file has no column {column!r}"))
        placed[wanted] = free.pop(column, -1)
    for name in FIELDS:
        placed.setdefault(name, free.pop(name, -1))
    normal = {normalised(name): name for name in reversed(list(free))}
    for name in FIELDS:
        usual = next((usual for usual in _USUAL[name] if usual in normal), None)
        if placed[name] < 0 and name not in told and usual:
            placed[name] = free.pop(normal.pop(usual))
    left_out = tuple(name for name in free if _is_personal(name))
    custom = {name: at for name, at in placed.items() if name not in FIELDS}
    for column in [name for name in free if name not in left_out]:
        errors += _add_custom(custom, column, free[column])
    if len(custom) > MOST_CUSTOM:
        errors.append(FieldError("file", "max_columns", f"at most {MOST_CUSTOM} custom fields: leave some out, --skip"))
    if errors:
        raise InvalidInput(errors)
    return Columns(tuple(placed[name] for name in FIELDS), custom, left_out + tuple(skipped))


def check_needed(columns: Columns, told: Mapping[str, str], stated: Mapping[str, str]) -> None:
    """InvalidInput where there is no column for a field that every row needs, and nothing is stated of all."""
    found = {name for name, at in zip(FIELDS, columns.fixed, strict=True) if at >= 0} | stated.keys()
    missing = [
        FieldError(name, "column", f"the file has no column {told.get(name, name)!r}: name it with --map")
        for name in NEEDED
        if name not in found
    ]
    if not any(name.startswith("consent.") for name in found):
        missing.append(FieldError("consent", "column", "the file has no column of a consent: name it with --map"))
    if missing:
        raise InvalidInput(missing)


def check_names(names: Sequence[str]) -> None:
    """InvalidInput where a name is neither a field's nor one that a custom field can have."""
    wrong = [name for name in names if name not in FIELDS and not _CUSTOM_NAME.fullmatch(name)]
    if wrong:
        rule = f"one of {', '.join(FIELDS)}, or a custom field: small letters, digits and _, at most 40"
        raise InvalidInput([FieldError(name, "field_name", rule) for name in wrong])


def normalised(name: str) -> str:
    """A column's name without accents, capitals and signs: `Date d'opt-in` is `date_d_opt_in`."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_A_NAME.sub("_", letters).strip("_")


def _is_personal(name: str) -> bool:
    plain = normalised(name)
    return plain in _PERSONAL or any(plain in _USUAL[field] for field in ("phone", "email", "first_name", "last_name"))


def _add_custom(custom: dict[str, int], column: str, at: int) -> list[FieldError]:
    name = normalised(column)
    if column.startswith("consent."):
        purposes = ", ".join(name for name in FIELDS if name.startswith("consent."))
        return [FieldError("file", "purpose", f"{column!r} is no consent that there is: {purposes}")]
    if not _CUSTOM_NAME.fullmatch(name):
        return [
            FieldError("file", "column_name", f"{column!r} makes no field's name: name it with --map, or --skip it")
        ]
    if name in custom or name in FIELDS:
        return [FieldError("file", "duplicate_column", f"{column!r} and another column are both {name!r}")]
    custom[name] = at
    return []
