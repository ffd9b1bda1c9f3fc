"""Right throughout and written quite differently: loops, einsum, closures, caches of one's own.

Starts from: solutions
Must come out: everything in full
"""

# %% batchnorm_forward
def batchnorm_forward(x, gamma, beta, bn_param):
    print("normalising", x.shape, "in mode", bn_param["mode"])
    eps, keep = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    columns = range(x.shape[1])
    old_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    old_var = bn_param.get("running_var", np.ones(x.shape[1]))
    out, centred, scales = np.empty(x.shape), np.empty(x.shape), np.empty(x.shape[1])
    new_mean, new_var = np.array(old_mean, float), np.array(old_var, float)
    for d in columns:
        if bn_param["mode"] == "test":
            mean, var = old_mean[d], old_var[d]
        else:
            mean = sum(x[:, d]) / len(x)
            var = sum((value - mean) ** 2 for value in x[:, d]) / len(x)
            new_mean[d] += (1 - keep) * (mean - new_mean[d])
            new_var[d] += (1 - keep) * (var - new_var[d])
        centred[:, d] = x[:, d] - mean
        scales[d] = 1 / (var + eps) ** 0.5
        out[:, d] = gamma[d] * centred[:, d] * scales[d] + beta[d]
    if bn_param["mode"] == "train":
        bn_param.update(running_mean=new_mean, running_var=new_var)
    return out, {"centred": centred, "scales": scales, "gamma": gamma}


# %% batchnorm_backward
def batchnorm_backward(dout, cache):
    if not isinstance(cache, dict):
        x_hat, gamma, std = cache
        cache = {"centred": x_hat * std, "scales": 1 / std, "gamma": gamma}
    c, s, gamma = cache["centred"], cache["scales"], cache["gamma"]
    N, D = dout.shape
    dx = np.zeros((N, D))
    for d in range(D):
        # the Jacobian of one column, written out: (N, N)
        J = s[d] * (np.eye(N) - 1 / N - np.outer(c[:, d], c[:, d]) * s[d] ** 2 / N)
        dx[:, d] = J @ (gamma[d] * dout[:, d])
    return dx, np.einsum("nd,nd,d->d", dout, c, s), np.ones(N) @ dout


# %% batchnorm_backward_alt
def batchnorm_backward_alt(dout, cache):
    if isinstance(cache, dict):
        x_hat, gamma, inverse = cache["centred"] * cache["scales"], cache["gamma"], cache["scales"]
    else:
        x_hat, gamma, inverse = cache[0], cache[1], 1 / cache[2]
    dgamma, dbeta = np.einsum("nd,nd->d", dout, x_hat), np.einsum("nd->d", dout)
    a = gamma * inverse
    return [a * dout - a * dbeta / len(dout) - x_hat * (a * dgamma / len(dout)), dgamma, dbeta]


# %% layernorm_forward
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    xt = x.T
    mu = xt.mean(0)
    hat = (xt - mu) / (((xt - mu) ** 2).mean(0) + eps) ** 0.5
    return hat.T * gamma[None] + beta[None], (hat.T, gamma, x, eps)


# %% layernorm_backward
def layernorm_backward(dout, cache):
    hat, gamma, *rest = cache
    std = rest[0] if len(rest) == 1 else np.sqrt(rest[0].var(1) + rest[1])[:, None]
    D = dout.shape[1]
    dx = np.zeros_like(hat)
    for n, (g, h, s) in enumerate(zip(dout * gamma, hat, np.ravel(std))):
        dx[n] = (D * g - g.sum() - h * (g @ h)) / (D * s)
    return dx, np.einsum("nd,nd->d", hat, dout), np.add.reduce(dout)


# %% dropout_forward
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    rng = np.random.RandomState(dropout_param.get("seed", None) and dropout_param["seed"] % 2**32)
    if mode == "test":
        return x.copy(), ("test", None, p)
    keep = rng.binomial(1, 1 - p, size=x.shape)
    return np.where(keep == 1, x / (1 - p), 0.0), ("train", keep, p)


# %% dropout_backward
def dropout_backward(dout, cache):
    if cache is None or isinstance(cache, np.ndarray):
        return dout if cache is None else np.multiply(cache, dout)
    mode, keep, p = cache
    return dout if mode == "test" else dout * keep / (1 - p)


# %% fully_connected_net
def block(inputs, units, normalisation, dropout, initialiser, seed):
    yield Dense(inputs, units, initialiser=initialiser, seed=seed)
    if normalisation:
        yield {"batch": BatchNormalization, "layer": LayerNormalization}[normalisation](units)
    yield ReLU()
    if dropout:
        yield Dropout(p=dropout, seed=seed)


def fully_connected_net(sizes, normalisation=None, dropout=0.0, initialiser=he, seed=0):
    layers = []
    *hidden, classes = sizes[1:]
    for k, (inputs, units) in enumerate(zip(sizes, hidden)):
        layers += block(inputs, units, normalisation, dropout, initialiser, seed + k)
    layers += [Dense(sizes[-2], classes, initialiser, seed + len(hidden)), Softmax()]
    return Model(layers)
