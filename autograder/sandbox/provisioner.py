"""Starts a Jupyter kernel inside the sandbox: jupyter_client's extension point for where kernels run.

Registered under `PROVISIONER` as an entry point. `kernel_manager` makes a manager whose kernels use it, whatever kernel
name a notebook asks for.
"""

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict, List, Unicode

import autograder
from autograder.sandbox import Limits, bwrap, servers

PROVISIONER = "show-your-gradients-sandbox"


class SandboxProvisioner(LocalProvisioner):
    """Runs the kernel in bubblewrap, or bare where `sandbox` is "none".

    Attributes
    ----------
    handin, sockets, work : str
        Folders: the student's files; the Unix sockets; where the kernel works if there is no sandbox.
    stderr : str
        File for what the process writes past Jupyter.
    modules : list of str
        Loaded before a kernel is forked.
    groups : list of str
        Folders of the control groups that the kernel enters.
    data : str
        Folder of the data set, empty where none is needed.
    limits : dict
        Fields of `Limits`.
    """

    handin = Unicode()
    sockets = Unicode()
    work = Unicode()
    stderr = Unicode()
    modules: List[str] = List()
    groups: List[str] = List()
    data = Unicode()
    dataset = Unicode("shapes10")
    sandbox = Unicode("bwrap")
    limits = Dict()

    async def launch_kernel(self, cmd, **kwargs):
        """Let a warm process fork the kernel; `cmd`, which would start a cold one, is not used."""
        manager: Any = self.parent  # never None here: a manager starts the kernel
        limits, bare = Limits(**self.limits), self.sandbox == "none"
        cpu_seconds = 2 * limits.notebook_cpu_seconds + limits.training_cpu_seconds
        asked = {
            "bubblewrap": None if bare else bwrap.command(self.handin, self.sockets, limits, self.data or None),
            "sandboxed": not bare,
            "connection_file": manager.connection_file,
            "sockets": self.sockets,
            "handin": self.handin if bare else bwrap.HANDIN,
            "work": self.work if bare else bwrap.WORK,
            "environment": self.environment(bare),
            "limits": asdict(limits) | {"cpu_seconds": cpu_seconds},
            "stderr": self.stderr,
            "groups": list(self.groups),
        }
        self.process = servers.keeper(self.modules, self.dataset, asked)
        self.pid = self.process.pid
        return self.connection_info

    async def wait(self):
        """Wait until the kernel has ended, as it does at once when it is killed."""
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        return 0

    def environment(self, bare):
        """The kernel's whole environment."""
        home = self.work if bare else bwrap.HOME
        threads = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
        return {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": home,
            "USER": "student",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(Path(autograder.__file__).resolve().parent.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else Jupyter's debugger warns, on stderr, of what does not matter
            "PYTHONHASHSEED": "0",  # the order of a set is the same in every grading
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "MPLCONFIGDIR": f"{home}/.matplotlib",
            "IPYTHONDIR": f"{home}/.ipython",
            "COURSEKIT_DATASET": self.dataset,
            **({"CIFAR10_DIR": self.data if bare else bwrap.DATA} if self.data else {}),
            **threads,
        }


class _OneSpec(KernelSpecManager):
    """Knows a single kernel, whatever it is asked for."""

    def __init__(self, spec, **kwargs):
        super().__init__(**kwargs)
        self._spec = spec

    def get_kernel_spec(self, kernel_name):
        return self._spec


def kernel_manager(handin, sockets, *, sandbox="bwrap", limits=None, **more):
    """A kernel manager for one hand-in, not started yet.

    Parameters
    ----------
    handin, sockets : path
        As in `SandboxProvisioner`.
    sandbox : {"bwrap", "none"}
    limits : Limits, optional
    more
        Further attributes of `SandboxProvisioner`; `stderr` is needed.
    """
    config = more | {
        "handin": str(handin),
        "sockets": str(sockets),
        "sandbox": sandbox,
        "limits": asdict(limits or Limits()),
    }
    spec = KernelSpec(
        argv=[sys.executable, "{connection_file}"],
        display_name="Sandboxed Python",
        language="python",
        metadata={"kernel_provisioner": {"provisioner_name": PROVISIONER, "config": config}},
    )
    return AsyncKernelManager(
        kernel_name="sandbox",
        kernel_spec_manager=_OneSpec(spec),
        transport="ipc",
        ip=str(Path(sockets) / "kernel"),
        connection_file=str(Path(sockets) / "kernel.json"),
    )
