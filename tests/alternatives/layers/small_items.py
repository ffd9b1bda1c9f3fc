"""Right learning rates, orders and nets, as different as students' are. All must earn full marks."""

import graphlib
import math
import sys
from collections import Counter, deque
from fractions import Fraction
from itertools import chain, pairwise

import numpy as np

from solutions.layers import Dense, Model, ReLU, Softmax, he, make_layer
from tests.mutants.collect import alternative

RATE, ORDER, MODEL = "layers.cyclical_learning_rate", "layers.topological_order", "layers.k_layer_model"


@alternative(RATE)
def distance_from_the_nearest_low(step, eta_min, eta_max, n_s):
    x = abs(step / n_s - 2 * math.floor(1 + step / (2 * n_s)) + 1)
    return eta_min + (eta_max - eta_min) * max(0, 1 - x)


@alternative(RATE)
def two_formulas_by_cycle(step, eta_min, eta_max, n_s):
    cycle = step // (2 * n_s)
    if 2 * cycle * n_s <= step <= (2 * cycle + 1) * n_s:
        return eta_min + (step - 2 * cycle * n_s) / n_s * (eta_max - eta_min)
    return eta_max - (step - (2 * cycle + 1) * n_s) / n_s * (eta_max - eta_min)


@alternative(RATE)
def interpolation(step, eta_min, eta_max, n_s):
    return np.interp(step, [0, n_s, 2 * n_s], [eta_min, eta_max, eta_min], period=2 * n_s)


