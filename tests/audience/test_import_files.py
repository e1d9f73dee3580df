"""Files as they come: whatever the delimiter, the encoding and the ends of lines; and those that are no tables."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.audience.import_files import Record, inspect, read
from chalicelib.audience.import_rows import ImportOptions
from chalicelib.audience.importing import ImportReport, run
from chalicelib.errors import InvalidInput
from tests.support.world import NOON

HEADER = ("téléphone", "Prénom", "Ville", "Opt-in SMS", "Date de consentement", "Origine")
INES = ("06 39 98 00 03", "Inès", "Saint-Étienne", "oui", "2026-01-10", "caisse")
MALIK = ("0639980002", "Malik", "", "non", "2026-01-11T10:00:00+01:00", "caisse")


def table(*rows: tuple[str, ...], delimiter: str = ",", end: str = "\n") -> str:
    return "".join(delimiter.join(row) + end for row in rows)


def dry(content: bytes | str, **options: object) -> ImportReport:
    data = content.encode() if isinstance(content, str) else content
    return run(lambda: io.BytesIO(data), ImportOptions(base="adv", **options), NOON, None)  # type: ignore[arg-type]


def rows(content: bytes) -> list[tuple[object, ...]]:
    form = inspect(lambda: io.BytesIO(content))
    return [tuple(row.cells) for row in read(lambda: io.BytesIO(content), form) if isinstance(row, Record)]


@pytest.mark.parametrize("delimiter", list(",;\t|"))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"])
def test_every_usual_way_to_write_a_table_is_read(delimiter: str, end: str, encoding: str) -> None:
    content = table(HEADER, INES, MALIK, delimiter=delimiter, end=end).encode(encoding)
    taken = dry(content)
    assert (taken.rows, taken.accepted, taken.errors) == (2, 2, [])
    assert taken.delimiter == delimiter
    assert rows(content) == [INES, MALIK]


def test_what_was_guessed_is_shown() -> None:
    taken = dry(table((*HEADER, "Adresse"), (*INES, "1 rue Haute")))
    assert taken.columns == {
        "phone": "téléphone",
        "first_name": "Prénom",
        "city": "Ville",
        "consent.sms_marketing": "Opt-in SMS",
        "consent_at": "Date de consentement",
        "source": "Origine",
    }
    assert taken.left_out == ("Adresse",)


def test_the_mobile_is_the_phone_where_there_are_two() -> None:
    header = ("Téléphone", "Portable", *HEADER[1:])
    taken = dry(table(header, ("01 99 00 00 12", *INES)))
    assert taken.accepted == 1
    assert (taken.columns["phone"], taken.left_out) == ("Portable", ("Téléphone",))


def test_a_mapping_is_stronger_than_a_guess() -> None:
    header = ("mobile", "autre mobile", *HEADER[1:])
    taken = dry(table(header, ("x", *INES)), columns={"phone": "autre mobile"})
    assert (taken.accepted, taken.columns["phone"]) == (1, "autre mobile")


def test_cells_hold_delimiters_quotes_and_ends_of_lines() -> None:
    bad = ("nobody", *INES[1:])
    content = table(HEADER, (INES[0], '"Inès, dite ""Né\r\nné"""', *INES[2:]), INES, bad, end="\r\n")
    taken = dry(content)
    assert rows(content.encode())[0][1] == 'Inès, dite "Né\r\nné"'
    assert (taken.rows, taken.accepted, taken.merged) == (3, 1, 1)
    assert [error.line for error in taken.errors] == [5]


def test_a_quote_that_is_never_closed_costs_its_row_only() -> None:
    broken = (INES[0], '"Inès', *INES[2:])
    people = [(f"06399800{number:02d}", *INES[1:]) for number in range(80)]
    for following in (people[:3], people):
        taken = dry(table(HEADER, INES, broken, *following))
        assert (taken.refused, [(error.line, error.rule) for error in taken.errors]) == (1, [(3, "csv")])
        assert taken.accepted + taken.merged == len(following) + 1


def test_blank_lines_and_empty_rows_are_no_rows_and_lines_are_counted() -> None:
    content = table(HEADER, INES) + "\n\n;;;;;\n".replace(";", ",") + "   \n" + table(("nobody", *INES[1:]))
    taken = dry(content)
    assert (taken.rows, [error.line for error in taken.errors]) == (2, [7])


def test_empty_cells_beyond_the_header_are_nothing() -> None:
    assert dry(table(HEADER, (*INES, "", ""))).accepted == 1


def test_spreadsheets_line_for_the_delimiter_is_understood() -> None:
    taken = dry("sep=;\r\n" + table(HEADER, INES, ("x", *INES[1:]), delimiter=";", end="\r\n"))
    assert (taken.accepted, [error.line for error in taken.errors]) == (1, [4])


