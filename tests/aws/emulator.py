"""ministack as the tests of AWS need it; run by cloud.py with the Python of ministack's own environment.

Two things are mended here, each as AWS does it: CloudFormation makes archives of event buses too, and whoever asks for
a target's rules without naming a bus hears of those on the default bus only (`zappa status` and `update` rely on it).
"""

from __future__ import annotations

from typing import Any

from ministack import app
from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners


def make_archive(_logical_id: str, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
    status, _, body = eventbridge._create_archive(
        {
            "ArchiveName": properties["ArchiveName"],
            "EventSourceArn": properties["SourceArn"],
            "RetentionDays": int(properties["RetentionDays"]),
        }
    )
    if status != 200:
        raise ValueError(body)
    return properties["ArchiveName"], {"ArchiveName": properties["ArchiveName"]}


def delete_archive(physical_id: str, _properties: dict[str, Any]) -> None:
    eventbridge._delete_archive({"ArchiveName": physical_id})


provisioners._RESOURCE_HANDLERS["AWS::Events::Archive"] = {"create": make_archive, "delete": delete_archive}

rules_of_target = eventbridge._list_rule_names_by_target
eventbridge._list_rule_names_by_target = lambda data: rules_of_target({"EventBusName": "default"} | data)

app.main()
