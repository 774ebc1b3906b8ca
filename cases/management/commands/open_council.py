"""The first council of an installation and its administrator, who sets up the rest in the application."""

from __future__ import annotations

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.operation import system_user
from cases.operations import open_council
from justice.domain.errors import Refused


class Command(BaseCommand):
    help = "Open a council with its first administrator. The password is asked for, or is ADMINISTRATOR_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the council's name")
        parser.add_argument("--administrator", required=True, metavar="NAME")
        parser.add_argument("--email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("ADMINISTRATOR_PASSWORD") or getpass.getpass("Password: ")
        if len(password) < 12:
            raise CommandError("The password must have at least 12 characters")
        try:
            council = open_council(
                actor=system_user(),
                name=options["name"],
                administrator=options["administrator"],
                email=options["email"],
                password=password,
            )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(
            f"{council.name} is open; {options['email']} can sign in, and chooses their own password first"
        )
