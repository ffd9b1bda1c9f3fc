"""Wrong nets in PyTorch: what must fail, and the diagnosis that must come."""

import torch
from torch import nn
from torch.nn import functional

from tests.mutants.collect import given, memorised, mutant, patch

A, B, C = "cnn.convnet_a", "cnn.convnet_b", "cnn.convnet_c"
COUNTS, SCORES, SHAPE = "number of parameters", "scores in evaluation mode", "one score for each class"
REACHED, DROPPED = "gradients reach every layer", "dropout in front of the last layer, in training"
STILL = "no dropout in evaluation mode"
ALL = (COUNTS, SCORES, SHAPE, REACHED, DROPPED, STILL)
BUT_COUNTS = ALL[1:]
KNOWN, OTHER_NET = "known mistake", (COUNTS, SCORES)
POOL, DROPOUT, FLAT, RELU = "nn.MaxPool2d(2),", "nn.Dropout(dropout),", "nn.Flatten(),", "nn.ReLU(),"
LAST = {A: "nn.Linear(12 * 14 * 14, 10)", B: "nn.Linear(128, 10)", C: "nn.Linear(512, 10)"}
FIRST = {A: "nn.Conv2d(3, 12, 5),", B: "nn.Conv2d(3, 32, 3),", C: "nn.Conv2d(3, 32, 3),"}
HIDDEN = {B: "nn.Linear(64 * 14 * 14, 128),", C: "nn.Linear(64 * 5 * 5, 512),"}


def wrong(name, changes, fails, diagnosis=KNOWN, only=True, nets=(A, B, C)):
    """Patch one net, or several; `changes` is a dict, or makes one of a net's name."""
    for net in nets:
        patch(net, name, changes(net) if callable(changes) else changes, fails=fails, diagnosis=diagnosis, only=only)


def behind(text):
    """A change that puts something behind the last layer."""
    return lambda net: {LAST[net]: f"{LAST[net]}, {text}"}


# Dropout
wrong("no dropout", {DROPOUT: ""}, DROPPED)
wrong("dropout of a half written in", {DROPOUT: "nn.Dropout(),"}, DROPPED)
wrong("dropout is what is kept", {DROPOUT: "nn.Dropout(1 - dropout),"}, DROPPED)
wrong("dropout twice", {DROPOUT: DROPOUT * 2}, DROPPED)
wrong(
    "dropout behind the last layer", lambda net: {DROPOUT: "", LAST[net]: f"{LAST[net]}, nn.Dropout(dropout)"}, DROPPED
)
wrong("dropout in front of the first layer", lambda net: {DROPOUT: "", FIRST[net]: f"{DROPOUT} {FIRST[net]}"}, DROPPED)
wrong("dropout in front of the hidden layer", lambda net: {DROPOUT: "", FLAT: FLAT + DROPOUT}, DROPPED, nets=(B, C))
wrong("dropout in front of the hidden layer, too", {FLAT: FLAT + DROPOUT}, DROPPED, nets=(B,))
wrong("dropout of whole channels", {POOL: "nn.MaxPool2d(2), nn.Dropout2d(dropout),", DROPOUT: ""}, DROPPED, nets=(A,))
wrong("dropout of whole images", {DROPOUT: "nn.Dropout1d(dropout),"}, DROPPED, nets=(B,))
wrong("alpha dropout", {DROPOUT: "nn.AlphaDropout(dropout),"}, DROPPED, nets=(A,))

# Numbers behind the layers
wrong("no ReLU", {RELU: ""}, SCORES)
wrong("a ReLU behind the last layer", behind("nn.ReLU()"), SCORES, only=False)
wrong("a softmax at the end", behind("nn.Softmax(dim=1)"), SCORES, only=False)
wrong("a log-softmax at the end", behind("nn.LogSoftmax(dim=1)"), SCORES, only=False, nets=(A, B))
wrong("a softmax over the images", behind("nn.Softmax(dim=0)"), SCORES, only=False, nets=(A,))
wrong("means pooled", {POOL: "nn.AvgPool2d(2),"}, SCORES)
wrong("sigmoids", {RELU: "nn.Sigmoid(),"}, SCORES, nets=(A, C))
wrong("tanh", {RELU: "nn.Tanh(),"}, SCORES, nets=(A, B))
wrong("leaky ReLU", {RELU: "nn.LeakyReLU(0.1),"}, SCORES, nets=(A,))
wrong(
    "no ReLU behind the hidden layer",
    lambda net: {f"{HIDDEN[net]}\n        nn.ReLU(),": HIDDEN[net]},
    SCORES,
    nets=(B, C),
)
wrong(
    "no ReLU behind the first layer",
    lambda net: {f"{FIRST[net]}  # (32, 30, 30)\n        nn.ReLU(),": FIRST[net]},
    SCORES,
    nets=(B, C),
)
wrong("a stride in place of pooling", {"3, 12, 5": "3, 12, 5, stride=2", POOL: ""}, SCORES, nets=(A,))
wrong(
    "half of the pixels",
    {FIRST[A]: "nn.LayerNorm([3, 32, 32], elementwise_affine=False), " + FIRST[A]},
    SCORES,
    nets=(A,),
)

