"""Addresses of streams: their public part, and the reason why one cannot be opened."""

from __future__ import annotations

import socket
from http import HTTPStatus
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import urlopen

_PORTS = {"rtsp": 554, "rtsps": 322, "rtmp": 1935, "http": 80, "https": 443, "tcp": 0}
_WITHOUT_CONNECTION = ("rtp", "udp", "srt")
_LIMIT = 5.0
"""Longest time [s] for an answer of the host."""
_REST = (
    "the host answers; are path, user and password right? Addresses are such as "
    "rtsp://USER:PASSWORD@HOST:554/PATH or http://HOST:PORT/PATH"
)


def public(address: str) -> str:
    """Protocol, host and port of an address: user, password and keys stay private."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"{address.partition('://')[0]}://..."
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def fault_of(address: str) -> str:
    """Reason why an address cannot be opened; asks its host where the protocol allows it."""
    protocol = address.partition("://")[0].lower()
    if protocol not in (*_PORTS, *_WITHOUT_CONNECTION):
        expected = ", ".join((*_PORTS, *_WITHOUT_CONNECTION))
        return f"unknown protocol {protocol!r}, expected one of {expected}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or _PORTS.get(protocol, 0)
    except ValueError:
        return "the address is malformed"
    if protocol in _WITHOUT_CONNECTION:
        return "no images arrive; does the sender send to this machine and port?"
    return _asked(parts, host, port) if host else "the address names no host"


def _asked(parts: SplitResult, host: str, port: int) -> str:
    """Connect to the host, and describe the result."""
    try:
        if parts.scheme.startswith("http"):
            return _answer(parts)
        with socket.create_connection((host, port), timeout=_LIMIT):
            return _REST
    except URLError as error:  # around the error of the connection
        reason = error.reason if isinstance(error.reason, OSError) else error
        return _unreachable(reason, host, port)
    except (OSError, HTTPException) as error:
        return _unreachable(error, host, port)


def _unreachable(error: Exception, host: str, port: int) -> str:
    """Reason of a connection that failed."""
    if isinstance(error, socket.gaierror):
        return f"no host {host!r} is known here; check its name, or use its number"
    if isinstance(error, TimeoutError):
        return f"host {host} does not answer within {_LIMIT:.0f} s; is it reachable from here?"
    if isinstance(error, ConnectionRefusedError):
        return f"host {host} refuses port {port}; is its server on, and is the port right?"
    return f"host {host} is not reachable at port {port}: {error}"


def _answer(parts: SplitResult) -> str:
    """Describe the answer of a web server; raises OSError and HTTPException."""
    # Without user and password, which urllib takes for a part of the host.
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    try:
        with urlopen(address, timeout=_LIMIT) as answer:  # noqa: S310 - http and https alone
            kind = str(answer.headers.get_content_type())
    except HTTPError as error:
        needs_user = error.code == HTTPStatus.UNAUTHORIZED and "@" in parts.netloc
        return _REST if needs_user else f"the server answers {error.code} ({error.reason})"
    if kind == "text/html":
        return "this is a web page; give the address of its video, such as `yt-dlp -g` prints"
    return f"the server sends {kind}, in which OpenCV finds no images"
