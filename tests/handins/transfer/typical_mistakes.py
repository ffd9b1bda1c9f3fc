"""What often goes wrong, one mistake per exercise; a wrong function does not cost the items after it.

Starts from: solutions
Must come out: transfer.freeze, transfer.best_transfer in full
"""

# %% preprocess
def preprocess(images, size, mean, std):
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise ValueError("not bytes")
    x = torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float32) / 255)
    if x.shape[2:] != (size, size):
        x = functional.interpolate(x, (size, size), mode="bilinear", align_corners=True)
    mean, std = (torch.as_tensor(numbers, dtype=torch.float32)[:, None, None] for numbers in (mean, std))
    return (x - mean) / std


# %% trainable_parameters
def trainable_parameters(net):
    return sum(p.numel() for p in net.parameters())


# %% unfreeze_top
def unfreeze_top(backbone, stages):
    freeze(backbone)
    for stage in backbone.stages[-stages:]:
        for parameter in stage.parameters():
            parameter.requires_grad_(True)


# %% keep_statistics
def keep_statistics(net):
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


# %% extract_features
def extract_features(backbone, images, batch_size=100):
    with torch.no_grad():
        parts = [backbone(images[start : start + batch_size]) for start in range(0, len(images), batch_size)]
    return torch.cat(parts).numpy()


# %% train_probe
def train_probe(features, labels, classes, reg=1e-3, steps=200):
    X, y = torch.as_tensor(features, dtype=torch.float32), torch.as_tensor(labels)
    layer = nn.Linear(X.shape[1], classes)
    solver = torch.optim.LBFGS(layer.parameters(), max_iter=steps, line_search_fn="strong_wolfe")

    def objective():
        solver.zero_grad()
        loss = functional.cross_entropy(layer(X), y) + reg * (layer.weight**2).sum()
        loss.backward()
        return loss

    solver.step(objective)
    return layer


# %% parameter_groups
def parameter_groups(net, learning_rate, decay):
    groups = [{"params": list(net.head.parameters()), "lr": learning_rate}]
    for depth, stage in enumerate(net.backbone.stages):
        groups.append({"params": list(stage.parameters()), "lr": learning_rate * decay ** (depth + 1)})
    return groups


# %% fine_tune
def fine_tune(net, optimiser, batches, val_batches, epochs, patience=3):
    accuracies, best, kept, stale = [], 0.0, net.state_dict(), 0
    for _ in range(epochs):
        train_epoch(net, batches, optimiser)
        accuracies.append(evaluate(net, val_batches)[1])
        if accuracies[-1] > best:
            best, kept, stale = accuracies[-1], net.state_dict(), 0
        else:
            stale += 1
        if stale >= patience:
            break
    net.load_state_dict(kept)
    net.eval()
    return accuracies
