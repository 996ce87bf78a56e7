"""What the function does without a caller; test_policy.py has it done with the function's role. (Not collected alone.)"""

from __future__ import annotations

from registry_project.lambda_jobs import run
from tests.callers import Cast


def test_jobs_find_something_to_do(payments: Cast) -> None:
    payments.contributor.registers("fraud", version="1.0.0")
    payments.maintainer.deploys("payments.fraud", "1.0.0")

    assert run({"job": "relay_events"})["sent"] >= 3
    assert run({"job": "relay_events"}) == {"sent": 0, "refused": 0, "dead": 0}
    assert run({"job": "time_out_deployments"}) == {"timedOut": []}
    assert run({"job": "finish_moves"}) == {"finished": 0}
    run({"job": "deliver_webhooks"})
