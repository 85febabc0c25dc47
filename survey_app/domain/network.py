"""What of a network address tells one household or office from another."""

import re
from collections.abc import Sequence
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

_HOUSEHOLD_PREFIX: Final = 64
_NAME: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?", re.IGNORECASE)
_INNER_ENDINGS: Final = (".local", ".lan", ".internal", ".intranet", ".corp", ".home.arpa", ".home")


class Reach(Enum):
    """From where phones can open an address."""

    NOWHERE = "nowhere"  # it is each phone's own
    INSIDE = "inside"  # only from within a network
    EVERYWHERE = "everywhere"


def network_of(address: str) -> str:
    """The address; of IPv6 the /64, which is one household's; IPv4 in IPv6 as itself."""
    parsed = parse_address(address)
    if parsed is None:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((int(parsed), _HOUSEHOLD_PREFIX), strict=False))
    return str(parsed)


def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own."""
    parsed = parse_address(address)
    return parsed is not None and parsed.is_loopback


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether the address is in one of the networks."""
    parsed = parse_address(address)
    return parsed is not None and any(parsed in network for network in networks)


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address; IPv4 in IPv6 as itself; None where it is none."""
    try:
        parsed = ip_address(text.strip())
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed


def is_host(netloc: str) -> bool:
    """Whether it names a machine, by name or number, with a port or without, and nothing else (no account, no odd port)."""
    try:
        parts = urlsplit(f"//{netloc}")
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if "@" in netloc or netloc.endswith(":"):
        return False
    if _as_number(host):
        return True
    is_almost_number = (
        host.rstrip(".").rpartition(".")[2].isdigit()
    )  # browsers read 127.1 as a number, in ways of their own
    return _NAME.fullmatch(host) is not None and not is_almost_number


def reach_of(host: str) -> Reach:
    """From where phones can open the addresses of a host."""
    number = _as_number(host)
    if number:
        is_own = number.is_loopback or number.is_unspecified or number.is_link_local
        return Reach.NOWHERE if is_own else Reach.EVERYWHERE if number.is_global else Reach.INSIDE
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith((".localhost", ".localdomain")):
        return Reach.NOWHERE
    return Reach.INSIDE if "." not in name or name.endswith(_INNER_ENDINGS) else Reach.EVERYWHERE


def _as_number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(host)
    except ValueError:
        return None
    return (parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None) or parsed
