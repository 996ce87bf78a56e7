"""Model Registry: the application. ``docs/architecture.md`` draws its floors."""
