"""The fork server: a process that has loaded what kernels need, and forks one for each hand-in in tens of milliseconds.

Called as `python -m autograder.sandbox.warm`; goes on until its standard input ends. Goes in: a line of JSON with
modules and data set to load, then a line for each kernel. Comes out: for each kernel the number of its keeper.

A keeper is a process of its own for each kernel. It starts a fresh bubblewrap, the same as for any program, forks the
kernel into its namespaces, waits for it, and takes the sandbox down with it. The server itself never runs a student's
code, holds nothing secret, and has one thread.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback

from autograder.sandbox import SandboxUnavailable
from autograder.sandbox.kernel_inside import become_kernel, move_in
from autograder.sandbox.namespaces import die_with_parent, enter, enter_all, namespaces_of, user_namespace
from coursekit.data import keep_shapes10


def serve():
    """Answer requests until there are no more."""
    first = json.loads(sys.stdin.readline())
    os.environ.update(first["while_loading"])
    for name in first["modules"]:
        importlib.import_module(name)
    if first["dataset"] == "shapes10":
        keep_shapes10(first["kept"])  # here once for all kernels; CIFAR-10 is read by each
    sys.path[:] = [path for path in sys.path if path not in ("", os.getcwd())]
    gc.freeze()  # what is there now stays shared between all kernels
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers that end leave nothing behind
    server = os.getpid()
    for line in sys.stdin:
        keeper = os.fork()
        if not keeper:
            _alone(_keep, server, json.loads(line))
        sys.stdout.write(f"{keeper}\n")
        sys.stdout.flush()


def _alone(work, *arguments):
    """Do the work of a forked process and end; nothing of the server's goes on in it."""
    try:
        work(*arguments)
    except SandboxUnavailable as error:
        print(error, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _keep(server, asked):
    """Keep one kernel: make its sandbox, start it there, and stay until either ends."""
    die_with_parent(server)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    _close_all(asked["stderr"])
    for group in asked["groups"]:
        with open(os.path.join(group, "cgroup.procs"), "w", encoding="ascii") as file:
            file.write("0")
    if asked["bubblewrap"] is None:
        os.chdir(asked["work"])
        become_kernel(asked)
        os._exit(0)
    user = user_namespace()
    holder, inside = _sandbox(asked["bubblewrap"], user)
    enter(user)
    enter(inside["pid"])
    die_with_parent(server)  # forgotten when the user namespace was entered
    kernel = os.fork()
    if not kernel:
        _alone(_inside, inside, asked)
    os.waitpid(kernel, 0)
    holder.kill()
    os._exit(0)


def _sandbox(line, user):
    """Start bubblewrap, and wait until the sandbox stands: (the process, its namespaces).

    In it runs `cat`, which repeats a letter when all is laid out, and ends with this process.
    """
    told, tell = os.pipe()
    program, *options = line
    holder = subprocess.Popen(
        [program, "--userns", str(user), "--assert-userns-disabled", "--info-fd", str(tell), *options, "cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(user, tell),
        env={},
    )
    os.close(tell)
    assert holder.stdin and holder.stdout
    with contextlib.suppress(BrokenPipeError):  # a bubblewrap that has ended by now is seen in the next line
        os.write(holder.stdin.fileno(), b".")
    if not os.read(holder.stdout.fileno(), 1):
        os._exit(1)  # bubblewrap has said why
    return holder, namespaces_of(json.loads(os.read(told, 4096))["child-pid"])


def _inside(namespaces, asked):
    enter_all(namespaces)
    _close_all()
    move_in(asked)
    become_kernel(asked)
    os._exit(0)


def _close_all(stderr=None):
    """Close every file of the process this one was forked from; its words go to `stderr`."""
    if stderr:
        nothing, words = os.open("/dev/null", os.O_RDWR), os.open(stderr, os.O_WRONLY | os.O_APPEND)
        for target, source in enumerate((nothing, nothing, words)):
            os.dup2(source, target)
    os.closerange(3, min(os.sysconf("SC_OPEN_MAX"), 2**20))


if __name__ == "__main__":
    serve()
