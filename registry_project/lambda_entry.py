"""What AWS Lambda calls: requests of API Gateway, schedules, and events of the bus. Everything else is refused.

All is loaded when this module is, so a wrong setting fails the start, and Lambda starts anew; no call meets half of it.
"""

from __future__ import annotations

import gc
import os
from typing import Any

import django

gc.disable()  # nothing that is loaded now is ever garbage: looking for some would be a tenth of the start
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry_project.settings")
django.setup()

from registry_project import lambda_jobs, lambda_web  # noqa: E402 - only once Django is loaded

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    lambda_web.load()
    gc.freeze()
gc.enable()


def lambda_handler(event: object, context: object) -> dict[str, Any]:
    """Answer a request, or do a job.

    Raises:
        Refused: nothing that this function is for; Lambda counts it as an error, and an alarm tells.
        BusFailed, Busy: not now; Lambda or the next schedule tries again.
    """
    if lambda_web.is_request(event):
        return lambda_web.answer(event, context)
    return lambda_jobs.run(event)
