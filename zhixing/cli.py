"""`zhixing <command>`: the console command of the package, with Django's management commands behind it."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a management command with the product's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhixing.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["zhixing", *sys.argv[1:]])


if __name__ == "__main__":
    main()
