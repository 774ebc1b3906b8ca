"""The answers of an LS/CMI entered by keyboard, and without a script on the narrowest screen."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assessments.domain import lscmi
from assessments.models import Assessment
from tests.browser.conftest import NARROW, fill_date, found_by_axe, heading, press, too_wide
from tests.builders import an_order, worker_of

pytestmark = pytest.mark.browser


def test_answers_are_entered_by_keyboard_and_a_doubt_is_ticked(sign_in):
    order = an_order()
    page = sign_in(worker_of(order.case))
    page.goto(reverse("complete_assessment", args=[order.pk]) + "?tool=ls_cmi")
    assert not page.locator("#id_item_1_0").is_visible()
    fill_date(page, "Date it was completed", "20 June 2025")
    page.get_by_label("The total score only").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")  # the answers to the items
    for item in range(1, lscmi.HIGHEST + 1):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == f"item_{item}"
        page.keyboard.press("Space")  # yes, or 0
        if item not in (1, 2, 25):
            for _ in range(3 if item in lscmi.RATED else 1):
                page.keyboard.press("ArrowRight")
    press(page, "Save the assessment")
    assert page.locator("#id_item_25_0").is_checked()
    doubt = page.get_by_label("Item 25 is yes, and then item 24 is usually yes", exact=True)
    assert not found_by_axe(page)
    doubt.check()
    press(page, "Save the assessment")
    made = Assessment.objects.get()
    assert (made.total, made.acknowledged) == (3, ["items_25_24"])
    page.goto(reverse("assessment", args=[made.pk]))
    assert heading(page).endswith("LS/CMI completed on 20 June 2025")
    assert not found_by_axe(page)


def test_the_form_works_without_a_script_on_the_narrowest_screen(sign_in):
    order = an_order()
    page = sign_in(worker_of(order.case), java_script_enabled=False, viewport=NARROW)
    page.goto(reverse("complete_assessment", args=[order.pk]) + "?tool=ls_cmi")
    fill_date(page, "Date it was completed", "20 June 2025")
    for name, highest in lscmi.MAXIMA.items():
        page.locator(f"#id_{name}").fill(str(highest))
    assert page.locator("#id_item_43_0").is_visible()
    assert not too_wide(page)
    press(page, "Save the assessment")
    assert Assessment.objects.get(order=order).total == lscmi.HIGHEST
