"""How many windows fit along one axis."""


def output_size(size, window, stride, pad=0, axis="height"):
    """Number of places of a window along one axis.

    Parameters
    ----------
    size : int
        Pixels along the axis.
    window : int
        Pixels of the filter or pooling window along it.
    stride : int
        Pixels from one place to the next.
    pad : int
        Zeros put before and behind the pixels.
    axis : str
        What the axis is called in messages.

    Returns
    -------
    int
        (size + 2 pad - window) / stride + 1.

    Raises
    ------
    ValueError
        If the window is larger than the padded image, or does not end exactly at its border.
    """
    room = size + 2 * pad - window
    if room < 0:
        raise ValueError(f"A window of {axis} {window} does not fit into {size} pixels padded by {pad} on each side.")
    if room % stride:
        raise ValueError(
            f"The stride does not divide: {axis} {size} + 2 * {pad} (padding) - {window} (window) = {room} is no "
            f"multiple of {stride}. Choose another stride or padding."
        )
    return room // stride + 1
