"""Wrong sandwiches of convolution, ReLU and pooling: what must fail, and the diagnosis that must come."""

from tests.mutants.cells import by_heart, notebook, patches

ITEM = "cnn.conv_relu_pool"
FORWARD, BACKWARD = "forward", "backward"
STATELESS, UNTOUCHED = "works from its cache alone", "inputs and dout are not modified"
CONV, RELU = "scores, conv_cache = conv_forward_fast(x, w, b, conv_param)", "active, relu_cache = relu_forward(scores)"
POOL = "out, pool_cache = max_pool_forward_fast(active, pool_param)"
RETURN, TAKE = "return out, (conv_cache, relu_cache, pool_cache)", "conv_cache, relu_cache, pool_cache = cache"
DPOOL = "dactive = max_pool_backward_fast(dout, pool_cache)"
BACK = "conv_backward_fast(relu_backward(dactive, relu_cache), conv_cache)"
KNOWN, EVIDENCE = "known mistake", ("", "partial")


def wrong(name, changes, **expected):
    patches(ITEM, name, ("conv_relu_pool_forward", "conv_relu_pool_backward"), changes, **expected)


# Forward
wrong("no ReLU", {RELU: "active, relu_cache = scores, scores"}, fails=FORWARD, diagnosis=KNOWN, only=True)
wrong("no pooling", {RETURN: RETURN.replace("out,", "active,")}, fails=FORWARD, diagnosis=KNOWN, only=True)
wrong("the scores returned", {RETURN: RETURN.replace("out,", "scores,")}, fails=FORWARD, diagnosis=KNOWN, only=True)
wrong("pooled without the ReLU", {"fast(active,": "fast(scores,"}, fails=FORWARD, diagnosis=KNOWN)
wrong("bias left out", {CONV: CONV.replace(" b,", " 0 * b,")}, fails=FORWARD, diagnosis=KNOWN)
wrong(
    "bias behind the ReLU",
    {POOL: f"{POOL}\n    out = out + b[:, None, None]"},
    fails=FORWARD,
    only=True,
    diagnosis=KNOWN,
)
wrong(
    "leaky",
    {RELU: f"{RELU}\n    active = np.where(active > 0, active, 0.01 * scores)"},
    fails=FORWARD,
    diagnosis=("", "near"),
)
wrong("padding left out", {CONV: CONV.replace("conv_param", "{**conv_param, 'pad': 0}")}, fails=(FORWARD, BACKWARD))
wrong("a padding of one written in", {CONV: CONV.replace("conv_param", "{**conv_param, 'pad': 1}")}, fails=FORWARD)
wrong("a stride of one written in", {CONV: CONV.replace("conv_param", "{**conv_param, 'stride': 1}")}, fails=FORWARD)
wrong("a stride of two written in", {CONV: CONV.replace("conv_param", "{**conv_param, 'stride': 2}")}, fails=FORWARD)
wrong(
    "the convolution's stride for the pooling",
    {POOL: POOL.replace("pool_param", "{**pool_param, 'stride': conv_param['stride']}")},
    fails=FORWARD,
)
wrong(
    "windows of two by two written in",
    {POOL: POOL.replace("pool_param", "{'pool_height': 2, 'pool_width': 2, 'stride': 2}")},
    fails=FORWARD,
)
wrong(
    "height and width of the window swapped",
    {
        POOL: POOL.replace(
            "pool_param",
            "{**pool_param, 'pool_height': pool_param['pool_width'], 'pool_width': pool_param['pool_height']}",
        )
    },
    fails=FORWARD,
)
wrong("the settings swapped", {CONV: CONV.replace("conv_param", "pool_param")}, fails=(FORWARD, BACKWARD))
wrong(
    "pooling by the mean of x",
    {POOL: f"{POOL}\n    out = out * 0 + x.mean()"},
    fails=FORWARD,
    only=True,
    diagnosis="constant",
)
wrong("float16 in between", {"(active, pool": "(active.astype(np.float16), pool"}, fails=FORWARD, diagnosis="near")
wrong(
    "output laid out anew",
    {RETURN: RETURN.replace("out,", "out.transpose(0, 2, 3, 1),")},
    fails=FORWARD,
    only=True,
    diagnosis="transpose",
)
wrong(
    "rows in place of images",
    {RETURN: RETURN.replace("out,", "out.reshape(len(out), -1),")},
    fails=FORWARD,
    diagnosis="shape",
)
wrong("the input returned", {RETURN: RETURN.replace("out,", "x,")}, fails=FORWARD, only=True)
wrong("zeros forward", {RETURN: RETURN.replace("out,", "0 * out,")}, fails=FORWARD, diagnosis="zero", only=True)
wrong("not a number", {RETURN: RETURN.replace("out,", "out * np.nan,")}, fails=FORWARD, diagnosis="overflow")
wrong(
    "random numbers",
    {RETURN: RETURN.replace("out,", "np.random.standard_normal(out.shape),")},
    fails=FORWARD,
    only=True,
)

