"""What Zappa has no setting for, done after each `zappa deploy` and `update`: it is called as their `post` callback.

Throttling, access logs and traces of the API's stage; what becomes of jobs that fail; who else may call the function;
and the address that events tell pipelines. All of it may be repeated. It runs where the package is made, not on Lambda.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from botocore.exceptions import ClientError

log = logging.getLogger(__name__)

RETRIES = 2
JOB_SECONDS = 3600  # a job that waited for longer is done by a later one anyway
ROLE_SETTLES_WITHIN_SECONDS = 60

# One line a call, also of those that never reached the function. No query: it may hold what somebody searched for.
ACCESS_LOG = {
    "time": "$context.requestTimeEpoch",
    "requestId": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "functionMilliseconds": "$context.integrationLatency",
    "bytes": "$context.responseLength",
    "error": "$context.error.message",
}


def finish(zappa: Any) -> None:
    """Complete what Zappa deployed: some ten calls to AWS.

    Raises:
        ClientError: AWS refused one of them; repeating the deployment repeats them all.
    """
    settings, session = zappa.stage_config, zappa.zappa.boto_session
    api = zappa.zappa.get_api_id(zappa.lambda_name)
    gateway, function = session.client("apigateway"), session.client("lambda")
    _let_gateway_log(gateway, settings["stack"]["ApiLogRoleArn"])
    gateway.update_stage(restApiId=api, stageName=zappa.api_stage, patchOperations=_stage(settings))
    function.put_function_event_invoke_config(
        FunctionName=zappa.lambda_name,
        MaximumRetryAttempts=RETRIES,
        MaximumEventAgeInSeconds=JOB_SECONDS,
        DestinationConfig={"OnFailure": {"Destination": settings["stack"]["FailedJobsArn"]}},
    )
    for name in ("ReportsRuleArn", "WebhooksRuleArn"):
        _let_call(function, zappa.lambda_name, rule=settings["stack"][name])
    _tell_address(function, zappa, zappa.zappa.get_api_url(zappa.lambda_name, zappa.api_stage))


def _stage(settings: dict[str, Any]) -> list[dict[str, str]]:
    """The limits, the log and the traces of the API's stage."""
    limits = settings["throttling"]
    wanted = {
        "/*/*/throttling/rateLimit": str(limits["rate_limit"]),
        "/*/*/throttling/burstLimit": str(limits["burst_limit"]),
        "/accessLogSettings/destinationArn": settings["stack"]["AccessLogArn"].removesuffix(":*"),
        "/accessLogSettings/format": json.dumps(ACCESS_LOG),
        "/tracingEnabled": str(bool(settings.get("xray_tracing"))).lower(),
    }
    return [{"op": "replace", "path": path, "value": value} for path, value in wanted.items()]


def _let_gateway_log(gateway: Any, role: str) -> None:
    """Give API Gateway a role to write logs with, unless the account has one: there is one for all APIs of a region."""
    if gateway.get_account().get("cloudwatchRoleArn"):
        return
    give_up_at = time.monotonic() + ROLE_SETTLES_WITHIN_SECONDS
    while True:
        try:
            gateway.update_account(patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": role}])
        except gateway.exceptions.BadRequestException:  # a role that was just made is not known everywhere
            if time.monotonic() > give_up_at:
                raise
            time.sleep(3)
        else:
            return


def _let_call(function: Any, name: str, *, rule: str) -> None:
    """Let a rule of the bus call the function."""
    try:
        function.add_permission(
            FunctionName=name,
            StatementId=rule.rpartition("/")[2],
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
        )
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] != "ResourceConflictException":  # it may already
            raise


def _tell_address(function: Any, zappa: Any, url: str) -> None:
    """Tell the function where pipelines reach it, unless the settings do: only now the API has an address."""
    if "REGISTRY_PUBLIC_URL" in zappa.stage_config.get("aws_environment_variables", {}):
        return
    function.get_waiter("function_updated_v2").wait(FunctionName=zappa.lambda_name)
    variables = function.get_function_configuration(FunctionName=zappa.lambda_name)["Environment"]["Variables"]
    if variables.get("REGISTRY_PUBLIC_URL") == url:
        return
    function.update_function_configuration(
        FunctionName=zappa.lambda_name, Environment={"Variables": {**variables, "REGISTRY_PUBLIC_URL": url}}
    )
    function.get_waiter("function_updated_v2").wait(FunctionName=zappa.lambda_name)
    log.info("Pipelines reach the registry at %s", url)