# Other layers
SAME = {
    A: {"3, 12, 5": "3, 12, 5, padding=2", "12 * 14 * 14": "12 * 16 * 16"},
    B: {"32, 3)": "32, 3, padding=1)", "64, 3)": "64, 3, padding='same')", "64 * 14 * 14": "64 * 16 * 16"},
    C: {"32, 3)": "32, 3, padding=1)", "64, 3)": "64, 3, padding=1)", "64 * 5 * 5": "64 * 8 * 8"},
}
wrong("padded", SAME.get, OTHER_NET)
wrong("a padding of 1", {"3, 12, 5": "3, 12, 5, padding=1", "12 * 14 * 14": "12 * 15 * 15"}, OTHER_NET, nets=(A,))
wrong("no pooling", {POOL: "", "14 * 14": "28 * 28"}, OTHER_NET, nets=(A,))
wrong("pooled once", {f"{POOL}  # (64, 5, 5)": "", "5 * 5": "10 * 10"}, OTHER_NET, nets=(C,))
wrong("no biases", {"12, 5)": "12, 5, bias=False)", "14, 10)": "14, 10, bias=False)"}, OTHER_NET, nets=(A,))
wrong(
    "no biases",
    {", 3)": ", 3, bias=False)", "28)": "28, bias=False)", ", 10)": ", 10, bias=False)"},
    OTHER_NET,
    nets=(B,),
)
wrong("batch normalisation", {"5),": "5), nn.BatchNorm2d(12),"}, OTHER_NET, nets=(A,))
wrong("no hidden layer", {HIDDEN[C]: "", "nn.Linear(512": "nn.Linear(64 * 5 * 5"}, OTHER_NET, only=False, nets=(C,))
wrong("windows of 3 by 3", {"12, 5)": "12, 3)", "14 * 14": "15 * 15"}, OTHER_NET, nets=(A,))
wrong("filters of the net before", {"64": "32"}, OTHER_NET, nets=(B,))
wrong("a hundred hidden units", {"128": "100"}, OTHER_NET, only=False, nets=(B,))
wrong(
    "one convolution less",
    {"nn.Conv2d(32, 32, 3),  # (32, 28, 28)\n        nn.ReLU(),": ""},
    OTHER_NET,
    nets=(C,),
)
wrong(
    "one hidden layer more", lambda net: {DROPOUT: f"{DROPOUT} nn.Linear(512, 512), nn.ReLU(),"}, OTHER_NET, nets=(C,)
)
wrong("pooled by 3 with a stride of 2", {POOL: "nn.MaxPool2d(3, 2),", "14": "13"}, OTHER_NET, nets=(A,))
wrong(
    "one score too few", lambda net: {LAST[net]: LAST[net].replace(", 10", ", 9")}, (COUNTS, SCORES, SHAPE), only=False
)
wrong(
    "a hundred classes",
    lambda net: {LAST[net]: LAST[net].replace(", 10", ", 100")},
    (COUNTS, SCORES, SHAPE),
    only=False,
    nets=(A,),
)
wrong("the size behind the convolution", {"14 * 14": "28 * 28"}, ALL, nets=(A, B))
wrong("the size for padded images", {"5 * 5": "8 * 8"}, ALL, nets=(C,))
wrong("not flattened", {FLAT: ""}, BUT_COUNTS, "", nets=(A, C))
wrong("flattened over the images", {FLAT: "nn.Flatten(0),"}, (SCORES, SHAPE, DROPPED, STILL), "", nets=(B,))
wrong("sizes left open", lambda net: {LAST[net]: "nn.LazyLinear(10)"}, COUNTS, "", only=False, nets=(A,))
wrong(
    "frozen weights",
    {"return nn.Sequential(": "return nn.Sequential(*map(lambda m: m.requires_grad_(False), [", "\n    )": "]))"},
    (COUNTS, REACHED),
    only=False,
    nets=(A,),
)

# No net
wrong("nothing returned", {"return nn": "nn"}, ALL, "")
wrong("a list of layers", {"nn.Sequential(": "list((", "\n    )": "\n    ))"}, ALL, "", nets=(B,))
wrong("another name for dropout", {"(dropout=0.5)": "(p=0.5)", "(dropout)": "(p)"}, ALL, "")
wrong(
    "scores of the test images",
    {"return nn.Sequential": "return (lambda net: net(torch.zeros(2, 3, 32, 32)))(nn.Sequential", "\n    )": "))"},
    ALL,
    "",
    nets=(A,),
)


