"""First process in a jail: runs the commands, then writes down what outlived them. Uses the standard library only.

Reads `/evidence/commands.json`; writes `/evidence/after.json`. A listener waits on the loopback, to be found.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
from pathlib import Path

EVIDENCE = Path("/evidence")


def processes():
    """Command lines by number of process; those that are ending left out."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                line = Path("/proc", entry, "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if line.strip():
                found[int(entry)] = line.strip()
    return found


def run(command, seconds, before):
    """A command's exit code, or None where it had to be ended, with everything that it started."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        for number in set(processes()) - before:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        process.wait()
        return None


def main():
    """Run everything."""
    told = json.loads((EVIDENCE / "commands.json").read_text(encoding="utf-8"))
    before = set(processes())
    with socket.create_server(("127.0.0.1", 0)):
        codes = [run(command, told["seconds"], before) for command in told["commands"]]
    survivors = [line for number, line in processes().items() if number not in before]
    (EVIDENCE / "after.json").write_text(json.dumps({"codes": codes, "survivors": survivors}), encoding="utf-8")


if __name__ == "__main__":
    main()
