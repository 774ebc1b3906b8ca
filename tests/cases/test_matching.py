"""How names are folded, said and compared, what is read out of one line of typing, and who comes before whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cases.matching import (
    A_DUPLICATE,
    Asked,
    Known,
    asked_spellings,
    births_near,
    fold,
    likeness,
    name_key,
    name_share,
    postcode_keys,
    sound,
    spellings,
    word_share,
    words_of,
)
from cases.typed import asked_in
from tests.builders import day

ON = day("27 November 2026")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("MacSample", "McSample", id="Mac and Mc"),
        pytest.param("O'Ramblin", "ORamblin", id="an apostrophe"),
        pytest.param("O’Ramblin", "O'Ramblin", id="the apostrophe that Word puts in"),  # noqa: RUF001
        pytest.param("Ann-Marie", "ann marie", id="a hyphen"),
        pytest.param("José", "Jose", id="an accent"),
        pytest.param("Łukasz", "Lukasz", id="a letter that is no letter with a mark"),
        pytest.param("Strauß", "Strauss", id="a sharp s"),
        pytest.param("Sample,Ann", "Sample Ann", id="a comma without a space"),
    ],
)
def test_one_name_is_folded_to_one_spelling(one, other):
    assert fold(one) == fold(other)


def test_a_name_in_another_script_is_kept_and_has_no_sound():
    assert fold("Анна") == "анна"
    assert sound("анна") == ""
    assert "анна" in spellings("анна")


def test_the_family_name_stands_first_in_the_key():
    assert name_key("Ann-Marie", "MacSample") == "mcsample ann marie"


def test_a_name_of_two_words_is_found_as_one_too():
    assert words_of("Ann-Marie", "Mac Sample") == ["ann", "marie", "annmarie", "mac", "sample", "mcsample"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("shivawn", "siobhan"),
        ("neve", "niamh"),
        ("keeva", "caoimhe"),
        ("eefa", "aoife"),
        ("vari", "mhairi"),
        ("aylee", "eilidh"),
        ("rory", "ruaridh"),
        ("owen", "eoin"),
        ("shaun", "sean"),
        ("seersha", "saoirse"),
        ("steven", "stephen"),
        ("katrina", "catriona"),
        ("graeme", "graham"),
        ("jeffrey", "geoffrey"),
        ("stuart", "stewart"),
        ("mccloud", "mcleod"),
        ("thompson", "thomson"),
        ("hews", "hughes"),
        ("cahoon", "colquhoun"),
        ("mingis", "menzies"),
        ("strawn", "strachan"),
        ("farker", "farquhar"),
    ],
)
def test_a_name_is_found_by_how_it_is_said(typed, name):
    assert sound(typed) == sound(name)
    assert spellings(name) & asked_spellings(typed)
    assert word_share(typed, name) >= 0.75


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("alderbrea", True, id="two letters swapped"),
        pytest.param("aldrbrae", True, id="a letter missing"),
        pytest.param("aldderbrae", True, id="a letter doubled"),
        pytest.param("aldarbrae", True, id="a wrong letter"),
        pytest.param("alder", True, id="its beginning"),
        pytest.param("alddrbbrae", True, id="two slips"),
        pytest.param("silverlea", False, id="another name"),
    ],
)
def test_a_misspelling_meets_what_is_kept_of_the_word(typed, found):
    assert bool(spellings("alderbrae") & asked_spellings(typed)) == found
    assert bool(word_share(typed, "alderbrae")) == found


def test_words_are_paired_in_any_order_and_two_may_be_one():
    whole = name_share(("sample", "ann"), ("ann", "sample"))
    assert (whole.share, whole.found, whole.more) == (1.0, 2, 0)
    assert name_share(("annmarie", "sample"), ("sample", "ann", "marie")).share == 1.0
    assert name_share(("ann", "marie", "sample"), ("sample", "annmarie")).share == 1.0
    assert name_share(("a", "sample"), ("ann", "sample")).share == pytest.approx(0.9)


def test_each_word_of_the_name_stands_for_one_word_typed():
    assert name_share(("ann", "ann"), ("ann", "sample")).share == 0.5


@pytest.mark.parametrize(
    ("said", "slip"),
    [
        pytest.param("12 March 1985", "same date of birth", id="the date"),
        pytest.param("3 December 1985", "day and month of birth the other way round", id="swapped"),
        pytest.param("21 March 1985", "two figures of the date of birth the other way round", id="figures"),
        pytest.param("12 March 1958", "two figures of the date of birth the other way round", id="years"),
        pytest.param("17 March 1985", "one figure of the date of birth different", id="a figure"),
        pytest.param("12 March 1986", "one figure of the date of birth different", id="the next year"),
    ],
)
def test_a_slip_in_a_date_of_birth_is_named(said, slip):
    assert births_near(day("12 March 1985"))[day(said)][1] == slip


def test_a_year_off_by_one_is_near_over_the_end_of_a_decade():
    near = births_near(day("12 March 1989"))
    assert near[day("12 March 1990")][1] == "year of birth one different"
    assert day("5 June 1971") not in near
    assert all(1900 <= one.year <= 2100 for one in births_near(day("1 January 1900")))


@pytest.mark.parametrize(
    ("typed", "words", "born"),
    [
        ("Sample, Ann 12/03/1985", ("sample", "ann"), "12 March 1985"),
        ("ann sample 12.3.85", ("ann", "sample"), "12 March 1985"),
        ("12 03 1985", (), "12 March 1985"),
        ("120385 Sample", ("sample",), "12 March 1985"),
        ("12031985", (), "12 March 1985"),
        ("12th Mar 85 Ann", ("ann",), "12 March 1985"),
        ("March 12 1985", (), "12 March 1985"),
        ("1985-03-12", (), "12 March 1985"),
        ("12–3–1985 Ann", ("ann",), "12 March 1985"),  # noqa: RUF001
        ("Mr John Sample-Jones dob: 1/2/90", ("john", "sample", "jones"), "1 February 1990"),
        ("Ann born 3 sept. 1990", ("ann",), "3 September 1990"),
        ("Ann 31/02/1990", ("ann",), None),
        ("Ann 1/1/2080", ("ann",), None),
        ("A. O'Ramblin", ("a", "oramblin"), None),
        ("Dr", ("dr",), None),
        ("", (), None),
    ],
)
def test_a_name_and_a_date_of_birth_are_told_apart(typed, words, born):
    asked = asked_in(typed, ON)
    assert asked.words == words
    assert asked.born == (day(born) if born else None)


@pytest.mark.parametrize(
    ("typed", "postcodes", "words"),
    [
        ("KY1 1AB", ("KY11AB",), ()),
        ("ky11ab sample", ("KY11AB",), ("sample",)),
        ("sample KY1", ("KY1",), ("sample",)),
        ("EC1A 1BB", ("EC1A1BB",), ()),
        ("sample", (), ("sample",)),
    ],
)
def test_a_postcode_is_read_with_or_without_its_space(typed, postcodes, words):
    asked = asked_in(typed, ON)
    assert (asked.postcodes, asked.words) == (postcodes, words)


@pytest.mark.parametrize("typed", ["CPO-2025-0042", "cpo 2025 0042", "CPO2025/0042", " cpo-2025 0042 "])
def test_a_reference_is_read_whatever_stands_between_its_parts(typed):
    assert "CPO20250042" in asked_in(typed, ON).references


def test_a_reference_beside_a_name_is_read_and_part_of_a_date_is_not_one():
    assert "P000123" in asked_in("Ann Sample P-000123", ON).references
    assert not {"12", "03", "1985"} & set(asked_in("Ann 12 03 1985", ON).references)


def test_a_very_long_text_is_cut_to_what_is_looked_up():
    asked = asked_in("ann " * 50 + "a" * 500, ON)
    assert len(asked.words) == 6
    assert all(len(one) <= 60 for one in (*asked.words, *asked.references))


def test_an_address_is_found_by_its_postcode_and_the_first_half_of_it():
    assert postcode_keys("ky1 1ab") == {"KY11AB", "KY1"}
    assert postcode_keys("unknown") == {"UNKNOWN"}
    assert postcode_keys("") == set()


# --- Who comes before whom

ANN = Known(
    names=(("Ann Sample", ("sample", "ann")), ("Annie Example", ("example", "annie"))),
    born=day("12 March 1985"),
    lives=frozenset({"KY11AB", "KY1"}),
    lived=frozenset({"KY22AB", "KY2"}),
    reference="P000123",
    references=frozenset({"P000123", "CPO20250042"}),
)
BORN = "12/03/1985"
# Each line is likelier than the next, and says why in these words.
LIKELIEST_FIRST = (
    ("P-000123", "This reference"),
    (f"Ann Sample {BORN}", "Same name, same date of birth"),
    (f"Annie Example {BORN}", "Alias: Annie Example, same date of birth"),
    (f"Ann Sampel {BORN}", "Similar name, same date of birth"),
    ("Ann Sample 3/12/1985", "Same name, day and month of birth the other way round"),
    ("Ann Sample 17/03/1985", "Same name, one figure of the date of birth different"),
    ("Ann Sampel 17/03/1985", "Similar name, one figure of the date of birth different"),
    (f"Ann Brannigan {BORN}", "One name in common, same date of birth"),
    ("Ann Sample 5/06/1971", "Same name, another date of birth"),
    (f"Torquil Brannigan {BORN}", "Same date of birth"),
)
NAMES_ALONE = (
    ("Sample, Ann", "Same name"),
    ("annie example", "Alias: Annie Example"),
    ("Ann Sampel", "Similar name"),
    ("Ann Brannigan", "One name in common"),
)


@pytest.mark.parametrize("table", [LIKELIEST_FIRST, NAMES_ALONE], ids=["whatever is given", "names alone"])
def test_who_is_likelier_comes_first_and_it_says_why(table):
    found = [likeness(asked_in(typed, ON), ANN) for typed, _ in table]
    assert [like.reason for like in found] == [reason for _, reason in table]
    order = [(-like.share, not like.by_reference) for like in found]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("Sample", "Part of the name"),
        ("Torquil Brannigan", ""),
        ("KY1 1AB", "Lives at KY1 1AB"),
        ("KY1", "Lives in KY1"),
        ("ky2 2ab", "Lived at KY2 2AB"),
        ("Sample KY1", "Part of the name, lives in KY1"),
        ("Anny Exampel", "Similar name, alias: Annie Example"),
        ("cpo 2025 0042", "An order, report or release has this reference"),
    ],
)
def test_the_reason_says_what_was_alike(typed, reason):
    assert likeness(asked_in(typed, ON), ANN).reason == reason


def test_a_name_without_words_that_were_not_typed_comes_first():
    longer = replace(ANN, names=(("Ann Mary Sample", ("sample", "ann", "mary")),))
    asked = Asked(words=("ann", "sample"))
    assert (
        likeness(asked, ANN).share
        > likeness(asked, longer).share
        > likeness(Asked(words=("ann", "sampel")), ANN).share
    )


def test_the_same_name_with_any_date_of_birth_asks_and_a_like_name_with_any_does_not():
    assert likeness(asked_in("Ann Sample 5/06/1971", ON), ANN).share >= A_DUPLICATE
    assert likeness(asked_in("Ann Sampel 5/06/1971", ON), ANN).share < A_DUPLICATE
