"""Questions to the agent in a kernel, and its answers: a Unix socket of their own, fifty times as quick as Jupyter's.

Goes in: questions. Comes out: text, or an `OSError` where the other side ends the conversation or says more than it
may. Whatever arrives is hostile: it is limited in size, and read as text.
"""

import asyncio
import contextlib
import socket
from typing import Any

from autograder import wire

MOST = 2 * wire.MAX_BYTES  # of one answer, and of one of Jupyter's messages
POLL = 0.2  # seconds between two looks at what a kernel does


class Conversation:
    """The judge's end.

    Parameters
    ----------
    path : path
        Where the socket is made.
    """

    def __init__(self, path):
        self.path = str(path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        self.listener.setblocking(False)
        self.line: Any = None  # a socket, while there is a conversation

    async def answered(self):
        """Wait until the other side is there."""
        self.line, _ = await asyncio.get_running_loop().sock_accept(self.listener)
        self.line.settimeout(POLL)

    def ask(self, question, look):
        """Put a question (text) and return the answer (text).

        `look` is called again and again meanwhile, however little comes at a time; it must be quick.
        """
        data = question.encode()
        self._send(len(data).to_bytes(8, "big") + data, look)
        size = int.from_bytes(self._read(8, look), "big")
        if size > MOST:
            raise OSError(f"An answer of {size} bytes is too large.")
        return self._read(size, look).decode("utf-8", "replace")

    def _send(self, data, look):
        waiting = memoryview(data)
        while waiting:
            with contextlib.suppress(TimeoutError):
                waiting = waiting[self.line.send(waiting) :]
            look()

    def _read(self, size, look):
        received = bytearray()
        while len(received) < size:
            with contextlib.suppress(TimeoutError):
                part = self.line.recv(min(size - len(received), 2**20))
                if not part:
                    raise ConnectionResetError("The other side has ended the conversation.")
                received += part
            look()
        return bytes(received)

    def hang_up(self):
        """End the conversation, so that the other side can go on with something else."""
        if self.line:
            self.line.close()
        self.line = None

    def close(self):
        """End it for good."""
        self.hang_up()
        self.listener.close()
