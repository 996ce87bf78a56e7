"""A team to play in, and a clock that remembers no other test."""

from tests.api.conftest import fresh_clock, payments

__all__ = ["fresh_clock", "payments"]
