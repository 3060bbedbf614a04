"""Personal data is told by shapes, check digits and names of columns; its values are shown nowhere."""

from __future__ import annotations

import random

import pytest

from mesh_etl.crawl.personal import ids, personal
from mesh_etl.crawl.personal.contact import EMAIL, IP_ADDRESS, PHONE
from mesh_etl.crawl.personal.money import card, iban

# Numbers that the publishers of the rules, or textbooks, use as examples.
RIGHT = {
    "br_cpf": ["390.533.447-05", "39053344705", "52998224725"],
    "de_steuer_id": ["86095742719", "47036892816"],
    "es_dni": ["12345678Z", "12345678-Z", "X1234567L", "Y1234567X"],
    "fr_nir": ["295117823456784", "1 84 12 76 451 089 46"],
    "it_codice_fiscale": ["RSSMRA85T10A562S", "MRTMTT91D08F205J"],
    "nl_bsn": ["111222333", "123456782"],
    "pl_pesel": ["44051401359", "02070803628"],
    "uk_nino": ["AB123456C", "AB 12 34 56 C"],
    "us_ssn": ["123-45-6789"],
}
WRONG = {
    "br_cpf": ["390.533.447-06", "11111111111", "3905334470"],
    "de_steuer_id": ["86095742718", "06095742719", "12345678903", "11111111111"],
    "es_dni": ["12345678A", "1234567Z", "Z", "x1234567L"],
    "fr_nir": ["295117823456785", "995117823456784", ""],
    "it_codice_fiscale": ["RSSMRA85T10A562T", "RSSMRA85T10A562", "rssmra85t10a562s"],
    "nl_bsn": ["111222334", "000000000", "11122233"],
    "pl_pesel": ["44051401358", "44131401359", "4405140135"],
    "uk_nino": ["BG123456C", "QQ123456C", "AB123456E", "DA123456C"],
    "us_ssn": ["000-45-6789", "666-45-6789", "900-45-6789", "123-00-6789", "123-45-0000", "123456789"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in RIGHT.items() for text in texts])
def test_numbers_with_right_check_digits(name, text):
    assert getattr(ids, name).holds(text)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_numbers_that_were_never_given_out(name, text):
    assert not getattr(ids, name).holds(text)


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("text", ["", " ", "x", "1", "٣" * 11, "1" * 1000, "\n", "Ünïcödé", "-", "+", "1e5"])
def test_any_text_can_be_asked_about(name, text):
    assert getattr(ids, name).holds(text) in (True, False)


def test_bank_accounts_and_cards():
    assert iban("DE89370400440532013000")
    assert iban("GB82 WEST 1234 5698 7654 32")
    assert not iban("DE89370400440532013001")
    assert not iban("")
    assert card("4111 1111 1111 1111")
    assert card("378282246310005")
    assert not card("4111111111111112")
    assert not card("1234567812345670")


def test_addresses():
    assert EMAIL.holds("ann.o'neil+x@mail.example.co.uk")
    assert not any(map(EMAIL.holds, ("ann@", "@example.com", "a b@example.com", "ann@example", "")))
    assert IP_ADDRESS.holds("192.0.2.1")
    assert IP_ADDRESS.holds("2001:db8::1")
    assert not any(map(IP_ADDRESS.holds, ("1.2.3", "256.1.1.1", "12", "::g", "")))
    assert PHONE.holds("+49 (0)30 1234-5678")
    assert not PHONE.holds("12345678")


def numbers(count, digits):
    chance = random.Random(7)
    return [str(chance.randrange(10 ** (digits - 1), 10**digits)) for _ in range(count)]


@pytest.mark.parametrize("digits", [9, 11, 13, 14, 16])
@pytest.mark.parametrize("column", ["order_number", "quantity", "code"])
def test_numbers_by_chance_are_not_personal(digits, column):
    assert personal(column, numbers(500, digits)) is None


def test_few_values_need_the_name_of_the_column_as_well():
    assert personal("code", ["111222333", "123456782"]) is None
    found = personal("bsn", ["111222333", "123456782"])
    assert found is not None
    assert found.kind == "Dutch citizen service number"


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("kontakt", [f"u{n}@example.org" for n in range(9)], "email address"),
        ("last_name", ["Meyer", "O'Neil", "de la Cruz", "Ångström"], "name of a person"),
        ("name", ["Ann Meyer", "Bob O'Neil", "Zoë Ångström"], "name of a person"),
        ("birth_date", ["1990-01-31", "1985-12-01"], "date of birth"),
        ("home_address", ["Main St 5, Springfield", "Hauptstr. 7"], "postal address"),
        ("phone", ["030 1234567", "25-989-741-2988"], "telephone number"),
        ("client_ip", ["192.0.2.1", "192.0.2.9"], "IP address"),
    ],
)
def test_kinds(column, values, kind):
    found = personal(column, values)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("name", ["FRANCE", "KENYA"]),
        ("version", ["1.2.3", "1.2.4"]),
        ("day", ["1990-01-31"]),
        ("colour", ["Red", "Blue"]),
    ],
)
def test_what_looks_alike_and_is_none(column, values):
    assert personal(column, values) is None


def test_no_value_of_a_personal_column_is_in_the_draft(draft, file):
    lines = [f"{n},AB-{n:04},user{n % 5}@example.com,198{n % 9}-05-0{n % 9 + 1},12-{n:04}" for n in range(300)]
    made = draft(file("a.csv", "\n".join(["id,code,mail,date_of_birth,tel", *lines]) + "\n"))
    classes = {column.stored_name: column.classification for column in made.contract.columns}
    assert classes == {"id": None, "code": None, "mail": "personal", "date_of_birth": "personal", "tel": None}
    assert "user1" not in made.text
    assert "198" not in made.text
    assert "classification: personal  # confirm: email address: 5 of 5" in made.text
    assert made.contract.column("code").logical_type_options.pattern == "^[A-Z]{2}-[0-9]{4}$"
    assert made.refused() == (300, {})
