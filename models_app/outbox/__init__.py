"""From the table to the bus: events that are committed are published, at least once, whatever crashes when.

``publisher`` sends at once what somebody waits for, ``relay`` what was left behind.
"""
