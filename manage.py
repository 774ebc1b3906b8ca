#!/usr/bin/env python3
"""Runs a management command: `python manage.py COMMAND`, or `./run manage COMMAND` to have everything set up first."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "justice.settings.local")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
