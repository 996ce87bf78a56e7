#!/usr/bin/env python3
"""Management commands: ``./manage.py help`` lists them."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from models_app.domain.errors import RegistryError
from models_app.management.refusals import told

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")
    try:
        execute_from_command_line(sys.argv)
    except RegistryError as refusal:  # of Django's own commands, such as createsuperuser
        message, code = told(refusal)
        sys.stderr.write(f"CommandError: {message}\n")
        sys.exit(code)
