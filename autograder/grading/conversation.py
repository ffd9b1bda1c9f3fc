"""Questions to the agent in a kernel, and its answers: a Unix socket of their own, fifty times as quick as Jupyter's.

Goes in: questions. Comes out: text, or an `OSError` where the other side ends the conversation or says more than it
may. Whatever arrives is hostile: it is limited in size, and read as text.
"""

import asyncio
import socket
from typing import Any

from autograder import wire

MOST = 2 * wire.MAX_BYTES  # of one answer, and of one of Jupyter's messages


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
        self.line.setblocking(False)

    async def ask(self, question):
        """Put a question (text) and return the answer (text)."""
        data = question.encode()
        await asyncio.get_running_loop().sock_sendall(self.line, len(data).to_bytes(8, "big") + data)
        size = int.from_bytes(await self._read(8), "big")
        if size > MOST:
            raise OSError(f"An answer of {size} bytes is too large.")
        return (await self._read(size)).decode("utf-8", "replace")

    async def _read(self, size):
        received = bytearray()
        while len(received) < size:
            part = await asyncio.get_running_loop().sock_recv(self.line, min(size - len(received), 2**20))
            if not part:
                raise ConnectionResetError("The other side has ended the conversation.")
            received += part
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
