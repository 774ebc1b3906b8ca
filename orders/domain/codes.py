"""The codes that files, tables and forms share, each with the words people read."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A code with its label: `Basis.FINE_DEFAULT == "fine_default"`, and `.label` is what people read."""

    label: str

    def __new__(cls, value: str, label: str) -> Code:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """The member of this code. ValueError where there is none."""
        for member in cls:
            if member == value:
                return member
        raise ValueError(f"{value!r} is no {cls.__name__}")


def choices(codes: type[Code]) -> list[tuple[str, str]]:
    """Code and label of each member, in the order declared: what a select or a radio list is made from."""
    return [(one.value, one.label) for one in codes]
