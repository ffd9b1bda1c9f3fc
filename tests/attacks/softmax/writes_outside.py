"""Writes wherever a file could outlive the kernel, also through links, bind mounts and open folders.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import os
import site
import sys

import autograder

NAME = "written-by-a-student"
folders = ["/", "/usr", "/usr/local/bin", "/etc", "/etc/cron.d", "/opt", "/root", "/home", "/var/tmp", "/var/spool", "/srv", "/run", "/dev", "/sys", "/proc/sys/kernel"]
folders += [*sys.path, *site.getsitepackages(), sys.prefix, os.path.dirname(autograder.__file__)]
os.symlink("/", "root-of-everything")
folders += ["root-of-everything/usr", "/proc/self/root/usr", "/proc/1/root/usr", "/proc/self/cwd/../../usr"]
for folder in folders:
    for path in (os.path.join(folder, NAME), os.path.join(folder, "__pycache__", NAME)):
        try:
            with open(path, "w") as file:
                file.write("written")
        except OSError:
            pass
for path in (autograder.__file__, np.__file__, sys.executable, "/etc/passwd", "/proc/sys/kernel/core_pattern"):
    try:
        with open(path, "a") as file:
            file.write("\n# written-by-a-student")
            print("FOUND", path)
    except OSError:
        pass
