"""Short links in plain words: what a target may not be, and where a link stands."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.web.console_pages.form_words import Own

UTM = ("source", "medium", "campaign")
FIELDS: Mapping[str, str] = {f"utm.{name}": name for name in UTM}
"""The API's names of what the form calls otherwise."""
TARGETS = {
    "too_long": ("2 000 caractères au plus.", "At most 2,000 characters."),
    "characters": ("Sans espace ni caractère invisible.", "No spaces or invisible characters."),
    "scheme": ("Une adresse comme https://www.maboutique.fr/page.", "An address such as https://www.myshop.fr/page."),
    "credentials": ("Sans nom ni mot de passe.", "No user name or password."),
    "host": ("Le nom d’un site avec un point : maboutique.fr.", "A site’s name with a dot: myshop.fr."),
    "port": ("Ce port n’existe pas.", "There is no such port."),
    "address": ("Le nom d’un site, pas une adresse IP.", "A site’s name, not an IP address."),
    "local": ("Un site que tout le monde peut ouvrir.", "A site that everybody can open."),
    "ourselves": ("Pas un lien court ni une page de ce service.", "Not a short link or a page of this service."),
    "look_alike": ("Ce nom ressemble à celui d’un autre site.", "This name looks like another site’s."),
    "shortener": ("La page elle-même, pas un autre lien court.", "The page itself, not another short link."),
    "string_too_short": ("À remplir.", "Fill this in."),
}
"""By rule, whichever form names the target."""
WRONG: Own = {
    **{(field, rule): words for rule, words in TARGETS.items() for field in ("target", "expired_target")},
    ("until", "order"): ("La fin vient après le début.", "The end comes after the beginning."),
    ("slug", "own_domain"): ("Choisissez aussi un domaine.", "Choose a domain too."),
    ("slug", "format"): (
        "Des petites lettres sans accent, des chiffres et des tirets.",
        "Small letters without accents, digits and hyphens.",
    ),
    ("slug", "taken"): ("Un lien porte déjà ce nom.", "A link has this name already."),
    ("domain", "taken"): ("Ce domaine est à un autre annonceur.", "This domain is another advertiser’s."),
    ("domain", "string_pattern_mismatch"): ("Un domaine comme go.maboutique.fr.", "A domain such as go.myshop.fr."),
}
