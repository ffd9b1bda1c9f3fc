"""A sandboxed kernel and the conversation with it: run this cell, answer this question, all under limits.

Goes in: code and questions. Comes out: outputs and answers, or a `KernelLost` that says what happened. Everything that
arrives is hostile data: it is size-limited, never unpickled, never evaluated.
"""

import ast
import asyncio
import contextlib
import json
import math
import os
import queue
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import zmq.asyncio
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

from autograder import wire
from autograder.namespace import Failure, KernelLost, Namespace
from autograder.sandbox import SandboxUnavailable
from autograder.sandbox.provisioner import kernel_manager

_POLL = 0.2  # seconds between two looks of the watchman
_START_SECONDS = 60.0
_SILENT_SECONDS = 4  # without outputs after a reply, until they count as complete
_MOST_ENTRIES = 200  # files and folders that a kernel may leave beside its sockets
_NOT_A_MESSAGE = (queue.Empty, ValueError, KeyError, TypeError, AttributeError, RecursionError, zmq.ZMQError)


class SandboxKernel:
    """One kernel for one hand-in; `start`, then `run_cell` and `ask`, then `stop`.

    Parameters
    ----------
    handin : path
        Folder with the student's files.
    settings : Settings
    """

    def __init__(self, handin, settings):
        self.handin, self.settings, self.limits = handin, settings, settings.limits
        self.loop = asyncio.new_event_loop()
        # All three are None while there is no kernel.
        self.folder: Path | None = None
        self.manager: Any = None
        self.client: Any = None
        self.looked = 0.0  # when the watchman last looked

    def start(self):
        """Start a fresh kernel and wait until it answers."""
        # Sockets have short names: a Unix socket's path must stay below 108 characters.
        folder = self.folder = Path(tempfile.mkdtemp(prefix="syg-", dir="/tmp"))
        sockets, work = folder / "s", folder / "w"
        sockets.mkdir()
        work.mkdir()
        self.manager = kernel_manager(
            self.handin,
            sockets,
            work=work,
            data=self.settings.data,
            dataset=self.settings.dataset,
            sandbox=self.settings.sandbox,
            limits=self.limits,
        )
        # A message larger than this ends the connection instead of filling the grader's memory.
        self.manager.context = zmq.asyncio.Context()
        self.manager.context.setsockopt(zmq.MAXMSGSIZE, 2 * wire.MAX_BYTES)
        self.loop.run_until_complete(self._start(folder))

    async def _start(self, folder):
        # What the process writes past Jupyter, to its bare stdout and stderr, must not reach the instructor's terminal.
        with open(folder / "stderr", "wb") as stderr:
            await self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=stderr)
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            await self.client.wait_for_ready(timeout=_START_SECONDS)
        except RuntimeError as error:
            # No student code has run yet, so this is the machine's fault.
            said = (folder / "stderr").read_text(errors="replace").strip()[-500:]
            raise SandboxUnavailable(f"The kernel did not start in the sandbox: {said or error}") from error

    def stop(self):
        """Kill the kernel and everything it started, and remove its folders."""
        if self.manager is not None:
            with contextlib.suppress(Exception):  # a kernel that fights back must not keep the grader from going on
                self.loop.run_until_complete(asyncio.wait_for(self._stop(), 10))
            for process in self._processes():
                with contextlib.suppress(psutil.Error):
                    process.kill()
            self.manager.context.destroy(linger=0)
        if self.folder is not None:
            _remove(self.folder)
        self.folder = self.manager = self.client = None

    async def _stop(self):
        if self.client is not None:
            self.client.stop_channels()
        await self.manager.shutdown_kernel(now=True)

    def close(self):
        """Stop, for good."""
        self.stop()
        self.loop.close()

    def run_cell(self, source, seconds):
        """Run one cell and return its outputs (a list of nbformat outputs); raises `KernelLost`."""
        return self.loop.run_until_complete(self._watched(self._run(source), seconds))

    async def _run(self, source):
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
                raise KernelLost(Failure(f"The cell printed or displayed more than {most} and was stopped.", "limit"))
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

    def ask(self, question, seconds):
        """Put a question to the agent in the kernel; returns its answer (JSON text); raises `KernelLost`."""
        return self.loop.run_until_complete(self._watched(self._ask(question), seconds))

    async def _ask(self, question):
        expression = f'__import__("autograder.student.agent", fromlist=["reply"]).reply(globals(), {question!r})'
        message = await self._reply(
            self.client.execute(
                "", silent=True, store_history=False, allow_stdin=False, user_expressions={"reply": expression}
            )
        )
        with contextlib.suppress(Exception):  # anything unreadable is simply not an answer
            text = ast.literal_eval(message["content"]["user_expressions"]["reply"]["data"]["text/plain"])
            if isinstance(text, str):
                return text
        return json.dumps(
            {"error": {"kind": "value", "message": "The notebook's kernel did not give a readable answer."}}
        )

    async def _watched(self, work, seconds):
        """Wait for `work`, looking at time, life and use of resources meanwhile."""
        task, deadline = asyncio.ensure_future(work), time.monotonic() + max(seconds, 0.0)
        try:
            if time.monotonic() - self.looked > _POLL:  # many quick cells can use as much as a slow one
                self._inspect(math.inf, seconds)
            while True:
                done, _ = await asyncio.wait({task}, timeout=_POLL)
                if done:
                    try:
                        return task.result()
                    except _NOT_A_MESSAGE as error:
                        raise KernelLost(
                            Failure("The kernel sent something that is not a Jupyter message.", "died")
                        ) from error
                self._inspect(deadline, seconds)
        finally:
            task.cancel()
            with contextlib.suppress(BaseException):
                await task

    def _inspect(self, deadline, seconds):
        self.looked = time.monotonic()
        if (
            self.manager.provisioner is None
            or self.manager.provisioner.process is None
            or (self.manager.provisioner.process.poll() is not None)
        ):
            raise KernelLost(
                Failure("The kernel stopped while this was running (an exit, a crash, or out of memory).", "died")
            )
        processes = self._processes()
        memory = 0
        for process in processes:
            with contextlib.suppress(psutil.Error):
                memory += process.memory_info().rss
        if memory > self.limits.memory_mb * 2**20:
            raise KernelLost(Failure(f"More than {self.limits.memory_mb} MB of memory were in use.", "limit"))
        if len(processes) > self.limits.processes:
            raise KernelLost(Failure(f"More than {self.limits.processes} processes were running.", "limit"))
        if _too_large(self.folder, self.limits.disk_mb * 2**20):
            raise KernelLost(Failure(f"More than {self.limits.disk_mb} MB on disk, or very many files.", "limit"))
        if time.monotonic() > deadline:
            raise KernelLost(
                Failure(f"No result after {seconds:.0f} seconds: is there a loop that does not end?", "timeout")
            )

    def _processes(self):
        process = getattr(getattr(self.manager, "provisioner", None), "process", None)
        if process is None:
            return []
        try:
            outer = psutil.Process(process.pid)
            return [outer, *outer.children(recursive=True)]
        except psutil.Error:
            return []

    def cpu_seconds(self):
        """CPU time of all its processes so far, those that ended included."""
        total = 0.0
        for process in self._processes():
            with contextlib.suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])
        return total


def _too_large(folder, most):
    """Whether the files below a kernel's own folder on this machine are too many, or larger than `most` bytes."""
    waiting, size, entries = [str(folder)], 0, 0
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as found:
            for entry in found:
                entries += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    size += 512 * entry.stat(follow_symlinks=False).st_blocks
                if size > most or entries > _MOST_ENTRIES:
                    return True
    return False


def _remove(folder):
    """Remove a folder, however deep a student's code has made it, and whatever it forbids."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        subprocess.run(["chmod", "-R", "u+rwx", "--", folder], stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", "--", folder], stderr=subprocess.DEVNULL)


class RemoteNamespace(Namespace):
    """A student's names in a sandboxed kernel.

    Parameters
    ----------
    kernel : SandboxKernel
    seconds : function
        Returns how long the next answer may take.
    """

    def __init__(self, kernel, seconds):
        self.kernel, self.seconds = kernel, seconds

    def ask(self, question):
        """Send a question (JSON text) into the sandbox; returns the answer (JSON text). May raise `KernelLost`."""
        return self.kernel.ask(question, self.seconds())

    def clock(self):
        """CPU seconds of everything that runs in the sandbox."""
        return self.kernel.cpu_seconds()
