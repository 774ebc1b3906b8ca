"""Codes as files and tables have them, found again by what they say."""

import pytest

from orders.domain.cpo import Basis, RequirementKind


@pytest.mark.parametrize("member", [*Basis, *RequirementKind])
def test_a_code_is_found_by_its_value_and_by_itself(member):
    assert type(member).of(member.value) is member
    assert type(member).of(member) is member


def test_what_is_no_code_is_refused():
    with pytest.raises(ValueError, match="'prison' is no Basis"):
        Basis.of("prison")
