"""Starts a Jupyter kernel inside the sandbox: jupyter_client's extension point for where kernels run.

Registered under `PROVISIONER` as an entry point. `kernel_manager` makes a manager whose kernels use it, whatever kernel
name a notebook asks for.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict, Unicode

import autograder
from autograder.sandbox import Limits, bwrap

PROVISIONER = "show-your-gradients-sandbox"


class SandboxProvisioner(LocalProvisioner):
    """Runs the kernel in bubblewrap, or bare where `sandbox` is "none".

    Attributes
    ----------
    handin, sockets, work : str
        Folders: the student's files; the Unix sockets; where the kernel works if there is no sandbox.
    data : str
        Folder of the data set, empty where none is needed.
    limits : dict
        Fields of `Limits`.
    """

    handin = Unicode()
    sockets = Unicode()
    work = Unicode()
    data = Unicode()
    dataset = Unicode("shapes10")
    sandbox = Unicode("bwrap")
    limits = Dict()

    async def pre_launch(self, **kwargs):
        """Put our command line and environment in the place of the kernel's own, just before it is started."""
        kwargs = await super().pre_launch(**kwargs)
        manager: Any = self.parent  # never None here: a manager starts the kernel
        limits = Limits(**self.limits)
        bare = self.sandbox == "none"
        told = asdict(limits) | {
            "cpu_seconds": 2 * limits.notebook_seconds + limits.training_seconds,
            "sandboxed": not bare,
        }
        environment = self.environment(bare)
        launch = [
            sys.executable,
            "-m",
            "autograder.sandbox.launch",
            manager.connection_file,
            self.handin if bare else bwrap.HANDIN,
            self.work if bare else bwrap.WORK,
            json.dumps(told),
        ]
        if not bare:
            launch = bwrap.command(self.handin, self.sockets, limits, environment, self.data or None) + launch
        # The environment is made from nothing. JPY_PARENT_PID stays out: in another process namespace the kernel would
        # not find its parent, and stop.
        kwargs["cmd"], kwargs["env"] = launch, environment
        kwargs["cwd"] = self.work if bare else "/"
        return kwargs

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


def kernel_manager(handin, sockets, *, work="", data="", dataset="shapes10", sandbox="bwrap", limits=None):
    """A kernel manager for one hand-in, not started yet.

    Parameters
    ----------
    handin, sockets, work, data : path
        As in `SandboxProvisioner`.
    dataset : str
        Data set that `load_images()` returns inside.
    sandbox : {"bwrap", "none"}
    limits : Limits, optional
    """
    config = {
        "handin": str(handin),
        "sockets": str(sockets),
        "work": str(work),
        "data": str(data or ""),
        "dataset": dataset,
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
