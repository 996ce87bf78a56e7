"""How a long command says how far it is."""

from __future__ import annotations

import io

import pytest

from models_app.management.progress import Progress


class Out(io.StringIO):
    """What a command writes to, as Django wraps it."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str, ending: str = "\n") -> int:
        return super().write(text + ending)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("models_app.management.progress.time.monotonic", lambda: now[0])
    return now


def test_on_a_terminal_one_line_is_written_over_and_taken_away_at_the_end(clock: list[float]) -> None:
    out = Out(is_terminal=True)
    progress = Progress(out)

    for second in (1.0, 2.0):
        clock[0] = second
        progress.tell("7 rows.", share=second / 4)
    progress.close()

    assert out.getvalue() == (
        "\r\x1b[K[########......................]  25% 7 rows. 1 s"
        "\r\x1b[K[###############...............]  50% 7 rows. 2 s"
        "\r\x1b[K"
    )


def test_elsewhere_it_is_a_line_every_ten_seconds(clock: list[float]) -> None:
    out = Out(is_terminal=False)
    progress = Progress(out)

    for second in range(25):
        clock[0] = float(second)
        progress.tell(f"{second} rows.")
    progress.close()

    assert out.getvalue() == "10 rows. 10 s\n20 rows. 20 s\n"


def test_what_is_short_says_nothing(clock: list[float]) -> None:
    out = Out(is_terminal=True)

    progress = Progress(out)
    progress.tell("1 row.")
    progress.close()

    assert out.getvalue() == ""