@alternative(RATE)
def one_step_after_the_other(step, eta_min, eta_max, n_s):
    rate, up = eta_min, (eta_max - eta_min) / n_s
    for k in range(step):
        rate += up if (k // n_s) % 2 == 0 else -up
    return np.array([rate])[0]


@alternative(RATE)
def exact_fractions(step, eta_min, eta_max, n_s):
    cycles, rest = divmod(step, n_s)
    share = Fraction(rest, n_s)
    return float(eta_min + (eta_max - eta_min) * float(1 - share if cycles % 2 else share))


@alternative(RATE)
def arcsine_of_a_sine(step, eta_min, eta_max, n_s):
    height = np.arccos(np.cos(np.pi * step / n_s)) / np.pi
    return np.asarray((1 - height) * eta_min + height * eta_max)


@alternative(RATE)
def single_precision(step, eta_min, eta_max, n_s):
    print("step", step)
    table = [*np.linspace(eta_min, eta_max, n_s + 1), *np.linspace(eta_max, eta_min, n_s + 1)[1:-1]]
    return np.float32(table[step % len(table)])


@alternative(ORDER)
def kahn(graph):
    incoming = Counter(chain.from_iterable(graph.values()))
    waiting, order = deque(node for node in graph if node not in incoming), []
    while waiting:
        order.append(waiting.popleft())
        for b in graph.get(order[-1], []):
            incoming[b] -= 1
            if incoming[b] == 0:
                waiting.append(b)
    stuck = {node for node, count in incoming.items() if count > 0}
    if not stuck:
        return order
    # Of those that wait for ever, each that comes before another one has a predecessor that waits, too: go back.
    before = {b: a for a in graph if a in stuck for b in graph[a]}
    way, node = [], next(iter(stuck))
    while node not in way:
        way.append(node)
        node = before[node]
    raise ValueError("Cycle: " + " -> ".join([*way[way.index(node) :], node][::-1]))


@alternative(ORDER)
def white_grey_black(graph):
    colour, order = {}, deque()
    for root in graph:
        stack = [(root, False)]
        path = []
        while stack:
            node, leaving = stack.pop()
            if leaving:
                colour[node] = "black"
                path.pop()
                order.appendleft(node)
            elif colour.get(node) == "grey":
                start = path.index(node)
                raise ValueError("cycle " + "->".join(map(repr, [*path[start:], node])))
            elif colour.get(node) is None:
                colour[node] = "grey"
                path.append(node)
                stack.append((node, True))
                stack.extend((b, False) for b in graph.get(node, ()))
    return list(order)


@alternative(ORDER)
def recursion_with_a_higher_limit(graph):
    limit, done, path, order = sys.getrecursionlimit(), set(), [], []

    def visit(node):
        if node in path:
            raise ValueError(f"{' -> '.join([*path[path.index(node) :], node])}")
        if node not in done:
            path.append(node)
            for b in graph.get(node, []):
                visit(b)
            done.add(path.pop())
            order.append(node)

    sys.setrecursionlimit(20_000)
    try:
        for node in graph:
            visit(node)
    finally:
        sys.setrecursionlimit(limit)
    order.reverse()
    return order


@alternative(ORDER)
def graphlib_with_its_error_translated(graph):
    sorter = graphlib.TopologicalSorter()
    for a, targets in graph.items():
        sorter.add(a)
        for b in targets:
            sorter.add(b, a)
    try:
        return tuple(sorter.static_order())
    except graphlib.CycleError as error:
        raise ValueError(" -> ".join(error.args[1])) from None


@alternative(ORDER)
def sources_taken_off_one_by_one(graph):
    left = {node: set(targets) for node, targets in graph.items()}
    for targets in graph.values():
        for b in targets:
            left.setdefault(b, set())
    led_to = Counter(b for targets in left.values() for b in targets)
    order = []
    while left:
        source = next((node for node in left if not led_to[node]), None)
        if source is None:
            node, way = next(iter(left)), []
            while not left[node]:
                del left[node]
                for targets in left.values():
                    targets.discard(node)
                node = next(iter(left))
            while node not in way:
                way.append(node)
                left[node] = {b for b in left[node] if b in left}
                # A node that leads nowhere lies on no cycle.
                while not left[node]:
                    del left[node]
                    for targets in left.values():
                        targets.discard(node)
                    way = []
                    node = next(iter(left))
                node = min(left[node])
            raise ValueError(f"a cycle: {' → '.join([*way[way.index(node) :], node])}")
        led_to.subtract(left.pop(source))
        order.append(source)
    return order


@alternative(ORDER)
def by_the_longest_way_to_each(graph):
    nodes = list(dict.fromkeys([*graph, *chain.from_iterable(graph.values())]))
    incoming, longest = Counter(chain.from_iterable(graph.values())), dict.fromkeys(nodes, 0)
    ready, seen = [n for n in nodes if not incoming[n]], 0
    while ready:
        a, seen = ready.pop(), seen + 1
        for b in graph.get(a, ()):
            longest[b] = max(longest[b], longest[a] + 1)
            incoming[b] -= 1
            ready += [b] * (not incoming[b])
    if seen < len(nodes):
        for start in nodes:
            way = {start: None}
            waiting = [start]
            while waiting:
                a = waiting.pop()
                for b in graph.get(a, ()):
                    if b == start:
                        back = [start, a]
                        while way[back[-1]] is not None:
                            back.append(way[back[-1]])
                        back = [start] if a == start else back[:0:-1]
                        raise ValueError(f"'{start}' lies on a cycle ({' -> '.join([*back, start])})")
                    if b not in way:
                        way[b] = a
                        waiting.append(b)
    return sorted(nodes, key=longest.get)


@alternative(MODEL)
def a_list_of_layers(sizes, initialiser=he, seed=0):
    layers = []
    for k, (inputs, units) in enumerate(pairwise(sizes)):
        layers += [Dense(inputs, units, initialiser, seed + k), ReLU()]
    return Model([*layers[:-1], Softmax()])


@alternative(MODEL)
def layers_made_by_name(sizes, initialiser=he, seed=0):
    model = Model()
    last = len(sizes) - 2
    for k in range(last + 1):
        model.add(make_layer("dense", inputs=sizes[k], units=sizes[k + 1], initialiser=initialiser, seed=seed + k))
        model.add(make_layer("relu" if k < last else "softmax"))
    return model


@alternative(MODEL)
def added_in_a_chain(sizes, initialiser=he, seed=0):
    print("a model of", len(sizes) - 1, "layers")
    model = Model().add(Dense(sizes[0], sizes[1], initialiser, seed))
    for k in range(1, len(sizes) - 1):
        model = model.add(ReLU()).add(Dense(sizes[k], sizes[k + 1], initialiser, seed=k + seed))
    return model.add(Softmax())


@alternative(MODEL)
def from_the_back(sizes, initialiser=he, seed=0):
    model, k = Model([Softmax()]), len(sizes) - 1
    while k:
        k -= 1
        model.layers.insert(0, Dense(sizes[k], sizes[k + 1], initialiser, seed + k))
        if k:
            model.layers.insert(0, ReLU())
    return model


@alternative(MODEL)
def weights_set_afterwards(sizes, initialiser=he, seed=0):
    model = Model()
    for inputs, units in pairwise(sizes):
        for layer in (Dense(inputs, units), ReLU()):
            model.add(layer)
    model.layers[-1] = Softmax()
    for k, layer in enumerate(model.layers[::2]):
        if isinstance(layer, Dense):
            shape = layer.params["W"].shape
            layer.params["W"] = np.asfortranarray(initialiser(np.random.default_rng(seed + k), *shape))
    return model


@alternative(MODEL)
class NetAsAClass(Model):
    """A model that builds itself."""

    def __init__(self, sizes, initialiser=he, seed=0):
        super().__init__()
        self.sizes = list(sizes)
        self.build(self.sizes, initialiser, seed)

    def build(self, sizes, initialiser, seed):
        first, second, *others = sizes
        self.add(Dense(first, second, initialiser, seed))
        if others:
            self.add(ReLU())
            self.build([second, *others], initialiser, seed + 1)
        else:
            self.add(Softmax())
