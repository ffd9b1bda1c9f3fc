"""Everything right, and nothing as the reference has it.

Starts from: solutions
Must come out: everything in full
"""

# %% conv_forward_naive
def conv_forward_naive(x, w, b, conv_param):
    print("x:", x.shape, "w:", w.shape)
    s, p = conv_param["stride"], conv_param["pad"]
    if any((n + 2 * p - k) % s for n, k in zip(x.shape[2:], w.shape[2:])):
        raise ArithmeticError("no way to end at the border with this stride")
    padded = np.zeros((*x.shape[:2], x.shape[2] + 2 * p, x.shape[3] + 2 * p), x.dtype)
    padded[:, :, p : p + x.shape[2], p : p + x.shape[3]] = x
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::s, ::s]
    out = np.einsum("nchwij,fcij->nfhw", windows, w) + b.reshape(1, -1, 1, 1)
    return out, {"x": x, "w": w, "s": s, "p": p, "windows": windows}


# %% conv_backward_naive
def conv_backward_naive(dout, cache):
    if not isinstance(cache, dict):
        x, w, b, param = cache
        cache = conv_forward_naive(x, w, b, param)[1]
    x, w, s, p = (cache[key] for key in ("x", "w", "s", "p"))
    dw = np.einsum("nfhw,nchwij->fcij", dout, cache["windows"])
    dx = np.zeros((*x.shape[:2], x.shape[2] + 2 * p, x.shape[3] + 2 * p))
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            rows, columns = i + s * np.arange(dout.shape[2]), j + s * np.arange(dout.shape[3])
            dx[:, :, rows[:, None], columns] += np.einsum("nfhw,fc->nchw", dout, w[:, :, i, j])
    return [dx[:, :, p : p + x.shape[2], p : p + x.shape[3]], dw, dout.sum(axis=(0, 2, 3))]


# %% max_pool_backward_naive
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    HH, WW, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = x[:, :, i * s : i * s + HH, j * s : j * s + WW]
            share = (window == window.max(axis=(2, 3), keepdims=True)).astype(float)
            share /= share.sum(axis=(2, 3), keepdims=True)  # ties get equal shares
            dx[:, :, i * s : i * s + HH, j * s : j * s + WW] += share * dout[:, :, i, j][:, :, None, None]
    return dx


# %% convnet_a
class ConvNetA(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.out = nn.Linear(2352, 10)
        self.filters = nn.Conv2d(3, 12, kernel_size=(5, 5), padding="valid")
        self.p = dropout

    def forward(self, x):
        x = functional.max_pool2d(self.filters(x), 2).relu().reshape(len(x), -1)
        return self.out(functional.dropout(x, self.p, training=self.training))


def convnet_a(dropout=0.5):
    return ConvNetA(dropout)


# %% train_epoch
def train_epoch(net, batches, optimiser, augment=None, schedule=None):
    net.train(True)
    criterion, losses = nn.NLLLoss(reduction="none"), []
    for images, labels in batches:
        for parameter in net.parameters():
            parameter.grad = None
        each = criterion(functional.log_softmax(net((augment or (lambda same: same))(images)), 1), labels)
        each.mean().backward()
        optimiser.step()
        None if schedule is None else schedule.step()
        losses.append(each.detach())
    return torch.cat(losses).mean()


# %% evaluate
@torch.inference_mode()
def evaluate(net, batches):
    net.train(False)
    scores, labels = (torch.cat(part) for part in zip(*[(net(images), labels) for images, labels in batches]))
    return nn.CrossEntropyLoss()(scores, labels), (scores.max(dim=1).indices == labels).double().mean()


# %% EarlyStopping
class EarlyStopping:
    def __init__(self, patience=5, min_delta=0.0):
        self.left = self.patience = patience
        self.min_delta = min_delta
        self.best = float("-inf")

    def update(self, accuracy):
        better = accuracy - self.best > self.min_delta
        self.left = self.patience if better else self.left - 1
        self.best = accuracy if better else self.best
        return self.left <= 0


# %% augmented
def augmented(images, generator, shift=4):
    done = []
    for image in images:
        if torch.rand((), generator=generator).item() < 0.5:
            image = torch.flip(image, dims=[-1])
        down, right = (int(torch.randint(-shift, shift + 1, (), generator=generator)) for _ in range(2))
        moved = torch.roll(image, (down, right), dims=(1, 2))
        if down > 0:
            moved[:, :down] = 0
        elif down < 0:
            moved[:, down:] = 0
        if right > 0:
            moved[:, :, :right] = 0
        elif right < 0:
            moved[:, :, right:] = 0
        done.append(moved)
    return torch.stack(done)
