"""The pages of one assessment: recorded by its answers, looked at, compared, corrected and countersigned."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from assessments import operations
from assessments.domain import lscmi
from assessments.models import Assessment, Countersignature
from cases.models import Consultation, Role
from justice.settings.values import label_pack
from tests.assessments.test_risk import BEST, OVERRIDE, TODAY, assess, points
from tests.builders import a_manager, a_team, an_order, day, staff, worker_of

pytestmark = pytest.mark.django_db

LABEL = "Invented label 15"


def text_of(response) -> str:
    """The words of a page, each cell apart."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.fixture
def order():
    return an_order()


@pytest.fixture
def worker(client, order):
    user = worker_of(order.case)
    client.force_login(user)
    return user


@pytest.fixture
def manager(client, order):
    user = a_manager()
    client.force_login(user)
    return user


def sent(answers, **more):
    """Answers as the form sends them."""
    items = {
        f"item_{item}": "left_out"
        if answer is None
        else str(answer)
        if item in lscmi.RATED
        else ("yes" if answer else "no")
        for item, answer in answers.items()
    }
    return {"tool": "ls_cmi", "completed_on": "2025-06-20", "detail": "items", **items, **more}


# --- Recording ----------------------------------------------------------------------------------------------


def test_the_form_asks_for_43_items_in_eight_sections_by_number(client, order, worker):
    page = client.get(reverse("complete_assessment", args=[order.pk]))
    html, said = page.content.decode(), text_of(page)
    assert [item for item in range(1, 44) if f'name="item_{item}"' not in html] == []
    assert 'name="item_44"' not in html
    assert "Criminal history: items 1 to 8" in said
    assert "Leisure and recreation: items 22 and 23" in said
    assert "Antisocial pattern: items 40 to 43" in said
    assert html.count('value="3"') == len(lscmi.RATED)
    assert 'name="acknowledged"' not in html
    assert "Item 15 0 1 2 3 Left out" in said


def test_an_lscmi_is_recorded_by_its_answers(client, order, worker):
    form = sent(points(17) | {40: None}, strengths=["companions"], reason="initial")
    response = client.post(reverse("complete_assessment", args=[order.pk]), form)
    assert response.status_code == 302
    made = Assessment.objects.get()
    assert (made.total, made.answered, made.strengths, made.reason) == (
        17,
        points(17) | {40: None},
        ["companions"],
        "initial",
    )


def test_a_section_with_no_answers_is_not_taken_for_noughts(client, order, worker):
    form = {"tool": "ls_cmi", "completed_on": "2025-06-20", "detail": "items"}
    said = text_of(client.post(reverse("complete_assessment", args=[order.pk]), form))
    assert "Answer at least 39 of the 43 items: 43 have no answer" in said
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("detail", ["sections", ""], ids=["said so", "without a script"])
def test_section_scores_alone_will_do(client, order, worker, detail):
    scores = dict.fromkeys(lscmi.MAXIMA, "1")
    form = {"tool": "ls_cmi", "completed_on": "2025-06-20", "detail": detail, **scores}
    assert client.post(reverse("complete_assessment", args=[order.pk]), form).status_code == 302
    made = Assessment.objects.get()
    assert (made.total, made.answers) == (8, {})


def test_what_was_not_chosen_to_be_entered_is_let_go(client, order, worker):
    form = sent(BEST, detail="total", total="12")
    assert client.post(reverse("complete_assessment", args=[order.pk]), form).status_code == 302
    assert (Assessment.objects.get().total, Assessment.objects.get().answers) == (12, {})


def test_a_total_that_disagrees_is_refused_at_its_field(client, order, worker):
    response = client.post(reverse("complete_assessment", args=[order.pk]), sent(points(17), total="18"))
    assert response.status_code == 422
    assert 'href="#id_total"' in response.content.decode()
    assert "The total was entered as 18, and the answers make 17" in text_of(response)