def test_damaged_text_costs_its_row_only() -> None:
    content = table(HEADER, INES, MALIK).encode().replace(b"Malik", b"Mal\xefk")
    taken = dry(content)
    assert (taken.accepted, [(error.line, error.rule) for error in taken.errors]) == (1, [(3, "characters")])


def test_an_enormous_cell_costs_its_row_only() -> None:
    for filling in ("x" * 300_000, "x" * 3_000_000):
        taken = dry(table(HEADER, (INES[0], filling, *INES[2:]), MALIK))
        assert (taken.rows, taken.accepted, [error.line for error in taken.errors]) == (2, 1, [2])


def test_a_header_alone_is_said() -> None:
    taken = dry(table(HEADER))
    assert (taken.rows, [error.rule for error in taken.errors]) == (0, ["no_rows"])


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n\n", "empty"),
        (b"PK\x03\x04\x14\x00", "csv"),
        (b"[{}]", "ndjson"),
        (b"\x00\x00\x00\x00", "csv"),
        (table((*HEADER, "Ville"), (*INES, "Lyon")).encode(), "duplicate_column"),
        (table((*HEADER, "points", "Points"), (*INES, "1", "2")).encode(), "duplicate_column"),
        (table((*HEADER, "consent.fun"), (*INES, "oui")).encode(), "purpose"),
        (table((*HEADER, "★"), (*INES, "oui")).encode(), "column_name"),
        (table((*HEADER, *(f"c{n}" for n in range(31))), INES).encode(), "max_columns"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(content: bytes, rule: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        dry(content)
    assert rule in [error.rule for error in refused.value.errors]


@pytest.mark.parametrize("name", ["country", "zone", "columns", "kinds"])
def test_options_that_cannot_hold_are_refused(name: str) -> None:
    wrong: dict[str, object] = {"country": "France", "zone": "Paris", "columns": {"A B": "x"}, "kinds": {"a": "float"}}
    with pytest.raises(InvalidInput):
        dry(table(HEADER, INES), **{name: wrong[name]})


def test_json_lines_are_read_flat_and_nested() -> None:
    shared = {"phone": "0639980001", "consent_at": "2026-01-10", "source": "lead_form"}
    lines = [
        shared | {"consent": {"sms_marketing": True, "matching": False}, "fields": {"points": 3, "vip": True}},
        shared | {"phone": 33639980002, "consent.sms_marketing": "oui", "size": 38.5, "nothing": None},
        shared | {"consent": {"fun": True}},
        shared,
    ]
    content = "\ufeff" + "\n".join(json.dumps(line) for line in lines) + "\n\nnot json\n[1]\n" + "[" * 100_000
    taken = dry(content)
    assert (taken.rows, taken.accepted) == (7, 2)
    assert [(error.line, error.rule) for error in taken.errors] == [
        (3, "purpose"),
        (4, "required"),
        (6, "json"),
        (7, "json"),
        (8, "json"),
    ]


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("31/01/2026", 1),
        ("31/01/2026 10:30", 1),
        ("31.01.2026 10h30", 1),
        ("02/02/2026", 1),
        ("10/01/2026", 0),
        ("31/02/2026", 0),
        ("01/31/2026", 0),
        ("20260110", 1),
        ("2026-01-10 10:00Z", 1),
        ("1768003200", 0),
        ("hier", 0),
        ("0001-01-01", 0),
        ("9999-12-31T23:59:59-14:00", 0),
        ("31/01/2026 25:00", 0),
    ],
)
def test_dates_are_read_one_way_or_not_at_all(written: str, taken: int) -> None:
    assert dry(table(HEADER, (*INES[:4], written, INES[5]))).accepted == taken


def test_the_day_comes_first_where_that_is_said() -> None:
    assert dry(table(HEADER, (*INES[:4], "10/01/2026", INES[5])), day_first=True).accepted == 1
    assert dry(table(HEADER, (*INES[:4], "01/31/2026", INES[5])), day_first=True).accepted == 0


def test_a_date_without_a_zone_is_of_the_zone_that_is_said() -> None:
    just_now = table(HEADER, (*INES[:4], "2026-03-02 10:59", INES[5]))
    assert [error.rule for error in dry(just_now).errors] == ["not_in_future"]
    assert dry(just_now, zone="Europe/Paris").accepted == 1


@given(st.binary(max_size=400))
def test_no_bytes_break_it(content: bytes) -> None:
    for data in (content, table(HEADER, INES).encode() + content):
        try:
            taken = dry(data)
        except InvalidInput:
            continue
        assert taken.rows == taken.accepted + taken.merged + taken.refused


@given(st.lists(st.lists(st.text(max_size=20), min_size=6, max_size=6), max_size=5))
def test_no_cells_break_it(cells: list[list[str]]) -> None:
    quoted = [tuple('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    taken = dry(table(HEADER, INES, *quoted).encode("utf-8", "surrogatepass"))
    assert taken.rows == taken.accepted + taken.merged + taken.refused
    assert taken.rows >= 1
