"""What the items and sections of the LS/CMI are called on screen and in print: by the licence holder's labels, if any.

Without a label pack items go by number. What is shown here is never stored.
"""

from __future__ import annotations

from django.conf import settings

from assessments.domain import lscmi


def item_label(item: int) -> str:
    """ "Item 15", and the licence holder's label where there is one."""
    label = settings.LSCMI_LABELS["items"].get(str(item), "")
    return f"Item {item}: {label}" if label else f"Item {item}"


def section_label(name: str) -> str:
    """The licence holder's label of a section, or its neutral name."""
    return str(settings.LSCMI_LABELS["sections"].get(name) or lscmi.LABELS[name])


def answer_words(item: int, answer: int | None) -> str:
    """An answer as people say it: Yes, No, the rating, or that it was left out."""
    if answer is None:
        return "Left out"
    if item in lscmi.RATED:
        return str(answer)
    return "Yes" if answer else "No"
