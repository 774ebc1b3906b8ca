"""What people are found by: derived rows that the search box and the warning of a duplicate look up.

Nobody writes these rows but cases.search.refresh; they can be dropped and rebuilt at any time.
"""

from __future__ import annotations

from django.db import models

from cases.models.people import Person
from cases.models.staff import Council


class SearchWord(models.Model):
    """One word that a person is found by: of the name or an alias, a postcode, a reference.

    Words of names are in small letters; a postcode stands behind "@" and a reference behind "#", both in capitals.
    """

    council = models.ForeignKey(Council, models.CASCADE, related_name="+", db_index=False)
    # With the person goes what they were found by.
    person = models.ForeignKey(Person, models.CASCADE, related_name="search_words", db_index=False)
    word = models.CharField(max_length=61)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "word"), name="one_search_word_of_a_person"),
        )
        indexes = (
            # cases.search: the people of a council with one of some words, without touching the table
            models.Index(fields=("council", "word", "person"), name="people_by_search_word"),
        )

    def __str__(self) -> str:
        return f"search word {self.pk}"


class Spelling(models.Model):
    """One way in which a word of some name in the council may be typed (cases.matching.spellings)."""

    council = models.ForeignKey(Council, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=61)
    word = models.CharField(max_length=61)

    class Meta:
        constraints = (
            # cases.search: the words that what was typed may stand for
            models.UniqueConstraint(fields=("council", "key", "word"), name="one_spelling_of_a_word"),
        )

    def __str__(self) -> str:
        return f"spelling {self.pk}"