def test_answers_that_do_not_usually_stand_together_are_shown_to_be_ticked(client, order, worker):
    address, form = reverse("complete_assessment", args=[order.pk]), sent(BEST | {25: 1})
    response = client.post(address, form)
    html = response.content.decode()
    assert re.findall(r'name="acknowledged" type="checkbox" value="(\w+)"', html) == ["items_25_24"]
    assert 'href="#id_acknowledged_0"' in html
    assert "Item 25 is yes, and then item 24 is usually yes: correct the answers, or tick" in text_of(
        response
    )
    assert client.post(address, {**form, "acknowledged": ["items_25_24"]}).status_code == 302
    assert Assessment.objects.get().acknowledged == ["items_25_24"]


def test_a_program_records_answers_and_reads_them_back(client, order, worker):
    body = {
        "completed_on": "2025-06-20",
        **{f"item_{item}": (3 if item in lscmi.RATED else False) for item in range(1, 44)},
        "item_1": True,
        "item_40": None,
    }
    address = f"/api/v1/orders/{order.pk}/assessments/"
    response = client.post(address, body, content_type="application/json")
    assert response.status_code == 201, response.content
    made = Assessment.objects.get()
    assert made.answered == BEST | {1: 1, 40: None}
    (row,) = client.get("/api/v1/assessments/").json()["results"]
    assert (row["answers"]["1"], row["total"], row["level"], row["corrects"]) == (1, 1, "Very low", None)


# --- The page -----------------------------------------------------------------------------------------------


def page_of(client, assessment):
    return client.get(reverse("assessment", args=[assessment.pk]))


def test_the_page_says_what_was_found_and_how_the_level_follows(client, order, worker):
    made = assess(
        order, answers=points(12) | {40: None, 41: None}, strengths=["companions"], reason="initial"
    )
    said = text_of(page_of(client, made))
    assert "Level that follows from the score Medium" in said
    assert "Total score 12 of 43, 2 omitted" in said
    assert "Items left out Item 40, Item 41" in said
    assert "very low 0 to 4, low 5 to 10, medium 11 to 19, high 20 to 29, very high 30 to 43" in said
    assert "Source: commonly reported cut-offs" in said
    assert "Criminal history 8 of 8" in said
    assert "Antisocial pattern 0 of 4 (2 omitted)" in said
    assert "Companions 0 of 4 Strength" in said
    assert Consultation.objects.filter(page="assessment").count() == 1


@pytest.mark.parametrize("total", [44, 13, None])
def test_a_record_that_contradicts_itself_says_so_on_its_page_and_breaks_none(client, order, worker, total):
    made = assess(order, answers=points(12))
    made.total = total  # as a fault in another program would leave it
    made.save()
    said = text_of(page_of(client, made))
    assert "The scores of this record are missing or do not agree with each other" in said
    assert client.get(reverse("order", args=[order.pk])).status_code == 200


def test_a_total_alone_shows_no_sections_and_no_items(client, order, worker):
    said = text_of(page_of(client, assess(order, total=12)))
    assert "Total score 12 of 43" in said
    assert "omitted" not in said
    assert "Show the answers" not in said


def test_an_override_stands_beside_the_level_until_it_is_countersigned(client, order, manager):
    made = assess(order, total=12, **OVERRIDE)
    said = text_of(page_of(client, made))
    assert "Overridden to High Kind of override Professional judgement about the person" in said
    assert "Countersigned Not countersigned" in said
    operations.countersign_override(actor=manager, assessment=made, today=TODAY, comment="Discussed")
    said = text_of(page_of(client, made))
    assert f"Countersigned {manager.name}, 1 August 2025" in said
    assert "Not countersigned" not in said


def test_what_moved_since_the_one_before_is_said_item_by_item_and_as_a_picture(client, order, worker):
    assess(order, answers=BEST | {1: 1, 15: 0, 16: 2, 18: 1, 28: 1})
    now = assess(
        order,
        answers=BEST | {1: 1, 15: 1, 16: 3, 18: 2, 28: 1, 30: 1, 40: None},
        completed_on=day("20 July 2025"),
    )
    response = page_of(client, now)
    said = text_of(response)
    assert "The total is 4, as before, and the level is very low, as before." in said
    assert "Item 15 0 1 Better, same score" in said
    assert "Item 16 2 3 Better, same score" in said
    assert "Item 18 1 2 Risk down" in said
    assert "Item 30 3 1 Risk up" in said
    assert "Item 40 No Left out Left out now" in said
    assert "Rose: Alcohol and drugs 1 to 2. Fell: Family and marital 1 to 0." in said
    html = response.content.decode()
    assert "Alcohol and drugs 1 before, 2 now, of 8" in html  # the picture in words
    assert "1 → 2 of 8" in html  # and in the picture