# What is kept
wrong("no cache", {RETURN: "return out"}, fails=(FORWARD, BACKWARD, STATELESS))
wrong("cache first", {RETURN: "return (conv_cache, relu_cache, pool_cache), out"}, fails=(FORWARD, BACKWARD))
wrong("the convolution's cache alone", {RETURN: "return out, conv_cache"}, fails=(BACKWARD, STATELESS), only=True)
wrong(
    "caches in one row",
    {RETURN: "return out, (*conv_cache, relu_cache, *pool_cache)"},
    fails=(BACKWARD, STATELESS),
    only=True,
)
wrong("all one after the other", {RETURN: "return out, conv_cache, relu_cache, pool_cache"}, fails=BACKWARD)
wrong(
    "caches in the other order",
    {RETURN: "return out, (pool_cache, relu_cache, conv_cache)"},
    fails=(BACKWARD, STATELESS),
)
wrong(
    "caches taken in the other order",
    {TAKE: "pool_cache, relu_cache, conv_cache = cache"},
    fails=(BACKWARD, STATELESS),
    only=True,
)

# Backward
wrong("the ReLU forgotten", {BACK: "conv_backward_fast(dactive, conv_cache)"}, fails=BACKWARD, diagnosis=KNOWN)
wrong(
    "mask by the gradient's sign",
    {"relu_backward(dactive, relu_cache)": "np.maximum(dactive, 0)"},
    fails=BACKWARD,
    diagnosis=KNOWN,
)
wrong(
    "mask turned round",
    {"relu_backward(dactive, relu_cache)": "dactive * (relu_cache < 0)"},
    fails=BACKWARD,
    diagnosis=(KNOWN, ""),
)
wrong(
    "the same order as forward",
    {
        DPOOL: "dscores, dw, db = conv_backward_fast(dout, conv_cache)",
        f"return {BACK}": "return max_pool_backward_fast(relu_backward(dscores, relu_cache), pool_cache), dw, db",
    },
    fails=BACKWARD,
)
wrong("the pooling skipped", {DPOOL: "dactive = dout"}, fails=BACKWARD)
wrong(
    "the pooling undone by repetition",
    {DPOOL: "dactive = np.resize(dout, relu_cache.shape)"},
    fails=BACKWARD,
    diagnosis=KNOWN,
)
wrong("dout of ones", {"fast(dout, pool": "fast(np.ones_like(dout), pool"}, fails=BACKWARD, diagnosis=KNOWN)
wrong(
    "divided by N",
    {f"return {BACK}": f"return tuple(g / len(dout) for g in {BACK})"},
    fails=BACKWARD,
    diagnosis=("factor", ""),
)
wrong("wrong sign", {"fast(dout, pool": "fast(-dout, pool"}, fails=BACKWARD, diagnosis="sign")
wrong("dw first", {f"return {BACK}": f"dx, dw, db = {BACK}\n    return dw, dx, db"}, fails=BACKWARD)
wrong("dx alone", {BACK: f"{BACK}[0]"}, fails=(BACKWARD, STATELESS), only=True)
wrong("dw and db alone", {BACK: f"{BACK}[1:]"}, fails=(BACKWARD, STATELESS), only=True)
wrong("nothing returned", {f"return {BACK}": BACK}, fails=(BACKWARD, STATELESS), only=True)
wrong("a dict of gradients", {f"return {BACK}": f"return dict(zip('xwb', {BACK}))"}, fails=(BACKWARD, STATELESS))
wrong(
    "db a mean",
    {f"return {BACK}": f"dx, dw, db = {BACK}\n    return dx, dw, db / (dactive.size / len(db))"},
    fails=BACKWARD,
    diagnosis=KNOWN,
    only=True,
)
wrong("zeros backward", {f"return {BACK}": f"return tuple(0 * g for g in {BACK})"}, fails=BACKWARD, diagnosis="zero")

