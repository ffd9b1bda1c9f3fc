"""One item's mistake never fails another."""

import numpy as np

from autograder.exam import VISIBLE, hidden_rounds, run_check
from autograder.namespace import LocalNamespace
from autograder.reference import SolutionReference
from autograder.registry import get_check
from solutions.softmax import SoftmaxClassifier, softmax, softmax_loss_vectorized


def judged(name, names):
    check = get_check(name)
    rounds = [VISIBLE, *hidden_rounds(check, b"a secret of sixteen", "softmax")]
    return run_check(check, LocalNamespace(names), SolutionReference("softmax"), rounds)


class PredictNotWritten(SoftmaxClassifier):
    def predict(self, X):
        raise NotImplementedError


class TrainNotWritten(SoftmaxClassifier):
    def train(self, X, y, X_val=None, y_val=None, **settings):
        raise NotImplementedError


def wrong_loss(W, X, y, reg):
    loss, dW = softmax_loss_vectorized(W, X, y, reg)
    return 3 * loss, -dW


def test_training_is_judged_although_predict_is_not_written():
    assert judged("softmax.train", {"SoftmaxClassifier": PredictNotWritten}).status == "passed"
    assert judged("softmax.predict", {"SoftmaxClassifier": PredictNotWritten}).status == "not implemented"


def test_predict_is_judged_although_training_is_not_written():
    assert judged("softmax.predict", {"SoftmaxClassifier": TrainNotWritten}).status == "passed"
    assert judged("softmax.train", {"SoftmaxClassifier": TrainNotWritten}).points == 0


def test_the_loss_with_loops_may_be_wrong_while_the_vectorised_one_is_judged():
    names = {"softmax": lambda scores: np.ones_like(scores), "softmax_loss_naive": wrong_loss}
    assert judged("softmax.loss_naive", names).points < 4
    names["softmax_loss_vectorized"] = softmax_loss_vectorized
    assert judged("softmax.loss_vectorized", names).status == "passed"
    assert softmax(np.zeros((1, 2))).tolist() == [[0.5, 0.5]]