def test_a_corrected_record_is_no_comparison(client, order, worker):
    first = assess(order, answers=points(12))
    made = assess(order, answers=points(13), corrects=first, correction_reason="Item 11 was misread")
    said = text_of(page_of(client, made))
    assert "Since the assessment before" not in said
    assert "This record corrects another. What was wrong: Item 11 was misread" in said
    said = text_of(page_of(client, first))
    assert "Another record took the place of this one" in said
    assert "Correct this record" not in said


def test_the_order_page_leads_to_each_record_and_says_how_it_stands(client, order, manager):
    first = assess(order, total=12, **OVERRIDE)
    said = text_of(client.get(reverse("order", args=[order.pk])))
    assert "Not countersigned" in said
    made = assess(order, total=13, corrects=first, correction_reason="Wrong", override_stands=False)
    response = client.get(reverse("order", args=[order.pk]))
    assert "LS/CMI, before it was corrected" in text_of(response)
    for row in (first, made):
        assert reverse("assessment", args=[row.pk]) in response.content.decode()


def test_the_chronology_tells_a_corrected_assessment_once_as_it_stands(client, order, worker):
    first = assess(order, answers=points(12))
    assess(order, answers=points(20), corrects=first, correction_reason="Item 11 was misread")
    said = text_of(client.get(reverse("chronology", args=[order.case_id])))
    assert "LS/CMI completed: High, score 20" in said
    assert "score 12" not in said


@pytest.mark.parametrize("name", ["assessment", "correct_assessment", "countersign_override"])
def test_an_assessment_of_another_team_is_not_there(client, order, name):
    made = assess(order, total=12, **OVERRIDE)
    client.force_login(a_manager(team=a_team("South")))
    assert client.get(reverse(name, args=[made.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("correct_assessment", Role.BUSINESS_SUPPORT),
        ("countersign_override", Role.CASEWORKER),
    ],
)
def test_a_role_that_may_not_is_sent_away(client, order, name, role):
    made = assess(order, total=12, **OVERRIDE)
    client.force_login(staff(role))
    assert client.get(reverse(name, args=[made.pk])).status_code == 403
    assert client.get(reverse("assessment", args=[made.pk])).status_code == 200


# --- Correcting ---------------------------------------------------------------------------------------------


def test_a_correction_begins_with_the_record_as_it_stands(client, order, worker):
    made = assess(order, answers=BEST | {25: 1, 40: None}, acknowledged=["items_25_24"])
    html = client.get(reverse("correct_assessment", args=[made.pk])).content.decode()
    assert re.search(r'name="item_25" type="radio" value="yes" checked', html)
    assert re.search(r'name="item_40" type="radio" value="left_out" checked', html)
    assert re.search(r'name="item_15" type="radio" value="3" checked', html)
    assert 'name="tool"' not in html
    assert "Does the override still stand?" not in html


def test_a_correction_asks_whether_the_override_still_stands(client, order, worker):
    made = assess(order, answers=points(12), **OVERRIDE)
    address = reverse("correct_assessment", args=[made.pk])
    form = {**sent(points(13)), "correction_reason": "Item 11 was misread"}
    del form["tool"]
    carried = {**form, **OVERRIDE}
    was = "It was High, professional judgement about the person: Recent threats"
    assert was in text_of(client.get(address))
    response = client.post(address, carried)
    assert response.status_code == 422
    assert "Answer “Does the override still stand?”" in text_of(response)
    assert 'href="#id_override_stands_0"' in response.content.decode()
    response = client.post(address, {**carried, "override_stands": "no"})
    latest = Assessment.objects.get(corrects=made)
    assert response.url == reverse("assessment", args=[latest.pk])
    assert (latest.total, latest.override_level, latest.override_reason) == (13, "", "")


def test_a_record_of_another_tool_is_corrected_without_items(client, order, worker):
    made = assess(order, tool="rosh", level="High")
    address = reverse("correct_assessment", args=[made.pk])
    assert 'name="item_1"' not in client.get(address).content.decode()
    form = {"completed_on": "2025-06-20", "level": "Medium", "correction_reason": "Misread"}
    assert client.post(address, form).status_code == 302
    assert Assessment.objects.get(corrects=made).level == "Medium"


# --- Countersigning -----------------------------------------------------------------------------------------


def test_a_manager_finds_what_waits_and_countersigns_it(client, order, manager):
    made = assess(order, total=12, **OVERRIDE)
    response = client.get(reverse("overrides_to_countersign"))
    assert "1 override" in text_of(response)
    assert reverse("assessment", args=[made.pk]) in response.content.decode()
    assert "Countersign the override" in text_of(page_of(client, made))
    address = reverse("countersign_override", args=[made.pk])
    assert "Medium (score 12), overridden to High. Reason: Recent threats" in text_of(client.get(address))
    response = client.post(address, {"comment": "Discussed"}, follow=True)
    assert "The override was countersigned" in text_of(response)
    assert Countersignature.objects.get().recorded_by == manager
    assert "No override waits for you" in text_of(client.get(reverse("overrides_to_countersign")))


def test_who_recorded_an_override_is_told_to_ask_another(client, order, manager):
    made = assess(order, total=12, actor=manager, **OVERRIDE)
    assert "Countersign the override" not in text_of(page_of(client, made))
    said = text_of(client.post(reverse("countersign_override", args=[made.pk]), {}))
    assert "Ask another first line manager to countersign: you recorded this assessment" in said


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SENIOR_MANAGER])
def test_the_list_is_for_first_line_managers(client, role):
    client.force_login(staff(role))
    assert client.get(reverse("overrides_to_countersign")).status_code == 403


