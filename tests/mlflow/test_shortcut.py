"""MLflow's fixed addresses are answered ahead of what is for people, and answered as they would be behind it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from models_app.mlflow.shortcut import PATHS
from models_app.mlflow.urls import PREFIXES
from tests.callers import Cast
from tests.routes import routes

SHORTCUT = "models_app.mlflow.shortcut.ShortcutMiddleware"
LONG_WAY = [each for each in settings.MIDDLEWARE if each != SHORTCUT]
GET = f"/{PREFIXES[0]}/model-versions/get"
NEW_EACH_TIME = {"X-Request-Id"}


def answers(authorization: str | None, method: str, path: str, **sent: Any) -> tuple[int, bytes, dict[str, str]]:
    """What comes back, but for what is new each time."""
    headers = {"Authorization": authorization} if authorization else {}
    answer = Client(headers=headers).generic(method, path, **sent)
    told = {name: value for name, value in answer.headers.items() if name not in NEW_EACH_TIME}
    return answer.status_code, answer.content, told


@pytest.fixture
def token(payments: Cast) -> str:
    payments.contributor.registers("fraud", version="1")
    assert payments.viewer.authorization is not None
    return payments.viewer.authorization


class TestTheShortcut:
    def test_leads_to_every_address_without_an_id(self) -> None:
        there = {f"/{route}" for route, _ in routes() if route.startswith(tuple(f"{each}/" for each in PREFIXES))}
        fixed = {path for path in there if "<" not in path and not path.endswith("/webhooks")}

        assert fixed == PATHS

    @pytest.mark.parametrize(
        ("method", "target"),
        [
            ("GET", f"{GET}?name=fraud&version=1"),
            ("HEAD", f"{GET}?name=fraud&version=1"),
            ("GET", f"{GET}?name=nobody&version=1"),
            ("GET", f"{GET}?name=fraud"),
            ("POST", GET),
            ("POST", f"/{PREFIXES[1]}/registered-models/create"),
            ("GET", f"/{PREFIXES[0]}/registered-models/search?max_results=0"),
            ("GET", f"/{PREFIXES[0]}/nothing/here"),
            ("GET", f"{GET}/"),
        ],
    )
    def test_ends_in_the_same_answer(self, token: str, method: str, target: str) -> None:
        for authorization in (token, "Bearer mr_wrong", None):
            quick = answers(authorization, method, target)
            with override_settings(MIDDLEWARE=LONG_WAY):
                slow = answers(authorization, method, target)

            assert quick == slow

    def test_passes_no_session(self, token: str) -> None:
        client = Client(headers={"Authorization": token})
        client.cookies[settings.SESSION_COOKIE_NAME] = "of nobody"

        answer = client.get(f"{GET}?name=fraud&version=1")

        assert answer.status_code == 200
        assert not hasattr(answer.wsgi_request, "session")

    def test_tells_whoever_is_counted_where_it_stands(self, token: str) -> None:
        from models_app.domain.rates import RatePolicy
        from models_app.services import rates

        rates.configure(RatePolicy(per_second=2, window_seconds=10))
        try:
            _, _, told = answers(token, "GET", f"{GET}?name=fraud&version=1")
        finally:
            rates.configure(None)

        assert told["RateLimit"].startswith('"default";r=19;')
