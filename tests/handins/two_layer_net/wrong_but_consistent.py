"""A leaky ReLU where a ReLU is asked for, and the exact derivative of it: the gradients carry the error forward.

Starts from: solutions
Must come out: everything but two_layer_net.forward, two_layer_net.dW1, two_layer_net.db1 in full
"""

# %% two_layer_forward
def two_layer_forward(X, params):
    z = X @ params["W1"] + params["b1"]
    hidden = np.where(z > 0, z, 0.2 * z)
    return hidden @ params["W2"] + params["b2"], hidden


# %% two_layer_backward
def two_layer_backward(dscores, X, hidden, params, reg):
    leak = np.where(hidden > 0, 1.0, 0.2)
    back = dscores @ params["W2"].T * leak
    return {
        "W1": X.T @ back + 2 * reg * params["W1"],
        "b1": back.sum(axis=0),
        "W2": hidden.T @ dscores + 2 * reg * params["W2"],
        "b2": dscores.sum(axis=0),
    }
