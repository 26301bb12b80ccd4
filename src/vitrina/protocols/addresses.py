"""Which network addresses may be contacted: every address a name resolves to is checked before connecting."""

from __future__ import annotations

import ipaddress
import socket
import threading

_REFUSED = [
    ipaddress.ip_network(n)
    for n in (
        "192.0.0.0/24",  # IETF assignments
        "192.88.99.0/24",  # 6to4 relays
        "64:ff9b::/96", "64:ff9b:1::/48",  # NAT64: an IPv4 address in disguise
        "2002::/16", "2001::/23",  # 6to4, Teredo and other IETF assignments
        "2001:db8::/32", "3fff::/20", "5f00::/16",  # documentation, SRv6
    )
]  # fmt: skip
_PRIVATE = [
    ipaddress.ip_network(n)
    for n in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
]
_ROUTABLE = ipaddress.ip_network("2000::/3")


def allowed(address: str, *, private: bool) -> bool:
    """Return whether *address* may be contacted; loopback and private ones only where the source says so.

    `is_global` is not enough: it lets NAT64, 6to4 and multicast through. Link-local (cloud metadata),
    multicast and reserved addresses are never allowed.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip in network for network in _PRIVATE):
        return private
    if any(ip in network for network in _REFUSED) or ip.is_multicast or ip.is_reserved:
        return False
    return ip.is_global and (ip.version == 4 or ip in _ROUTABLE)


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """Return every address of *host*, in the resolver's order. OSError: unknown name; TimeoutError: too slow."""
    found: list[str] = []
    failure: list[OSError] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failure.append(error if isinstance(error, OSError) else OSError(str(error)))
            return
        found.extend(dict.fromkeys(str(a[4][0]) for a in answers))

    # The system's resolver takes no deadline; a thread that is left behind does not hold the night.
    worker = threading.Thread(target=ask, name=f"dns-{host}", daemon=True)
    worker.start()
    worker.join(seconds)
    if failure:
        raise failure[0]
    if not found:
        raise TimeoutError(host)
    return found
