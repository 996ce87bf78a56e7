"""Where a webhook may lead. What the registry calls from inside, anybody must be able to call from outside."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from models_app.domain.errors import InvalidFields
from models_app.domain.receivers import Receiver, is_public

PUBLIC = ["93.184.215.14", "1.1.1.1", "8.8.8.8", "2606:4700::6810:85e5", "2a00:1450:4001:81b::200e"]
NOT_PUBLIC = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1"),
    *("fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"),
]

REFUSED = {
    "no scheme": "hooks.example.org/x",
    "plain http": "http://example.org/x",
    "a file": "file:///etc/passwd",
    "another protocol": "gopher://example.org/",
    "no host": "https:///x",
    "nothing": "",
    "a user name": "https://user@example.org/",
    "a password": "https://user:secret@example.org/",
    "a user name that looks like a host": "https://example.org@127.0.0.1/",
    "an empty user name": "https://@example.org/",
    "a backslash, which browsers take for a slash": "https://example.org\\@127.0.0.1/",
    "a space": "https://example.org/a b",
    "a line break": "https://example.org/\r\nX-Header: 1",
    "a tab": "https://exam\tple.org/",
    "letters beyond ASCII": "https://exämple.org/",
    "digits beyond ASCII": "https://①②⑦.⓪.⓪.①/",
    "a host in percents": "https://%31%32%37.0.0.1/",
    "loopback": "https://127.0.0.1/",
    "the metadata service": "https://169.254.169.254/latest/meta-data/",
    "the metadata service over IPv6": "https://[fd00:ec2::254]/",
    "IPv4 inside IPv6": "https://[::ffff:169.254.169.254]/",
    "IPv4 inside NAT64": "https://[64:ff9b::a9fe:a9fe]/",
    "a zone": "https://[fe80::1%25eth0]/",
    "a zone of a public address": "https://[2606:4700::1%25eth0]/",
    "a decimal address": "https://2130706433/",
    "a hexadecimal address": "https://0x7f000001/",
    "an octal address": "https://0177.0.0.1/",
    "a short address": "https://127.1/",
    "a hexadecimal part": "https://127.0.0.0x1/",
    "an address with a dot behind": "https://127.0.0.1./",
    "zero": "https://0/",
    "two dots": "https://a..example.org/",
    "a port of mail": "https://example.org:25/",
    "a port of ssh": "https://example.org:22/",
    "http's port": "https://example.org:80/",
    "port zero": "https://example.org:0/",
    "a port that is none": "https://example.org:99999/",
    "a port in words": "https://example.org:https/",
    "half a bracket": "https://[::1/",
    "a long one": "https://example.org/" + "x" * 2048,
}


@pytest.mark.parametrize("address", PUBLIC)
def test_what_everybody_can_reach_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_everything_else_is_not(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_a_url_that_leads_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(InvalidFields) as refusal:
        Receiver.parse(url)

    assert [error.field for error in refusal.value.errors] == ["url"]
    assert "secret@" not in str(refusal.value.errors)


@pytest.mark.parametrize(
    ("url", "receiver", "origin"),
    [
        ("https://example.org", ("example.org", 443, "/"), "https://example.org"),
        ("HTTPS://Example.ORG./a?b=c#d", ("example.org", 443, "/a?b=c"), "https://example.org"),
        ("https://hooks.example.org:8443/x", ("hooks.example.org", 8443, "/x"), "https://hooks.example.org:8443"),
        ("https://[2606:4700::1]/", ("2606:4700::1", 443, "/"), "https://[2606:4700::1]"),
        ("https://1.1.1.1?x", ("1.1.1.1", 443, "/?x"), "https://1.1.1.1"),
        ("https://xn--exmple-cua.org/", ("xn--exmple-cua.org", 443, "/"), "https://xn--exmple-cua.org"),
    ],
)
def test_a_good_one_is_taken_apart(url: str, receiver: tuple[str, int, str], origin: str) -> None:
    parsed = Receiver.parse(url)

    assert (parsed.host, parsed.port, parsed.target) == receiver
    assert parsed.origin == origin


def test_development_allows_more() -> None:
    parsed = Receiver.parse("http://127.0.0.1:81/x", insecure=True)

    assert (parsed.is_tls, parsed.host, parsed.port) == (False, "127.0.0.1", 81)
    with pytest.raises(InvalidFields):
        Receiver.parse("ftp://127.0.0.1/", insecure=True)
