"""What often goes wrong, one mistake per exercise; a wrong function does not cost the items after it.

Starts from: solutions
Must come out: layers.relu_forward, layers.affine_relu, layers.best_model in full
"""

# %% Dual
class Dual:
    def __init__(self, value, slope=0.0):
        self.value, self.slope = float(value), float(slope)

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value * other.value, self.slope * other.slope)  # no product rule

    def __pow__(self, exponent):
        return Dual(self.value**exponent, exponent * self.value ** (exponent - 1) * self.slope)

    def exp(self):
        return Dual(np.exp(self.value), np.exp(self.value))  # no inner derivative

    def sin(self):
        return Dual(np.sin(self.value), np.cos(self.value) * self.slope)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other


# %% topological_order
def topological_order(graph):
    order = []

    def visit(node):  # no look-out for cycles
        for following in graph.get(node, []):
            if following not in order:
                visit(following)
        if node not in order:
            order.append(node)

    for node in graph:
        visit(node)
    return order  # the wrong way round


# %% Value
class Value:
    def __init__(self, value, parents=()):
        self.value, self.parents, self.grad = float(value), tuple(parents), 0.0

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.value * other.value, [(self, other.value), (other, self.value)])

    def __pow__(self, exponent):
        return Value(self.value**exponent, [(self, exponent * self.value ** (exponent - 1))])

    def exp(self):
        return Value(math.exp(self.value), [(self, math.exp(self.value))])

    def sin(self):
        return Value(math.sin(self.value), [(self, math.cos(self.value))])

    def backward(self):
        order, path, seen = [], [(self, iter(self.parents))], {id(self)}
        while path:
            node, parents = path[-1]
            for parent, _ in parents:
                if id(parent) not in seen:
                    seen.add(id(parent))
                    path.append((parent, iter(parent.parents)))
                    break
            else:
                order.append(path.pop()[0])
        self.grad = 1.0
        for node in order[::-1]:
            for parent, local in node.parents:
                parent.grad = local * node.grad  # overwritten, not added

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other


# %% affine_forward
def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w, (x, w, b)  # without the bias


# %% affine_backward
def affine_backward(dout, cache):
    x, w, b = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.mean(axis=0)  # a mean


# %% relu_backward
def relu_backward(dout, cache):
    return np.maximum(dout, 0)  # by the gradient's sign


# %% softmax_loss
def softmax_loss(x, y):
    p = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)  # overflows
    N = len(x)
    loss = -np.log(p[np.arange(N), y]).mean()
    p[np.arange(N), y] -= 1
    return loss, p  # a sum where the mean is meant


# %% svm_loss
def svm_loss(x, y):
    N = len(x)
    margins = np.maximum(0, x - x[np.arange(N), y][:, None] + 1)  # the right class counts too
    d = (margins > 0).astype(float)
    d[np.arange(N), y] = -1  # once, however many are violated
    return margins.sum() / N, d / N


# %% cyclical_learning_rate
def cyclical_learning_rate(step, eta_min, eta_max, n_s):
    return eta_min + (step % n_s) / n_s * (eta_max - eta_min)  # falls back at once


# %% k_layer_model
def k_layer_model(sizes, initialiser=he, seed=0):
    model = Model()
    for inputs, units in zip(sizes, sizes[1:]):
        model.add(Dense(inputs, units, initialiser, seed))  # the same seed for all
        model.add(ReLU())  # behind the last one, too
    return model.add(Softmax())
