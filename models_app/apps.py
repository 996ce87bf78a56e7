"""The application as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class ModelsAppConfig(AppConfig):
    name = "models_app"
    label = "models_app"
    verbose_name = "Model Registry"

    def ready(self) -> None:
        """Say where events go and how much callers may ask; connect what listens to signals or describes our fields."""
        from django.conf import settings

        from models_app.api import schema  # noqa: F401 - drf-spectacular finds its extensions by import
        from models_app.domain.rates import RatePolicy
        from models_app.identity import sessions  # noqa: F401 - needs the user model
        from models_app.outbox import bus, posting
        from models_app.services import rates

        bus.configure(
            bus.Bus(
                name=settings.EVENT_BUS,
                public_url=settings.PUBLIC_URL,
                ticket_key=settings.SECRET_KEY,
            )
        )
        posting.configure(insecure=settings.WEBHOOKS_INSECURE)
        limit, window = settings.RATE_LIMIT, settings.RATE_WINDOW
        rates.configure(RatePolicy(per_second=limit, window_seconds=window) if limit else None)
