"""What often goes wrong, one mistake per exercise; a wrong function does not cost the items after it.

Starts from: solutions
Must come out: batchnorm.forward_test, batchnorm.backward_alt, batchnorm.best_model in full
"""

# %% batchnorm_forward
def batchnorm_forward(x, gamma, beta, bn_param):
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros_like(gamma))
    running_var = bn_param.get("running_var", np.ones_like(gamma))
    if mode == "test":
        return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
    mean, var = x.mean(axis=0), x.var(axis=0)
    x_hat = (x - mean) / (np.sqrt(var) + eps)  # eps outside the root
    bn_param["running_mean"] = (1 - momentum) * running_mean + momentum * mean  # the wrong way round
    bn_param["running_var"] = (1 - momentum) * running_var + momentum * var
    return gamma * x_hat + beta, (x_hat, gamma, np.sqrt(var + eps))


# %% batchnorm_backward
def batchnorm_backward(dout, cache):
    x_hat, gamma, std = cache
    return dout * gamma / std, (dout * x_hat).sum(axis=0), dout.sum(axis=0)  # mean and variance as constants


# %% layernorm_forward
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    std = np.sqrt(x.var(axis=1, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=1, keepdims=True)) / std
    return gamma * (x_hat + beta), (x_hat, gamma, std)  # the shift is scaled, too


# %% layernorm_backward
def layernorm_backward(dout, cache):
    x_hat, gamma, std = cache
    g = dout
    dx = gamma / std * (g - g.mean(1, keepdims=True) - x_hat * (g * x_hat).mean(1, keepdims=True))  # gamma at the end
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


# %% dropout_forward
def dropout_forward(x, dropout_param):
    mode, p, rng = dropout_param["mode"], dropout_param["p"], np.random.default_rng(dropout_param.get("seed"))
    if mode == "test":
        return x * (1 - p), None  # scaled here, not in training
    mask = rng.random(x.shape) >= p
    return x * mask, mask


# %% dropout_backward
def dropout_backward(dout, cache):
    return dout  # through dropped numbers, too


# %% fully_connected_net
def fully_connected_net(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    model = Model()
    for k in range(len(sizes) - 1):
        model.add(Dense(sizes[k], sizes[k + 1], initialiser, seed + k))
        if normalisation == "batch":
            model.add(BatchNormalization(sizes[k + 1]))  # behind the last one, too
        if normalisation == "layer":
            model.add(LayerNormalization(sizes[k + 1]))
        model.add(ReLU())
        if dropout > 0:
            model.add(Dropout(dropout, seed + k))
    return model.add(Softmax())
