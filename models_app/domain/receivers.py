"""Where a webhook may lead: to public addresses, over TLS. The rules are here, the resolving is elsewhere.

What a team writes into a webhook is called from inside the registry's network. So nothing may be reached through it
that its author could not reach from outside: no metadata service, no neighbour, no loopback.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

from models_app.domain.errors import InvalidFields

MAX_URL = 2048
HTTPS_PORT, HTTP_PORT = 443, 80
# Below are the ports of other services (mail, directories), which a request could be taken for one of theirs.
FIRST_FREE_PORT = 1024
PRINTABLE = re.compile(r"[!-~]+")
HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*\.?")
NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")

# Global unicast is the only part of IPv6 in which receivers live; what is carved out of it follows.
IPV6_UNICAST = ip_network("2000::/3")
NOT_PUBLIC = [
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/3"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),  # Teredo, documentation, 6to4
    )
]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody on the internet can call it, and it is one machine.

    What carries an IPv4 address inside (mapped, NAT64, 6to4, Teredo) is refused whole: it would reach what that does.

    >>> [is_public(ip_address(each)) for each in ("93.184.215.14", "169.254.169.254", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    if isinstance(address, IPv6Address) and address not in IPV6_UNICAST:
        return False
    return not any(address in network for network in NOT_PUBLIC if network.version == address.version)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where to send, taken apart.

    Attributes:
        host: a name in lower case, or an IP address without brackets.
        target: path and query, as they go into the request.
    """

    is_tls: bool
    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, url: str, *, insecure: bool = False) -> Self:
        """Read a URL. ``insecure`` is for development, and allows http and any port.

        >>> Receiver.parse("https://hooks.example.org/build?key=x").origin
        'https://hooks.example.org'

        Raises:
            InvalidFields: nothing is sent there.
        """
        if not url or len(url) > MAX_URL or not PRINTABLE.fullmatch(url) or "\\" in url:
            raise _wrong(f"A URL has 1 to {MAX_URL} printable ASCII characters, no space and no backslash.")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _wrong("It cannot be read as a URL.") from None
        schemes = ["https", "http"] if insecure else ["https"]
        if parts.scheme not in schemes:
            raise _wrong(f"Invalid webhook URL scheme: {parts.scheme!r}. Allowed schemes are: {', '.join(schemes)}.")
        if "@" in parts.netloc:
            raise _wrong("A user name or password in the URL is not sent; put a key into the query, or set a secret.")
        is_tls = parts.scheme == "https"
        port = port if port is not None else HTTPS_PORT if is_tls else HTTP_PORT
        if not insecure and port != HTTPS_PORT and port < FIRST_FREE_PORT:
            raise _wrong(f"Port {port} is not called: use {HTTPS_PORT}, or one from {FIRST_FREE_PORT} on.")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(is_tls, _host(parts.hostname or "", insecure=insecure), port, target)

    @property
    def origin(self) -> str:
        """What may be told of it: scheme, host and port. Path and query are often the key to the receiver."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_usual = self.port == (HTTPS_PORT if self.is_tls else HTTP_PORT)
        return f"{'https' if self.is_tls else 'http'}://{host}{'' if is_usual else f':{self.port}'}"


def _host(host: str, *, insecure: bool) -> str:
    """A host that can be called, in the one form in which it is."""
    if ":" in host or NUMERIC.fullmatch(host):
        if "%" in host:
            raise _wrong("Leave the zone out of the IP address.")
        # 127.1, 0x7f.1 and 2130706433 are addresses to some and names to others; so only the usual form is read.
        try:
            address = ip_address(host)
        except ValueError:
            raise _wrong("Write the IP address in its usual form.") from None
        if not insecure and not is_public(address):
            raise _wrong("It leads to no public address.")
        return str(address)
    if not HOST.fullmatch(host):
        raise _wrong("Webhook URL must include a hostname: letters, digits, hyphens and dots (others in punycode).")
    return host.rstrip(".")


def _wrong(detail: str) -> InvalidFields:
    return InvalidFields.one("url", "invalid", detail)