class Net(nn.Module):
    """Net a), whose way from images to scores is left to write."""

    def __init__(self, dropout=0.5):
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 12, 5), nn.Linear(12 * 14 * 14, 10)
        self.dropout = nn.Dropout(dropout)

    def features(self, images):
        return functional.max_pool2d(torch.relu(self.conv(images)), 2).flatten(1)


@mutant(A, fails=(STILL, SCORES), only=True)
class Dropout_in_every_mode(Net):
    def __init__(self, dropout=0.5):
        super().__init__()
        self.p = dropout

    def forward(self, images):
        return self.last(functional.dropout(self.features(images), self.p))


@mutant(A, fails=DROPPED, diagnosis=KNOWN, only=True)
class What_dropout_keeps_is_not_divided(Net):
    def __init__(self, dropout=0.5):
        super().__init__()
        self.p = dropout

    def forward(self, images):
        x = self.features(images)
        return self.last(x * (torch.rand_like(x) > self.p) if self.training else x)


@mutant(A, fails=DROPPED, diagnosis=KNOWN, only=True)
class One_row_of_dropout_for_all(Net):
    def forward(self, images):
        x = self.features(images)
        return self.last(x * self.dropout(torch.ones_like(x[:1])))


@mutant(A, fails=SCORES, diagnosis=KNOWN, only=True)
class Scaled_by_dropout_in_evaluation(Net):
    def __init__(self, dropout=0.5):
        super().__init__()
        self.p = dropout

    def forward(self, images):
        x = self.features(images)
        return self.last(x * (torch.rand_like(x) > self.p) if self.training else x * (1 - self.p))


@mutant(A, fails=REACHED, only=True)
class Features_detached(Net):
    def forward(self, images):
        return self.last(self.dropout(self.features(images).detach()))


@mutant(A, fails=REACHED, only=True)
class Without_gradients(Net):
    @torch.no_grad()
    def forward(self, images):
        return self.last(self.dropout(self.features(images)))


@mutant(A, fails=(COUNTS, SCORES), diagnosis=KNOWN)
class Layers_in_a_list(nn.Module):
    def __init__(self, dropout=0.5):
        super().__init__()
        self.layers = [nn.Conv2d(3, 12, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
        self.layers += [nn.Dropout(dropout), nn.Linear(12 * 14 * 14, 10)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


@mutant(A, fails=(COUNTS, SCORES), diagnosis=KNOWN)
class Layers_made_in_forward(nn.Module):
    def __init__(self, dropout=0.5):
        super().__init__()
        self.conv, self.dropout = nn.Conv2d(3, 12, 5), nn.Dropout(dropout)

    def forward(self, x):
        x = torch.relu(self.conv(x)).float()
        x = functional.max_pool2d(x, 2).flatten(1)
        return nn.Linear(x.shape[1], 10)(self.dropout(x))


@mutant(A, fails=(COUNTS, REACHED), diagnosis=KNOWN, only=True)
class A_layer_that_is_not_used(Net):
    def __init__(self, dropout=0.5):
        super().__init__(dropout)
        self.before = nn.Linear(12 * 14 * 14, 10)

    def forward(self, images):
        return self.last(self.dropout(self.features(images)))


@mutant(A, fails=SCORES, diagnosis="zero")
class Zeros(Net):
    def forward(self, images):
        return 0 * self.last(self.dropout(self.features(images)))


@mutant(A, fails=SCORES, diagnosis="overflow")
class Not_a_number(Net):
    def forward(self, images):
        return self.last(self.dropout(self.features(images))) / 0 * 0


@mutant(A, fails=(SCORES, STILL, REACHED))
class Random_scores(Net):
    def forward(self, images):
        return torch.randn(len(images), 10)


@mutant(A, fails=(SCORES, SHAPE), diagnosis="transpose")
class Turned(Net):
    def forward(self, images):
        return self.last(self.dropout(self.features(images))).T


@mutant(A, fails=(SCORES, SHAPE))
class The_images_themselves(Net):
    def forward(self, images):
        return images


@mutant(A, fails=(SCORES, SHAPE))
class Classes_for_scores(Net):
    def forward(self, images):
        return self.last(self.dropout(self.features(images))).argmax(dim=1)


@mutant(A, fails=BUT_COUNTS, only=True)
class No_forward(Net):
    pass


@mutant(A, fails=ALL, only=True)
class Not_a_module:
    def __init__(self, dropout=0.5):
        self.conv, self.last = nn.Conv2d(3, 12, 5), nn.Linear(12 * 14 * 14, 10)

    def forward(self, images):
        return self.last(self.conv(images).relu().flatten(1))


for item in (A, B, C):
    given(item, "an architecture's name", {item[4:]: "Conv, ReLU, pooling"}, fails=ALL, only=True)
    memorised(
        item,
        fails=OTHER_NET,
        otherwise=lambda dropout: nn.Sequential(nn.Flatten(), nn.Linear(3072, 10)),
        diagnosis=KNOWN,
    )
