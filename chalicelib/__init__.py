"""Relance: a visit to a shop becomes, with consent, one well-timed SMS with a personal short link."""
