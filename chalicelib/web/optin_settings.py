"""What a site's opt-in form has beside the usual."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from chalicelib.web.body import Body, example

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class InLanguages(Body):
    """A text in both languages of the form."""

    fr: Text
    en: Text


Address = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^https://[^\s\"'<>\\]+$", max_length=500)]


class Notices(Body):
    """Where the whole notice of the GDPR's article 13 can be read (docs/notices.md)."""

    fr: Address | None = None
    en: Address | None = None


class Incentive(Body):
    """What is offered, and the code that is shown once the phone is checked."""

    text: InLanguages
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{3,40}$")]


class PreferenceField(Body):
    """A question that may be left unanswered; the answer is kept as a field of the contact."""

    name: Name
    label: InLanguages
    type: Literal["text", "select"] = "text"
    options: Annotated[list[Text], Field(max_length=30, default_factory=list)]

    @model_validator(mode="after")
    def _select_has_options(self) -> PreferenceField:
        if (self.type == "select") != bool(self.options):
            raise ValueError("a select has options, a text has none")
        return self


class FormWordings(Body):
    """Ids of registered wordings; a language without one shows Relance's own texts."""

    fr: Text | None = None
    en: Text | None = None


class OptInSettings(Body):
    """A site's opt-in form."""

    model_config = example(
        {
            "incentive": {
                "text": {"fr": "10 % sur la première commande", "en": "10% off the first order"},
                "code": "MERCI10",
            },
            "fields": [],
        }
    )

    wording: FormWordings | None = None
    notice: Notices | None = None
    incentive: Incentive | None = None
    fields: Annotated[list[PreferenceField], Field(max_length=5, default_factory=list)]
