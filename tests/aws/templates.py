"""``stack.yaml`` as tests read it: CloudFormation's functions are kept as ``{"Fn": name, "of": what}``."""

from __future__ import annotations

from typing import Any

import yaml

from tests.commands.shell import ROOT

PATH = ROOT / "registry_project" / "stack.yaml"


class Loader(yaml.SafeLoader):
    """Knows YAML's short forms of CloudFormation's functions."""


def _function(loader: Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {"Fn": name, "of": loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {"Fn": name, "of": loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {"Fn": name, "of": loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", _function)


def template() -> dict[str, Any]:
    """All of it."""
    return yaml.load(PATH.read_text(), Loader)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of a kind by their names in the template."""
    return {name: each for name, each in template()["Resources"].items() if each["Type"] == f"AWS::{kind}"}


def properties(name: str) -> Any:
    """Those of one resource."""
    return template()["Resources"][name]["Properties"]


def statements(role: str) -> list[dict[str, Any]]:
    """What a role may do, by the policies of ours."""
    return [each for policy in properties(role)["Policies"] for each in policy["PolicyDocument"]["Statement"]]


def listed(one_or_more: Any) -> list[Any]:
    """IAM lets one thing stand for a list of it."""
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]
