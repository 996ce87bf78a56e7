"""The pictures of README: six pages of the demo, as they look once they are there. `make screenshots` runs it."""

from __future__ import annotations

import struct
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser

from tests.browser.chromium import MISSING, PROGRAM, a_chromium
from tests.browser.visitors import FOLLOWS_WITHIN_MS, Visitor
from tests.local_registry import ROOT, LocalRegistry, a_local_registry

PICTURES: Final = ROOT / "docs" / "screenshots"
LARGEST_BYTES: Final = 150 * 1000
WIDTH, HEIGHT = 1280, 800
MODEL: Final = "payments.fraud-detector"

# Who looks at what; the pictures bear these names.
PAGES: Final = {
    "models": ("ada", "/api/v1/models?teamId=payments"),
    "model": ("ada", f"/api/v1/models/{MODEL}"),
    "version": ("ada", f"/api/v1/models/{MODEL}/1.2.0"),
    "compare": ("ada", f"/web/models/{MODEL}/compare?version=1.0.0&version=1.1.0&version=1.2.0"),
    "deployments": ("ada", "/api/v1/deployments?teamId=payments"),
    "admin": ("admin", "/admin/models_app/modelversion/"),
}
IN_THE_DARK: Final = {"model"}


def main() -> None:
    """Start a registry of its own, deploy something, take the pictures."""
    if not PROGRAM.exists():
        sys.exit(MISSING)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, a_local_registry(Path(home)) as registry, a_chromium() as browser:
        deploy(registry)
        for name, (who, path) in PAGES.items():
            take(browser, registry, name=name, who=who, path=path)
            if name in IN_THE_DARK:
                take(browser, registry, name=f"{name}-dark", who=who, path=path, scheme="dark")


def deploy(registry: LocalRegistry) -> None:
    """Fill the board: what runs, what ran before, what failed."""
    for version, environment in (("1.1.0", "prod"), ("1.2.0", "prod"), ("2.0.0", "staging")):
        at = f"models/{MODEL}/{version}/deploy"
        deployment = registry.calls("POST", at, {"environment": environment, "parameters": {"replicas": 2}})
        for status in ("IN_PROGRESS", "SUCCEEDED"):
            registry.calls("POST", f"deployments/{deployment['deploymentId']}/status", {"status": status})
    order = {"environment": "prod", "parameters": {"memoryMb": 1024}}
    other = registry.calls("POST", "models/payments.basket-value/v2/deploy", order)["deploymentId"]
    failure = {"status": "FAILED", "detail": "The image does not start: 512 MB are not enough."}
    registry.calls("POST", f"deployments/{other}/status", failure)


def take(browser: Browser, registry: LocalRegistry, *, name: str, who: str, path: str, scheme: str = "light") -> None:
    """One picture, small enough for a README."""
    with Visitor.arriving(
        browser, registry, color_scheme=scheme, viewport={"width": WIDTH, "height": HEIGHT}
    ) as visitor:
        page = visitor.signs_in(who).opens(path)
        page.wait_for_load_state("networkidle", timeout=FOLLOWS_WITHIN_MS)
        picture = smaller(page.screenshot())
        assert len(picture) < LARGEST_BYTES, f"{name} takes {len(picture)} bytes"
        (PICTURES / f"{name}.png").write_bytes(picture)
        print(f"{name}: {len(picture) // 1000} KB")  # noqa: T201


def smaller(png: bytes) -> bytes:
    """The same picture, its pixels packed as tightly as zlib can."""
    chunks = list(chunks_of(png))
    pixels = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    packed = [(kind, body) for kind, body in chunks if kind in {b"IHDR", b"PLTE"}]
    packed += [(b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    return png[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in packed
    )


def chunks_of(png: bytes) -> list[tuple[bytes, bytes]]:
    """The parts of a PNG file: what each is, and what it holds."""
    found, at = [], 8
    while at < len(png):
        [length] = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += length + 12
    return found


if __name__ == "__main__":
    main()
