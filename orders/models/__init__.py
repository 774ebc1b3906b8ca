"""What the court ordered, and what was done about it."""

from orders.models.compliance import Absence, FormalWarning, LocalStep, SetAside
from orders.models.orders import Order, Requirement, Variation
from orders.models.work import Attendance, Breach, Contact, HoursLine, Release

__all__ = [
    "Absence",
    "Attendance",
    "Breach",
    "Contact",
    "FormalWarning",
    "HoursLine",
    "LocalStep",
    "Order",
    "Release",
    "Requirement",
    "SetAside",
    "Variation",
]
