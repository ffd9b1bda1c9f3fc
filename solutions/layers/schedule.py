"""The cyclical learning rate: up and down in straight lines [Smith, 2017]."""


def cyclical_learning_rate(step, eta_min, eta_max, n_s):
    """Learning rate of one step: a triangle that starts at eta_min and is 2 * n_s steps wide.

    Parameters
    ----------
    step : int
        0, 1, 2, ...
    eta_min, eta_max : float
        Lowest and highest rate.
    n_s : int
        Steps from the lowest rate to the highest, half a cycle; then as many back.

    Returns
    -------
    float
        eta_min at 0, 2 n_s, 4 n_s, ...; eta_max at n_s, 3 n_s, ...; on straight lines between.
    """
    ### BEGIN SOLUTION
    position = step % (2 * n_s)
    height = position / n_s if position <= n_s else 2 - position / n_s  # 0 ... 1 ... 0
    return eta_min + height * (eta_max - eta_min)
    ### END SOLUTION
