"""A convolution that turns its filter around and, derived rightly from it, its gradients: errors carried forward.

Starts from: solutions
Must come out: everything but cnn.conv_forward_naive, cnn.conv_backward_naive in full
"""

# %% conv_forward_naive
def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    rows, columns = ((n + 2 * pad - k) // stride + 1 for n, k in zip(x.shape[2:], w.shape[2:]))
    padded, turned = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))), w[:, :, ::-1, ::-1]
    out = np.zeros((len(x), len(w), rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
            out[:, :, i, j] = np.tensordot(window, turned, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (x, padded, turned, b, conv_param)


# %% conv_backward_naive
def conv_backward_naive(dout, cache):
    x, padded, turned, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    dpadded, dturned = np.zeros(padded.shape), np.zeros(turned.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            part = np.s_[:, :, i * stride : i * stride + turned.shape[2], j * stride : j * stride + turned.shape[3]]
            dpadded[part] += np.tensordot(dout[:, :, i, j], turned, axes=(1, 0))
            dturned += np.tensordot(dout[:, :, i, j], padded[part], axes=(0, 0))
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    return dx, dturned[:, :, ::-1, ::-1], dout.sum(axis=(0, 2, 3))
