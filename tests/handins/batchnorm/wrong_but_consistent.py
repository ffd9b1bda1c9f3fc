"""Unbiased variances in forward and, derived rightly from them, in backward: errors carried forward.

Starts from: solutions
Must come out: everything but batchnorm.forward_train, batchnorm.running_statistics, batchnorm.backward, batchnorm.backward_alt in full
"""

# %% batchnorm_forward
def batchnorm_forward(x, gamma, beta, bn_param):
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros_like(gamma))
    running_var = bn_param.get("running_var", np.ones_like(gamma))
    if mode == "test":
        return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
    mean, var = x.mean(axis=0), x.var(axis=0, ddof=1)
    std = np.sqrt(var + eps)
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    return gamma * (x - mean) / std + beta, ((x - mean) / std, gamma, std, "mine")


# %% batchnorm_backward
def batchnorm_backward(dout, cache):
    x_hat, gamma, std, _ = cache
    N, g = len(dout), dout * gamma
    dx = (g - g.mean(axis=0) - x_hat * (g * x_hat).sum(axis=0) / (N - 1)) / std
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


# %% batchnorm_backward_alt
def batchnorm_backward_alt(dout, cache):
    return batchnorm_backward(dout, cache)
