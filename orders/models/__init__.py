"""What the court ordered, and what was done about it."""

from orders.models.appointments import Appointment, Reminder
from orders.models.compliance import Absence, FormalWarning, LocalStep, SetAside
from orders.models.orders import Order, Requirement, Variation
from orders.models.work import Attendance, Breach, Contact, HoursLine, Release

__all__ = [
    "Appointment",
    "Attendance",
    "Breach",
    "Contact",
    "HoursLine",
    "Order",
    "Release",
    "Reminder",
    "Requirement",
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
