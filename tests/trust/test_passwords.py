"""What a password may be: long, of any signs, not a common one, and taken exactly as it was typed."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from cases.models import User

REFUSED = {
    "short": "otter-lamp8",
    "common": "qwertyuiop123",
    "figures alone that are common": "1234567891011",
    "their own name": "Morag Testcase",
    "their own address": "morag.testcase",
}
TAKEN = {
    "twelve small letters": "ottercairnwy",
    "figures alone": "830264917355",
    "signs alone": "!£$%^&*()_+{}",
    "spaces and accents": "four wée wórds hére",
    "another alphabet": "очень длинное слово",
    "sixty-four and more": "gorse heron slate " * 6,
}


@pytest.mark.figure("passwords refused or taken as they should be")
def test_a_password_is_refused_for_what_it_is_and_not_for_its_signs(figure):
    user = User(name="Morag Testcase", email="morag.testcase@council.invalid")
    for words, wanted in ((REFUSED, False), (TAKEN, True)):
        for what, password in words.items():
            try:
                validate_password(password, user)
                taken = True
            except ValidationError:
                taken = False
            figure.add(taken == wanted, what)


@pytest.mark.figure("passwords that are almost the one that was set")
def test_a_password_is_compared_as_it_was_typed(figure):
    user, password = User(name="Morag Testcase"), "Gorse heron slate " * 6 + "é"
    user.set_password(password)
    assert user.check_password(password)
    for other in (
        password.lower(),
        password.strip("é"),
        password[:64],
        password[:72],
        f" {password}",
        f"{password} ",
    ):
        figure.add(not user.check_password(other), other)
