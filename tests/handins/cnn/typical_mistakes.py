"""What often goes wrong, one mistake per exercise; a wrong function does not cost the items after it.

Starts from: solutions
Must come out: cnn.max_pool_forward_naive, cnn.conv_forward_fast, cnn.spatial_batchnorm_backward, cnn.conv_relu_pool, cnn.trained_convnet, cnn.convnet_a, cnn.parameter_counts, cnn.best_convnet in full
"""

# %% conv_forward_naive
def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    rows, columns = output_size(H, HH, stride, pad), output_size(W, WW, stride, pad, "width")
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    turned = w[:, :, ::-1, ::-1]  # the mathematicians' convolution
    out = np.zeros((N, F, rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, None, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
            out[:, :, i, j] = (window * turned).sum(axis=(2, 3, 4)) + b
    return out, (x, w, b, conv_param)


# %% conv_backward_naive
def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for n in range(dout.shape[0]):
        for f in range(dout.shape[1]):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    part = np.s_[n, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
                    dpadded[part] += dout[n, f, i, j] * w[f]
                    dw[f] += dout[n, f, i, j] * padded[part]
    H, W = x.shape[2:]
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, dout[:, :, 0, 0].sum(axis=0)  # one place alone


# %% max_pool_backward_naive
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            part = np.s_[:, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
            largest = x[part] == x[part].max(axis=(2, 3), keepdims=True)
            dx[part] = largest * dout[:, :, i : i + 1, j : j + 1]  # set, not added
    return dx


# %% col2rows
def conv_backward_fast(dout, cache):
    x, w, b, conv_param = cache
    parts = [conv_backward_naive(dout[n : n + 1], (x[n : n + 1], w, b, conv_param)) for n in range(len(x))]
    return np.concatenate([part[0] for part in parts]), sum(part[1] for part in parts), dout.sum(axis=(0, 2, 3))


# %% spatial_batchnorm_forward
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(x.reshape(-1, x.shape[1]), gamma, beta, bn_param)  # no transpose
    return out.reshape(x.shape), cache


# %% TwoLayerConvNet
class TwoLayerConvNet:
    def __init__(
        self, shape=(3, 32, 32), filters=32, filter_size=7, classes=10, std=1e-3, reg=0.0, seed=0, dtype=np.float32
    ):
        C, H, W = shape
        rng = np.random.default_rng(seed)
        self.params = {
            "W1": (np.sqrt(2 / (C * filter_size**2)) * rng.standard_normal((filters, C, filter_size, filter_size))).astype(dtype),
            "b1": np.zeros(filters, dtype),
            "W2": (std * rng.standard_normal((filters * (H // 2) * (W // 2), classes))).astype(dtype),
            "b2": np.zeros(classes, dtype),
        }
        self.reg = reg
        self.conv_param = {"stride": 1, "pad": filter_size // 2}
        self.pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}

    def loss(self, X, y=None):
        p = self.params
        pooled, first = conv_relu_pool_forward(X, p["W1"], p["b1"], self.conv_param, self.pool_param)
        scores, second = affine_forward(pooled, p["W2"], p["b2"])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        loss += self.reg / 2 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))  # half of it, as other courses have it
        grads = {}
        dpooled, grads["W2"], grads["b2"] = affine_backward(dscores, second)
        _, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, first)
        for name in ("W1", "W2"):
            grads[name] += self.reg * p[name]
        return float(loss), grads

    def predict(self, X, batch_size=500):
        parts = [self.loss(X[start : start + batch_size]) for start in range(0, len(X), batch_size)]
        return np.concatenate(parts).argmax(axis=1)

    def load(self, path):
        with np.load(path, allow_pickle=False) as saved:
            self.params = {name: saved[name] for name in self.params}


# %% convnet_b
def convnet_b(dropout=0.5):
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 16 * 16, 128),
        nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(128, 10),
    )


# %% convnet_c
def convnet_c(dropout=0.5):
    return nn.Sequential(
        nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 512), nn.ReLU(), nn.Dropout(dropout), nn.Linear(512, 10), nn.Softmax(dim=1),
    )


# %% train_epoch
def train_epoch(net, batches, optimiser, augment=None, schedule=None):
    net.train()
    total, count = 0.0, 0
    for images, labels in batches:
        loss = functional.cross_entropy(net(augment(images) if augment else images), labels)
        loss.backward()  # on top of the gradients of all batches before
        optimiser.step()
        if schedule:
            schedule.step()
        total, count = total + loss.item() * len(labels), count + len(labels)
    return total / count


# %% evaluate
def evaluate(net, batches):
    losses, rights = [], []
    with torch.no_grad():
        for images, labels in batches:  # in whatever mode the net is
            scores = net(images)
            losses += functional.cross_entropy(scores, labels, reduction="none").tolist()
            rights += (scores.argmax(dim=1) == labels).tolist()
    return sum(losses) / len(losses), sum(rights) / len(rights)


# %% EarlyStopping
class EarlyStopping:
    def __init__(self, patience=5, min_delta=0.0):
        self.patience, self.min_delta, self.best, self.stale = patience, min_delta, None, 0

    def update(self, accuracy):
        if self.best is None or accuracy > self.best + self.min_delta:
            self.best, self.stale = accuracy, 0
        else:
            self.stale += 1
        return self.stale > self.patience  # one epoch too late


# %% augmented
def augmented(images, generator, shift=4):
    down, right = torch.randint(-shift, shift + 1, (2,), generator=generator).tolist()
    if torch.rand(1, generator=generator) < 0.5:
        images = images.flip(3)
    return torch.roll(images, (down, right), dims=(2, 3))  # one shift for all, and round the corner


# %% best_architecture
def best_architecture():
    return nn.Sequential(
        nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10),
    )
