"""The tables of docs/costs.md: measured units, AWS's published prices, and the arithmetic between them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.costing.measurements import Cost
from tests.test_documentation import ROOT

PAGE = ROOT / "docs" / "costs.md"
CAPACITY = ROOT / "docs" / "capacity.md"
STACK = ROOT / "registry_project" / "stack.yaml"

# us-east-1, on demand, in US dollars. AWS's own pages: docs/costs.md names them.
PER_READ_UNIT = 0.125e-6
PER_WRITE_UNIT = 0.625e-6
PER_API_CALL = 3.50e-6
PER_INVOCATION = 0.20e-6
PER_GB_SECOND = 0.0000166667
PER_EVENT = 1.00e-6
PER_LOGGED_GB = 0.50
PER_STORED_GB, PER_RECOVERABLE_GB = 0.25, 0.20
PER_SCHEDULE = 1.00e-6
KEY, SECRET, ALARM, METRIC, DASHBOARD = 1.00, 0.40, 0.10, 0.30, 3.00

MEMORY_GB = 1
SECONDS = 0.02  # of a usual request; most of it is waiting for DynamoDB
LOGGED_KB = 1.2  # our line, Lambda's own three, and API Gateway's
MINUTES = 60 * 730  # of a month
JOB_SECONDS = 0.1
STEADY_METRICS = 8  # those that the jobs write all the time

MILLION = 1_000_000
GB = 1_000_000  # kilobytes


def per_million(cost: Cost) -> float:
    """Dollars of DynamoDB for a million times."""
    return MILLION * (cost.read_units * PER_READ_UNIT + cost.write_units * PER_WRITE_UNIT)


def units(number: float) -> str:
    """0.5, 3: as DynamoDB bills."""
    return f"{number:g}"


def table_of(costs: list[Cost]) -> str:
    """Each operation with its units and its price."""
    rows = [
        f"| {cost.what} | {cost.calls} | {units(cost.read_units)} | {units(cost.write_units)} | "
        f"{per_million(cost):.3f} |"
        for cost in costs
    ]
    return "\n".join(
        ["| operation | calls | read units | write units | $ per million |", "|---|--:|--:|--:|--:|", *rows]
    )


def parts_of_a_call() -> list[tuple[str, str, float]]:
    """What every call costs, whatever it does in DynamoDB: of what, how often, dollars."""
    duration = SECONDS * MEMORY_GB * PER_GB_SECOND
    return [
        ("API Gateway (REST)", "1,000,000 × $3.50/million", PER_API_CALL),
        ("Lambda, invocations", "1,000,000 × $0.20/million", PER_INVOCATION),
        ("Lambda, time", f"1,000,000 × {SECONDS} s × {MEMORY_GB} GB × $0.0000166667", duration),
        ("CloudWatch Logs", f"1,000,000 × {LOGGED_KB} KB = {LOGGED_KB} GB × $0.50", LOGGED_KB / GB * PER_LOGGED_GB),
    ]


def table_of_a_call() -> str:
    """The same for a million calls, with its sum."""
    rows = parts_of_a_call()
    lines = [f"| {what} | {how} | {MILLION * price:.2f} |" for what, how, price in rows]
    total = MILLION * sum(price for *_, price in rows)
    head = ["| part | a million calls | $ |", "|---|---|--:|"]
    return "\n".join([*head, *lines, f"| **sum** | | **{total:.2f}** |"])


def examples(requests: list[Cost], jobs: list[Cost]) -> str:
    """Whole calls, with all that belongs to them."""
    prices = {cost.what: per_million(cost) for cost in [*requests, *jobs]}
    call = MILLION * sum(price for *_, price in parts_of_a_call())
    read = prices["Read `@champion`"]
    registered, sent, event = prices["Register: with a label"], prices["The relay sends an event"], MILLION * PER_EVENT
    return (
        f"So a million reads of `@champion` are ${call:.2f} + ${read:.3f} = **${call + read:.2f}**, and a million "
        f"registrations, each with its event, ${call:.2f} + ${registered:.2f} + ${sent:.2f} + ${event:.2f} = "
        f"**${call + registered + sent + event:.2f}**."
    )


def table_at_rest(jobs: list[Cost]) -> str:
    """What a month costs in which nobody calls."""
    stack = STACK.read_text()
    alarms = stack.count("Type: AWS::CloudWatch::Alarm")
    often, seldom = stack.count("rate(1 minute)"), stack.count("rate(5 minutes)")
    hourly = stack.count("rate(1 hour)")
    runs = MINUTES * often + MINUTES // 5 * seldom + MINUTES // 60 * hourly
    read_often = sum(job.read_units for job in jobs[1 : 1 + often])
    read_seldom = sum(job.read_units for job in jobs[1 + often : 1 + often + seldom])
    read_hourly = sum(job.read_units for job in jobs[1 + often + seldom :])
    reads = MINUTES * read_often + MINUTES // 5 * read_seldom + MINUTES // 60 * read_hourly
    rows = [
        ("KMS key", "1 × $1.00", KEY),
        ("Secret", "1 × $0.40", SECRET),
        ("Alarms", f"{alarms} × $0.10", alarms * ALARM),
        ("Metrics of the jobs", f"{STEADY_METRICS} × $0.30", STEADY_METRICS * METRIC),
        ("Schedules", f"{runs:,} runs × $1.00/million", runs * PER_SCHEDULE),
        ("Lambda, invocations", f"{runs:,} × $0.20/million", runs * PER_INVOCATION),
        (
            "Lambda, time",
            f"{runs:,} × {JOB_SECONDS} s × {MEMORY_GB} GB × $0.0000166667",
            runs * JOB_SECONDS * MEMORY_GB * PER_GB_SECOND,
        ),
        (
            "DynamoDB reads of the jobs",
            (
                f"{MINUTES:,} × {read_often:g} + {MINUTES // 5:,} × {read_seldom:g} + "
                f"{MINUTES // 60:,} × {read_hourly:g} = {reads:,.0f} × $0.125/million"
            ),
            reads * PER_READ_UNIT,
        ),
        (
            "CloudWatch Logs",
            f"{runs:,} × {LOGGED_KB} KB = {runs * LOGGED_KB / GB:.2f} GB × $0.50",
            runs * LOGGED_KB / GB * PER_LOGGED_GB,
        ),
        ("Dashboard", "the first three of an account are free; else $3.00", 0.0),
    ]
    lines = [f"| {what} | {how} | {price:.2f} |" for what, how, price in rows]
    total = sum(price for *_, price in rows)
    return "\n".join(["| part | a month | $ |", "|---|---|--:|", *lines, f"| **sum** | | **{total:.2f}** |"])


def table_of_storage(kilobytes: float) -> str:
    """What keeping versions costs a month."""
    stored = round(100_000 * kilobytes / GB, 2)
    rows = [
        ("Table and indexes", f"100,000 × {kilobytes:.1f} KB = {stored} GB × $0.25", stored * PER_STORED_GB),
        ("Point-in-time recovery", f"{stored} GB × $0.20", stored * PER_RECOVERABLE_GB),
    ]
    lines = [f"| {what} | {how} | {price:.2f} |" for what, how, price in rows]
    return "\n".join(["| part | a month, 100,000 versions | $ |", "|---|---|--:|", *lines])


def blocks(text: str) -> dict[str, str]:
    """The page's generated parts by name."""
    return dict(re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- end -->", text, re.DOTALL))


def costs_in(table: str) -> list[Cost]:
    """The operations of a table of the page."""
    rows = [row.strip("| ").split(" | ") for row in table.splitlines()[2:]]
    return [Cost(what, int(calls), float(reads), float(writes)) for what, calls, reads, writes, _ in rows]


def with_blocks(text: str, generated: dict[str, str]) -> str:
    """The page with its generated parts written anew."""
    for name, block in generated.items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", lambda m, b=block: m[1] + b + m[2], text, flags=re.DOTALL
        )
    return text


def read(page: Path = PAGE) -> str:
    """The page as it stands."""
    return page.read_text()


def assert_told(name: str, table: str, *, page: Path = PAGE) -> None:
    """The page's table is the one measured just now; or is made so, if that was asked for."""
    if os.environ.get("WRITE_COSTS"):
        page.write_text(with_blocks(read(page), {name: table}))
    assert blocks(read(page))[name] == table, "the page is not what is measured; `make costs` writes it anew"
