"""Downloading a file over HTTP: with progress, and on from where an earlier try stopped."""

from __future__ import annotations

import logging
import time
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from pose_action_ros import __version__
from pose_action_ros.errors import ModelError

_LOG = logging.getLogger(__name__)

_TRIES = 4
_PAUSE = 2.0  # seconds, before the second try; twice as long before each further one
_TIMEOUT = 30.0  # seconds without a byte
_BLOCK = 1 << 18
_PARTIAL, _NOT_THAT_RANGE = 206, 416


def download(address: str, path: Path) -> None:
    """Fetch a file; what there is of it already is kept, and only the rest is asked for.

    Args:
        address: http:// or https://
        path: file to write. Whether its content is right is for the caller to check.

    Raises:
        ModelError: the server does not have it, or cannot be reached; what came is kept.
    """
    for number in range(_TRIES):
        try:
            with logging_redirect_tqdm():
                _receive(address, path)
        except HTTPError as error:
            raise ModelError(f"{address} answers {error.code} {error.reason}") from error
        except (OSError, HTTPException) as error:
            reason = error
        else:
            return
        if number + 1 < _TRIES:
            _LOG.info("%s; trying again", reason)
            time.sleep(_PAUSE * 2**number)
    kept = path.stat().st_size / 1e6 if path.exists() else 0.0
    raise ModelError(
        f"cannot download {address} ({reason}); {kept:.1f} MB are kept, run this again to go on"
    )


def _receive(address: str, path: Path) -> None:
    """One try; OSError when the connection ends before the file does."""
    begun = path.stat().st_size if path.exists() else 0
    request = Request(address, headers={"User-Agent": f"pose-action/{__version__}"})  # noqa: S310 - of the catalogue
    if begun:
        request.add_header("Range", f"bytes={begun}-")
    try:
        response: HTTPResponse = urlopen(request, timeout=_TIMEOUT)  # noqa: S310 - of the catalogue
    except HTTPError as error:
        if error.code == _NOT_THAT_RANGE and begun:  # there is no more
            return
        raise
    with response:
        _keep(response, path, begun if _goes_on(response, begun) else 0)


def _goes_on(response: HTTPResponse, begun: int) -> bool:
    """Whether the answer is the rest; a server may send the whole file instead."""
    place = response.headers.get("Content-Range", "")
    return response.status == _PARTIAL and place.startswith(f"bytes {begun}-")


def _keep(response: HTTPResponse, path: Path, begun: int) -> None:
    """Write the answer's bytes behind the first `begun` ones."""
    length = response.headers.get("Content-Length")
    total = begun + int(length) if length else None
    with (
        path.open("ab" if begun else "wb") as file,
        tqdm(
            total=total, initial=begun, desc=path.stem, unit="B", unit_scale=True, disable=None
        ) as bar,
    ):
        while block := response.read(_BLOCK):
            file.write(block)
            bar.update(len(block))
        if total is not None and file.tell() < total:
            raise ConnectionError(f"the connection broke after {file.tell()} of {total} bytes")
