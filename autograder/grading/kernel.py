"""A sandboxed kernel and the conversation with it: run this cell, answer this question, all under limits.

Goes in: code and questions. Comes out: outputs and answers, or a `KernelLost` that says what happened. Everything that
arrives is hostile data: it is size-limited, never unpickled, never evaluated.
"""

import asyncio
import contextlib
import json
import queue
import time
from pathlib import Path
from typing import Any

import psutil
import zmq.asyncio
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

from autograder.grading import scratch
from autograder.grading.conversation import MOST, POLL, Conversation
from autograder.grading.watchman import Watchman
from autograder.namespace import Failure, KernelLost, Namespace
from autograder.sandbox import SandboxUnavailable, cgroups
from autograder.sandbox.provisioner import kernel_manager

_START_SECONDS = 60.0
_SILENT_SECONDS = 4  # without outputs after a reply, until they count as complete
_NOT_A_MESSAGE = (queue.Empty, ValueError, KeyError, TypeError, AttributeError, RecursionError, zmq.ZMQError)


class SandboxKernel:
    """One kernel for one hand-in; `start`, then `run_cell` and `ask`, then `stop`.

    Parameters
    ----------
    handin : path
        Folder with the student's files.
    settings : Settings
    modules : sequence of str
        Loaded in the kernel from the start, besides those that every notebook uses.
    """

    def __init__(self, handin, settings, modules=()):
        self.handin, self.settings, self.limits, self.modules = handin, settings, settings.limits, modules
        self.loop = asyncio.new_event_loop()
        # All of these are None while there is no kernel.
        self.folder: Path | None = None
        self.manager: Any = None
        self.client: Any = None
        self.conversation: Any = None
        self.serving: Any = None  # the kernel's reply when the agent has ended
        self.watchman: Any = None
        self.group = cgroups.Group()

    def start(self):
        """Start a fresh kernel and wait until it answers."""
        folder = self.folder = scratch.make()
        sockets, work = folder / "s", folder / "w"
        sockets.mkdir()
        work.mkdir()
        self.conversation = Conversation(sockets / "agent")
        self.group = cgroups.make(self.limits)
        self.manager = kernel_manager(
            self.handin,
            sockets,
            stderr=str(folder / "stderr"),
            work=str(work),
            data=self.settings.data,
            dataset=self.settings.dataset,
            sandbox=self.settings.sandbox,
            limits=self.limits,
            modules=list(self.modules),
            groups=self.group.paths(),
        )
        # A message larger than this ends the connection instead of filling the grader's memory.
        self.manager.context = zmq.asyncio.Context()
        self.manager.context.setsockopt(zmq.MAXMSGSIZE, MOST)
        self.loop.run_until_complete(self._start(folder))

    async def _start(self, folder):
        # What the process writes past Jupyter, to its bare stdout and stderr, must not reach the instructor's terminal.
        (folder / "stderr").touch()
        await self.manager.start_kernel()
        keeper = self.manager.provisioner.process
        self.watchman = Watchman(keeper, folder, self.limits, self.group, self.settings.sandbox != "none")
        self.client = self.manager.client()
        self.client.start_channels(hb=False, stdin=False)
        if not await self._ready():
            # No student code has run yet, so this is the machine's fault.
            said = (folder / "stderr").read_text(errors="replace").strip()[-500:]
            raise SandboxUnavailable(f"The kernel did not start in the sandbox: {said or 'it does not answer.'}")

    async def _ready(self):
        """Whether the kernel answers; a message on the channel for outputs shows that none will be missed."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.watchman.keeper.poll() is None:
            self.client.kernel_info()
            with contextlib.suppress(queue.Empty):
                await self.client.get_iopub_msg(timeout=0.05)
                return True
        return False

    def stop(self):
        """Kill the kernel and everything it started, and remove its folders."""
        if self.manager is not None:
            with contextlib.suppress(Exception):  # a kernel that fights back must not keep the grader from going on
                self.loop.run_until_complete(asyncio.wait_for(self._stop(), 10))
            for process in self.watchman.processes() if self.watchman else []:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            self.manager.context.destroy(linger=0)
            self.group.remove()
        if self.conversation is not None:
            self.conversation.close()
        if self.folder is not None:
            scratch.remove(self.folder)
        self.folder = self.manager = self.client = self.conversation = self.watchman = None

    async def _stop(self):
        if self.serving is not None:
            self.serving.cancel()
            self.serving = None
        if self.client is not None:
            self.client.stop_channels()
        provisioner = self.manager.provisioner
        if provisioner is not None:  # the manager itself would look for its end every tenth of a second
            await provisioner.kill()
            await provisioner.wait()
        await self.manager.shutdown_kernel(now=True)

    def close(self):
        """Stop, for good."""
        self.stop()
        self.loop.close()

    def run_cell(self, source, seconds):
        """Run one cell and return its outputs (a list of nbformat outputs); raises `KernelLost`."""
        return self._watched(self._run(source), time.monotonic() + seconds, seconds)

    async def _run(self, source):
        await self._hang_up()
        message_id = self.client.execute(source, stop_on_error=False, allow_stdin=False)
        reply = asyncio.ensure_future(self._reply(message_id))
        outputs = asyncio.ensure_future(self._outputs(message_id, reply))
        try:
            await asyncio.gather(reply, outputs)
            return outputs.result()
        finally:
            reply.cancel()
            outputs.cancel()

    async def _reply(self, message_id):
        """What the kernel answers a request when it is done with it."""
        while True:
            message = await self.client.get_shell_msg()
            if message["parent_header"].get("msg_id") == message_id:
                return message

    async def _outputs(self, message_id, reply):
        """Outputs until the kernel says that it is idle, or a while after its reply: a flood may drown that word."""
        outputs: list[NotebookNode] = []
        size, clear, silent = 0, False, 0
        while silent < _SILENT_SECONDS:
            try:
                message = await self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                silent += reply.done()
                continue
            kind, content = message["msg_type"], message["content"]
            size += len(json.dumps(content, default=str))
            if size > self.limits.output_bytes * 5:
                most = f"{self.limits.output_bytes * 5 / 1e6:.0f} MB"
                raise KernelLost(Failure(f"The cell printed or displayed more than {most} and was stopped.", "output"))
            if message["parent_header"].get("msg_id") != message_id or not isinstance(content, dict):
                continue
            if kind == "status" and content.get("execution_state") == "idle":
                break
            if kind == "clear_output":
                clear = True
                continue
            with contextlib.suppress(Exception):  # of any kind: nbformat looks closely at what it is given
                output = output_from_msg(message)
                if clear:
                    outputs, clear = [], False
                if size <= self.limits.output_bytes:
                    outputs.append(output)
        return outputs

    def ask(self, question, deadline, seconds):
        """Put a question to the agent in the kernel; returns its answer (JSON text); raises `KernelLost`.

        It may take until `deadline` (of `time.monotonic`), as the last of several that may take `seconds` together.
        """
        try:
            if self.conversation.line is None:
                self._watched(self._serve(), deadline, seconds)
            if self.conversation.line is not None:
                return self.conversation.ask(question, lambda: self.watchman.look_again(deadline, seconds))
        except OSError:  # it has ended the conversation: the kernel's reply will follow, if it still lives
            self._watched(self._hang_up(), deadline, seconds)
        return json.dumps(
            {"error": {"kind": "value", "message": "The notebook's kernel did not give a readable answer."}}
        )

    async def _serve(self):
        """Start the agent in the kernel; it goes on until it is hung up."""
        expression = (
            f'__import__("autograder.student.agent", fromlist=["serve"]).serve(globals(), {self.conversation.path!r})'
        )
        message_id = self.client.execute(
            "", silent=True, store_history=False, allow_stdin=False, user_expressions={"served": expression}
        )
        self.serving = asyncio.ensure_future(self._reply(message_id))
        there = asyncio.ensure_future(self.conversation.answered())
        try:
            await asyncio.wait({there, self.serving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()

    async def _hang_up(self):
        """End the conversation with the agent, and wait until the kernel is free for cells."""
        self.conversation.hang_up()
        if self.serving:
            await self.serving
        self.serving = None

    def _watched(self, work, deadline, seconds):
        """Wait for `work`, with an eye on time, life and use of resources meanwhile."""
        return self.loop.run_until_complete(self._done(work, deadline, seconds))

    async def _done(self, work, deadline, seconds):
        task = asyncio.ensure_future(work)
        try:
            self.watchman.look_again(deadline, seconds)
            while True:
                done, _ = await asyncio.wait({task}, timeout=POLL)
                if done:
                    try:
                        return task.result()
                    except _NOT_A_MESSAGE as error:
                        raise KernelLost(
                            Failure("The kernel sent something that is not a Jupyter message.", "died")
                        ) from error
                self.watchman.look(deadline, seconds)
        finally:
            task.cancel()
            with contextlib.suppress(BaseException):
                await task

    def allow(self, cpu_seconds):
        """From now on, the kernel may use this much computing time."""
        self.watchman.allow(cpu_seconds)

    def used(self):
        """Computing time that it had used when the watchman last looked."""
        return self.watchman.used if self.watchman else 0.0

    def cpu_seconds(self):
        """CPU time of everything that runs in the sandbox, so far."""
        return self.watchman.cpu_seconds()


class RemoteNamespace(Namespace):
    """A student's names in a sandboxed kernel.

    Parameters
    ----------
    kernel : SandboxKernel
    seconds : float
        How long all answers together may take, from now.
    """

    def __init__(self, kernel, seconds):
        self.kernel, self.seconds, self.deadline = kernel, seconds, time.monotonic() + seconds

    def ask(self, question):
        """Send a question (JSON text) into the sandbox; returns the answer (JSON text). May raise `KernelLost`."""
        return self.kernel.ask(question, self.deadline, self.seconds)

    def clock(self):
        """CPU seconds of everything that runs in the sandbox."""
        return self.kernel.cpu_seconds()
