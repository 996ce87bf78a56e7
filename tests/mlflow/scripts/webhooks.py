"""Webhooks as scripts keep them. Run by MLflow's own client; each assert is a promise of the face."""

import os

import mlflow
from mlflow import MlflowClient
from mlflow.entities.webhook import WebhookStatus
from mlflow.exceptions import MlflowException

client = MlflowClient()
url, secret = os.environ["RECEIVER"], os.environ["RECEIVERS_SECRET"]


def refusal(deed, *arguments, **named):
    """The code and text of what must be refused."""
    try:
        deed(*arguments, **named)
    except MlflowException as refused:
        return refused.error_code, str(refused).partition(": ")[2]
    raise AssertionError(f"{deed} was not refused")


# Making
events = ["model_version.created", "model_version_alias.created"]
made = client.create_webhook("ci", url, events, description="Builds images", secret=secret)
assert (made.name, made.url, made.description, made.secret) == ("ci", url, "Builds images", None)
assert [str(event) for event in made.events] == events
assert made.status == WebhookStatus.ACTIVE
assert made.creation_timestamp == made.last_updated_timestamp > 1_700_000_000_000
others = [client.create_webhook(f"other-{n}", url, ["registered_model.created"], status="DISABLED") for n in range(4)]
assert client.get_webhook(made.webhook_id).name == "ci"

# Listing
page = client.list_webhooks(max_results=3)
rest = client.list_webhooks(max_results=3, page_token=page.token)
assert [hook.name for hook in [*page, *rest]] == ["other-3", "other-2", "other-1", "other-0", "ci"]
assert (len(page), bool(page.token), bool(rest.token)) == (3, True, False)

# Trying
tried = client.test_webhook(made.webhook_id)
assert (tried.success, tried.response_status, tried.response_body) == (True, 200, "thanks"), tried
assert client.test_webhook(others[0].webhook_id, "prompt_tag.set").success

# Changing
changed = client.update_webhook(others[0].webhook_id, name="renamed", events=["prompt.created"], status="ACTIVE")
assert (changed.name, changed.url, [str(event) for event in changed.events]) == ("renamed", url, ["prompt.created"])
assert client.get_webhook(others[0].webhook_id).status == WebhookStatus.ACTIVE
for hook in others:
    client.delete_webhook(hook.webhook_id)
print(refusal(client.get_webhook, "01M86DQ4W7Q3W5E7R9T1Y3V5ZX"))
print(refusal(client.create_webhook, "-", url, events))
print(refusal(client.create_webhook, "x", "ftp://example.org", events))
print(refusal(client.create_webhook, "x", url, ["budget_policy.exceeded"]))

# What is to be told of
mlflow.register_model("s3://models/fraud/1", "fraud", tags={"owner": "risk"})
client.set_registered_model_alias("fraud", "challenger", "1")