# Inputs
wrong("x scaled in place", {RETURN: f"x *= 0.5\n    {RETURN}"}, fails=UNTOUCHED)
wrong("filters overwritten", {RETURN: f"w[:] = 0\n    {RETURN}"}, fails=UNTOUCHED)
wrong(
    "dout cut off in place",
    {f"return {BACK}": f"grads = {BACK}\n    dout[dout < 0] = 0\n    return grads"},
    fails=UNTOUCHED,
    only=True,
)
by_heart(
    ITEM,
    ("conv_relu_pool_forward", "conv_relu_pool_backward"),
    lambda function, *asked: (0.0, 0) if function.endswith("forward") else (0.0, 0.0, 0.0),
    fails=(FORWARD, BACKWARD),
)


@notebook(ITEM, fails=(FORWARD, BACKWARD), diagnosis=KNOWN)
def relu_first():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        a, relu_cache = relu_forward(x)  # noqa: F821
        a, conv_cache = conv_forward_fast(a, w, b, conv_param)  # noqa: F821
        out, pool_cache = max_pool_forward_fast(a, pool_param)  # noqa: F821
        return out, (conv_cache, relu_cache, pool_cache)

    def conv_relu_pool_backward(dout, cache):
        conv_cache, relu_cache, pool_cache = cache
        da = max_pool_backward_fast(dout, pool_cache)  # noqa: F821
        da, dw, db = conv_backward_fast(da, conv_cache)  # noqa: F821
        return relu_backward(da, relu_cache), dw, db  # noqa: F821


@notebook(ITEM, fails=FORWARD, diagnosis=("", KNOWN))
def pooling_first():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        a, pool_cache = max_pool_forward_fast(x, pool_param)  # noqa: F821
        a, conv_cache = conv_forward_fast(a, w, b, conv_param)  # noqa: F821
        out, relu_cache = relu_forward(a)  # noqa: F821
        return out, (conv_cache, relu_cache, pool_cache)


@notebook(ITEM, fails=FORWARD, diagnosis=KNOWN)
def the_pair_without_its_pooling():
    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        return conv_relu_forward(x, w, b, conv_param)  # noqa: F821

    def conv_relu_pool_backward(dout, cache):
        return conv_relu_backward(dout, cache)  # noqa: F821


@notebook(ITEM, fails=BACKWARD, diagnosis=KNOWN)
def the_relu_mask_laid_on_what_comes_out():
    def conv_relu_pool_backward(dout, cache):
        conv_cache, _, pool_cache = cache
        dx, dw, db = conv_backward_fast(max_pool_backward_fast(dout, pool_cache), conv_cache)  # noqa: F821
        return dx * (conv_cache[0] > 0), dw, db


@notebook(ITEM, fails=BACKWARD, diagnosis=KNOWN)
def the_relu_for_dx_alone():
    def conv_relu_pool_backward(dout, cache):
        conv_cache, relu_cache, pool_cache = cache
        dactive = max_pool_backward_fast(dout, pool_cache)  # noqa: F821
        dx = conv_backward_fast(relu_backward(dactive, relu_cache), conv_cache)[0]  # noqa: F821
        _, dw, db = conv_backward_fast(dactive, conv_cache)  # noqa: F821
        return dx, dw, db


@notebook(ITEM, fails=STATELESS, only=True)
def caches_kept_outside():
    kept = {}

    def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
        scores, kept["conv"] = conv_forward_fast(x, w, b, conv_param)  # noqa: F821
        active, kept["relu"] = relu_forward(scores)  # noqa: F821
        out, kept["pool"] = max_pool_forward_fast(active, pool_param)  # noqa: F821
        return out, None

    def conv_relu_pool_backward(dout, cache):
        dactive = max_pool_backward_fast(dout, kept["pool"])  # noqa: F821
        return conv_backward_fast(relu_backward(dactive, kept["relu"]), kept["conv"])  # noqa: F821
