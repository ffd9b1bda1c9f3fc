"""Order in a computational graph: each node after everything it is computed from."""


def topological_order(graph):
    """Order the nodes of a directed graph so that every edge leads forward.

    Parameters
    ----------
    graph : dict
        From each node to a list of the nodes that its edges lead to. A node that no edge starts from may be left out.

    Returns
    -------
    list
        All nodes, each once; where there is an edge from a to b, a stands before b.

    Raises
    ------
    ValueError
        If there is a cycle; the message names the nodes along it, the first one again at the end: a -> b -> a.
    """
    ### BEGIN SOLUTION
    order, done = [], set()
    for start in graph:
        # A path from the start to where we are, each node with those that are still to follow; no recursion, since
        # graphs may be deep.
        path = {} if start in done else {start: iter(graph.get(start, ()))}
        while path:
            here = next(reversed(path))
            for following in path[here]:
                if following in path:
                    nodes = list(path)
                    cycle = [*nodes[nodes.index(following) :], following]
                    raise ValueError(f"There is a cycle: {' -> '.join(map(str, cycle))}.")
                if following not in done:
                    path[following] = iter(graph.get(following, ()))
                    break
            else:  # all that follows is in the order already, so this node may stand before it
                del path[here]
                done.add(here)
                order.append(here)
    return order[::-1]
    ### END SOLUTION
