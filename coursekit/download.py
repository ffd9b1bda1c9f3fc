"""A downloader for pooch that shows a progress bar and goes on where an interrupted download stopped.

pooch checks the checksum afterwards; a part that turns out to be wrong is thrown away.
"""

import os
from pathlib import Path

import requests

from coursekit.bars import progress

CHUNK = 1 << 18  # bytes
SECONDS = 30  # without a byte before a server is given up


def resuming(url, output_file, pooch):
    """Download `url` to `output_file`; called by pooch.

    What has arrived is kept beside the target as `NAME.part` until it is complete, so that the next try asks for the
    rest only. A server that cannot send the rest sends everything again.
    """
    part = _part_of(url, output_file)
    have = part.stat().st_size if part.is_file() else 0
    with requests.get(url, headers={"Range": f"bytes={have}-"} if have else {}, stream=True, timeout=SECONDS) as answer:
        if answer.status_code == 416:  # nothing is missing, or what is there is too long: let the checksum decide
            _finish(part, output_file)
            return
        answer.raise_for_status()
        goes_on = answer.status_code == 206
        total = int(answer.headers.get("Content-Length") or 0) + (have if goes_on else 0)
        with open(part, "ab" if goes_on else "wb") as file:
            with progress(answer.iter_content(CHUNK), f"{part.stem} ({total / 1e6:.0f} MB)") as bar:
                bar.total = -(-max(total - file.tell(), 0) // CHUNK) or None
                for chunk in bar:
                    file.write(chunk)
            complete = not total or file.tell() == total
    if not complete:
        raise requests.ConnectionError(f"{url} stopped in the middle.")
    _finish(part, output_file)


def _part_of(url, output_file):
    # Named after what is downloaded, not after the server: the mirrors hold the same bytes, so another one can go on.
    return Path(output_file).parent / f"{url.rstrip('/').split('/')[-1]}.part"


def _finish(part, output_file):
    os.replace(part, output_file)
