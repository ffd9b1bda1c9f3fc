"""Everything right, and nothing as the reference has it.

Starts from: solutions
Must come out: everything in full
"""

# %% preprocess
def preprocess(images, size, mean, std):
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise TypeError("bytes, please")
    print("images:", images.shape)
    x = torch.stack([torch.as_tensor(image.copy()).permute(2, 0, 1) for image in images]).double()
    x = functional.interpolate(x, size=size, mode="bilinear", antialias=False)
    planes = [(x[:, c] - 255 * mean[c]) / (255 * std[c]) for c in range(3)]
    return torch.stack(planes, dim=1).float()


# %% trainable_parameters
def trainable_parameters(net):
    once = {id(p): p for p in net.parameters() if p.requires_grad}
    return int(sum(np.prod(tuple(p.shape)) for p in once.values()))


# %% freeze
def freeze(module):
    module.requires_grad_(False)
    return module


# %% unfreeze_top
def unfreeze_top(backbone, stages):
    for number, stage in enumerate(backbone.stages):
        stage.requires_grad_(number >= len(backbone.stages) - stages)


# %% keep_statistics
def keep_statistics(net):
    def put_back(layer):
        if layer.__class__.__name__.startswith("BatchNorm"):
            layer.train(bool(layer.weight.requires_grad))

    net.apply(put_back)


# %% extract_features
@torch.inference_mode()
def extract_features(backbone, images, batch_size=100):
    backbone.train(False)
    found = np.concatenate([backbone(part).cpu().numpy() for part in torch.split(images, batch_size)])
    return found.astype(np.float64)


# %% train_probe
def train_probe(features, labels, classes, reg=1e-3, steps=200):
    X = np.asarray(features, dtype=np.float64)
    m, s = X.mean(axis=0), X.std(axis=0)
    s[s < 1e-9] = 1.0
    Z = torch.from_numpy(np.column_stack([(X - m) / s, np.ones(len(X))]))
    T = torch.zeros(Z.shape[1], classes, dtype=torch.float64, requires_grad=True)
    y = torch.as_tensor(np.asarray(labels))
    adam = torch.optim.Adam([T], lr=0.1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 800)
    for _ in range(800):
        adam.zero_grad()
        (functional.nll_loss(functional.log_softmax(Z @ T, dim=1), y) + reg * T[:-1].square().sum()).backward()
        adam.step()
        schedule.step()
    layer = nn.Linear(X.shape[1], classes)
    with torch.no_grad():
        slopes = T[:-1].T / torch.from_numpy(s)
        layer.weight.copy_(slopes)
        layer.bias.copy_(T[-1] - slopes @ torch.from_numpy(m))
    return layer


# %% parameter_groups
def parameter_groups(net, learning_rate, decay):
    found, rate = [dict(params=list(net.head.parameters()), lr=learning_rate)], learning_rate
    for stage in list(net.backbone.stages)[::-1]:
        rate *= decay
        found += [dict(params=[p], lr=rate) for p in stage.parameters()]
    for group in found:
        group["params"] = [p for p in group["params"] if p.requires_grad]
    found = [group for group in found if group["params"]]
    if len(found) == 0:
        raise ValueError("nothing to train")
    return found


# %% fine_tune
def fine_tune(net, optimiser, batches, val_batches, epochs, patience=3):
    history, left, kept = [], patience, None
    while len(history) < epochs and left > 0:
        train_epoch(net, batches, optimiser)
        history.append(evaluate(net, val_batches)[1])
        if history[-1] > max([-1.0, *history[:-1]]):
            kept, left = {name: value.clone() for name, value in net.state_dict().items()}, patience
        else:
            left -= 1
    net.load_state_dict(kept)
    return history
