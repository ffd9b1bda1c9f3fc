"""Nothing is solved; the notebook tries to pass by changing the tools instead.

It makes IPython turn every later cell into `pass`, replaces `check` and NumPy's comparisons, and returns objects that are equal to everything.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
get_ipython().input_transformers_post.append(lambda lines: ["pass\n"])
check = lambda *args, **kwargs: print("all passed: 33 of 33 points")
np.allclose = np.array_equal = lambda *args, **kwargs: True


class Everything:
    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return Everything()

    def __call__(self, *args, **kwargs):
        return Everything()

    def __iter__(self):
        return iter((Everything(), Everything()))

    def __array__(self, *args, **kwargs):
        return np.zeros(())

    def __len__(self):
        return 2


softmax = softmax_loss_naive = softmax_loss_vectorized = numerical_gradient = Everything()
SoftmaxClassifier = bootstrap = ensemble_predict = best_classifier = regularisation_choice = Everything()
