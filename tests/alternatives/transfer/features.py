"""Right ways to take features out of a backbone, as different as students' are. All must earn full marks."""

import copy
import warnings

import numpy as np
import torch
from torch import nn

from tests.mutants.cells import notebook
from tests.mutants.collect import alternative

ITEM = "transfer.extract_features"


@alternative(ITEM)
@torch.no_grad()
def decorated_and_split(backbone, images, batch_size=100):
    backbone.eval()
    return np.concatenate([backbone(batch).numpy() for batch in images.split(batch_size)])


@alternative(ITEM)
def filled_in_batch_by_batch(backbone, images, batch_size=100):
    N = len(images)
    features = np.empty((N, backbone.features), dtype=np.float32)
    backbone = backbone.train(False)
    start = 0
    while start < N:
        stop = min(start + batch_size, N)
        with torch.inference_mode():
            features[start:stop] = backbone(images[start:stop]).cpu().numpy()
        print(f"{stop} of {N}")
        start = stop
    return features


@alternative(ITEM)
def image_by_image(backbone, images, batch_size=100, verbose=False):
    backbone.eval()
    rows = []
    with torch.no_grad():
        for image in images:
            rows.append(backbone(image[None]).squeeze(0).double().numpy())
            if verbose:
                print(rows[-1])
    return np.vstack(rows)


@alternative(ITEM)
def with_a_loader(backbone, images, batch_size=100):
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(images), batch_size=batch_size, shuffle=False)
    backbone.eval()
    collected = torch.zeros(0)
    with torch.no_grad():
        for (batch,) in loader:
            collected = torch.cat((collected, backbone(batch)), dim=0)
    return collected.detach().cpu().numpy()


@alternative(ITEM)
def on_a_copy_and_back_into_its_mode(backbone, images, batch_size=100):
    net = copy.deepcopy(backbone).eval()
    with torch.set_grad_enabled(False):
        batches = np.array_split(np.arange(len(images)), np.arange(batch_size, len(images), batch_size))
        features = [np.asarray(net(images[torch.from_numpy(rows)])) for rows in batches]
    warnings.warn("a copy needs memory", stacklevel=1)
    return np.concatenate(features, axis=0)


@alternative(ITEM)
def back_into_its_mode(backbone, images, batch_size=100):
    training = backbone.training
    grads = torch.is_grad_enabled()
    try:
        backbone.eval()
        torch.set_grad_enabled(False)
        out = [backbone.forward(images[k : k + batch_size].clone()) for k in range(0, images.shape[0], batch_size)]
    finally:
        torch.set_grad_enabled(grads)
        backbone.train(training)
    return torch.vstack(out).numpy().astype("float32")


@alternative(ITEM)
def in_float64(backbone, images, batch_size=100):
    """Exact inside, and float32 again behind; the backbone itself stays as it is."""
    backbone.eval()
    number = -(-len(images) // batch_size)
    with torch.no_grad():
        parts = list(map(backbone, [images[k * batch_size : (k + 1) * batch_size] for k in range(number)]))
        return np.array(torch.cat(parts).double().tolist(), dtype=np.float32)


@notebook(ITEM)
def helpers_and_a_generator():
    class Frozen:
        def __init__(self, net: nn.Module):
            self.net = net

        def __enter__(self):
            self.net.eval()
            self.guard = torch.no_grad()
            self.guard.__enter__()
            return self.net

        def __exit__(self, *told):
            return self.guard.__exit__(*told)

    def starts(count, step):
        yield from range(0, count, step)

    def extract_features(backbone, images, batch_size=64):
        with Frozen(backbone) as net:
            found = {start: net(images[start : start + batch_size]) for start in starts(len(images), batch_size)}
        return np.concatenate([found[start].numpy() for start in sorted(found)])