# --- A licence holder's labels ------------------------------------------------------------------------------


@pytest.fixture
def pack(tmp_path):
    def write(text):
        file = tmp_path / "labels.toml"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


def test_a_label_pack_is_shown_and_not_stored(client, order, worker, settings, pack):
    settings.LSCMI_LABELS = label_pack(
        pack(f'[items]\n15 = "{LABEL}"\n[sections]\ncompanions = "Invented section"\n')
    )
    form = client.get(reverse("complete_assessment", args=[order.pk]))
    assert f"Item 15: {LABEL}" in text_of(form)
    assert "Invented section: items 24 to 27" in text_of(form)
    made = assess(order, answers=points(14), strengths=["companions"])
    said = text_of(page_of(client, made))
    assert f"Item 15: {LABEL}" in said
    assert "Invented section 0 of 4 Strength" in said
    stored = Assessment.objects.values_list().get()
    assert LABEL not in str(stored)
    settings.LSCMI_LABELS = label_pack("")
    assert LABEL not in text_of(page_of(client, made))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('[items]\n15 = "x\n', r"labels\.toml is not TOML: .*at line 2", id="not TOML"),
        pytest.param('[items]\n44 = "x"\n', r"labels\.toml, items\.44: items are 1 to 43", id="item 44"),
        pytest.param("[items]\n15 = 3\n", r"labels\.toml, items\.15: give its label as text", id="a number"),
        pytest.param('[items]\n15 = " "\n', r"labels\.toml, items\.15: give its label as text", id="blank"),
        pytest.param('[sections]\nfinance = "x"\n', r"sections\.finance: sections are criminal_history", id="section"),
        pytest.param('[norms]\na = "x"\n', r"norms: a label pack has the tables items and sections only", id="table"),
    ],
)  # fmt: skip
def test_a_label_pack_that_cannot_be_used_is_refused_with_its_file_and_place(pack, text, words):
    with pytest.raises(ImproperlyConfigured, match=words):
        label_pack(pack(text))


def test_a_label_pack_that_is_not_there_is_refused():
    with pytest.raises(ImproperlyConfigured, match=r"LSCMI_LABEL_PACK: /nowhere/labels\.toml cannot be read"):
        label_pack("/nowhere/labels.toml")
