"""Wrong topological orders: what must fail."""

import graphlib
from collections import deque

from tests.mutants.cells import by_heart
from tests.mutants.collect import mutant, patch

ITEM = "layers.topological_order"
FORWARD, WHOLE = "every edge leads forward", "every node, each once"
REFUSED, NAMED = "a cycle is a ValueError", "the error names the cycle, a -> b -> a"
EDGES, DEEP = "no node, one node, separate parts", "a chain of 3000 nodes"
UNTOUCHED = "the graph is not modified"
RETURN, CYCLE = "return order[::-1]", "cycle = [*nodes[nodes.index(following) :], following]"
ERROR = "raise ValueError(f\"There is a cycle: {' -> '.join(map(str, cycle))}.\")"
SEEN = "if following in path:"

patch(ITEM, "the wrong way round", {RETURN: "return order"}, fails=(FORWARD, EDGES, DEEP), only=True)
patch(ITEM, "in the order of the dict", {RETURN: "return list(graph)"}, fails=(FORWARD, WHOLE, EDGES))
patch(ITEM, "sorted by name", {RETURN: "return sorted(order)"}, fails=(FORWARD, DEEP))
patch(
    ITEM,
    "nodes that no edge starts from are missing",
    {RETURN: "return [n for n in order[::-1] if n in graph]"},
    fails=(WHOLE, EDGES, DEEP),
    only=True,
)
patch(
    ITEM,
    "only nodes with edges",
    {RETURN: "return [n for n in order[::-1] if graph.get(n)]"},
    fails=(WHOLE, EDGES, DEEP),
    only=True,
)
patch(ITEM, "nodes in pairs", {RETURN: "return list(enumerate(order[::-1]))"}, fails=(FORWARD, WHOLE))
patch(ITEM, "places for nodes", {RETURN: "return list(range(len(order)))"}, fails=(FORWARD, WHOLE))
patch(ITEM, "a set", {RETURN: "return set(order)"}, fails=(FORWARD, WHOLE, EDGES, DEEP))
patch(ITEM, "an iterator", {RETURN: "return reversed(order)"}, fails=(FORWARD, WHOLE, EDGES, DEEP))
patch(ITEM, "a text", {RETURN: "return ' -> '.join(order[::-1])"}, fails=(FORWARD, WHOLE, EDGES, DEEP))
patch(ITEM, "nothing returned", {RETURN: "order.reverse()"}, fails=(FORWARD, WHOLE, EDGES, DEEP))
patch(ITEM, "an empty list", {RETURN: "return []"}, fails=(FORWARD, WHOLE, EDGES, DEEP))
patch(ITEM, "every node twice", {RETURN: "return [n for n in order[::-1] for _ in 'ab']"}, fails=WHOLE)
patch(ITEM, "the last node left out", {RETURN: "return order[:0:-1]"}, fails=(WHOLE, DEEP))
patch(ITEM, "the first node left out", {RETURN: "return order[-2::-1]"}, fails=(FORWARD, WHOLE, DEEP))
patch(ITEM, "one start alone", {"for start in graph:": "for start in list(graph)[:1]:"}, fails=(FORWARD, WHOLE, EDGES))
patch(ITEM, "a name that is no node", {RETURN: "return ['start', *order[::-1]]"}, fails=(WHOLE, EDGES, DEEP), only=True)
patch(
    ITEM,
    "a KeyError for nodes without edges",
    {"graph.get(following, ())": "graph[following]"},
    fails=(FORWARD, WHOLE, EDGES, DEEP),
)

# Cycles
patch(
    ITEM,
    "cycles not seen",
    {
        SEEN: "if following in path:\n                    continue\n                if False:",
    },
    fails=(REFUSED, NAMED),
    only=True,
)
patch(
    ITEM,
    "a node that leads to itself not seen",
    {SEEN: "if following == here:\n                    continue\n                if following in path:"},
    fails=(REFUSED, NAMED),
    only=True,
)
patch(ITEM, "another error", {"raise ValueError": "raise RuntimeError"}, fails=(REFUSED, NAMED), only=True)
patch(ITEM, "an Exception", {"raise ValueError": "raise Exception"}, fails=(REFUSED, NAMED), only=True)
patch(
    ITEM,
    "a KeyError that speaks of a ValueError",
    {'raise ValueError(f"': 'raise KeyError(f"ValueError: '},
    fails=(REFUSED, NAMED),
    only=True,
)
patch(ITEM, "None for a cycle", {ERROR: "return None"}, fails=(REFUSED, NAMED), only=True)
patch(ITEM, "an empty list for a cycle", {ERROR: "return []"}, fails=(REFUSED, NAMED), only=True)
patch(
    ITEM,
    "a printed warning",
    {ERROR: "print(cycle)\n                    return order"},
    fails=(REFUSED, NAMED),
    only=True,
)
patch(ITEM, "an assertion", {ERROR: "assert not cycle, ' -> '.join(cycle)"}, fails=(REFUSED, NAMED), only=True)
patch(ITEM, "no word about the cycle", {ERROR: "raise ValueError('The graph has a cycle.')"}, fails=NAMED, only=True)
patch(
    ITEM,
    "one node of the cycle",
    {ERROR: "raise ValueError(f'There is a cycle at {following}.')"},
    fails=NAMED,
    only=True,
)
patch(ITEM, "cycle not closed", {CYCLE: "cycle = nodes[nodes.index(following) :]"}, fails=NAMED, only=True)
patch(ITEM, "cycle backwards", {CYCLE: f"{CYCLE}[::-1]"}, fails=NAMED, only=True)
patch(ITEM, "the way to the cycle, too", {CYCLE: "cycle = [*nodes, following]"}, fails=NAMED, only=True)
patch(ITEM, "all nodes", {CYCLE: "cycle = list(graph)"}, fails=NAMED, only=True)
patch(ITEM, "commas for arrows", {"' -> '.join": "', '.join"}, fails=NAMED, only=True)
patch(
    ITEM,
    "a cycle wherever two ways meet",
    {"in path:\n": "in path or following in done:\n", "nodes.index(following)": "0"},
    fails=(FORWARD, WHOLE, NAMED),
)

# In place
patch(
    ITEM,
    "graph filled up",
    {"graph.get(following, ())": "graph.setdefault(following, [])", "for start in graph:": "for start in list(graph):"},
    fails=UNTOUCHED,
    only=True,
)
by_heart(ITEM, ("topological_order",), lambda function, graph: [], fails=(FORWARD, WHOLE), diagnosis="")


@mutant(ITEM, fails=DEEP, only=True)
def recursion(graph):
    order, done = [], set()

    def visit(node, path):
        if node in path:
            cycle = [*path[path.index(node) :], node]
            raise ValueError(" -> ".join(cycle))
        if node not in done:
            for following in graph.get(node, []):
                visit(following, [*path, node])
            done.add(node)
            order.insert(0, node)

    for node in graph:
        visit(node, [])
    return order


@mutant(ITEM, fails=UNTOUCHED, only=True)
def edges_used_up(graph):
    incoming, nodes = {}, list(dict.fromkeys([*graph, *(b for targets in graph.values() for b in targets)]))
    for targets in graph.values():
        for b in targets:
            incoming[b] = incoming.get(b, 0) + 1
    waiting, order = [n for n in nodes if not incoming.get(n)], []
    while waiting:
        node = waiting.pop()
        order.append(node)
        targets = graph.get(node, [])
        while targets:
            b = targets.pop()
            incoming[b] -= 1
            if not incoming[b]:
                waiting.append(b)
    if len(order) < len(nodes):
        before = {b: a for a in graph for b in graph[a]}
        node = next(n for n in nodes if n not in order and n in before)
        for _ in nodes:
            node = before.get(node, node)
        cycle = [node]
        while len(cycle) == 1 or cycle[-1] != node:
            cycle.append(before[cycle[-1]])
        raise ValueError(" -> ".join(cycle[::-1]))
    return order


@mutant(ITEM, fails=FORWARD)
def breadth_first(graph):
    led_to = {b for targets in graph.values() for b in targets}
    waiting, order = deque(n for n in graph if n not in led_to), []
    while waiting:
        node = waiting.popleft()
        if node not in order:
            order.append(node)
            waiting.extend(graph.get(node, []))
    return order


@mutant(ITEM, fails=FORWARD)
def each_node_when_it_is_first_met(graph):
    order, waiting = [], list(graph)[::-1]
    while waiting:
        node = waiting.pop()
        if node not in order:
            order.append(node)
            waiting += reversed(graph.get(node, []))
    return order


@mutant(ITEM, fails=(REFUSED, NAMED), only=True)
def stops_where_a_cycle_begins(graph):
    incoming = dict.fromkeys(graph, 0)
    for targets in graph.values():
        for b in targets:
            incoming[b] = incoming.get(b, 0) + 1
    waiting, order = [n for n, count in incoming.items() if not count], []
    while waiting:
        order.append(waiting.pop())
        for b in graph.get(order[-1], ()):
            incoming[b] -= 1
            if not incoming[b]:
                waiting.append(b)
    return order


@mutant(ITEM, fails=NAMED, only=True)
def names_what_is_left_over(graph):
    incoming = dict.fromkeys(graph, 0)
    for targets in graph.values():
        for b in targets:
            incoming[b] = incoming.get(b, 0) + 1
    waiting, order = [n for n, count in incoming.items() if not count], []
    while waiting:
        order.append(waiting.pop())
        for b in graph.get(order[-1], ()):
            incoming[b] -= 1
            if not incoming[b]:
                waiting.append(b)
    left = sorted(set(incoming) - set(order))
    if left:
        raise ValueError(f"In a cycle: {' and '.join(left)}")
    return order


@mutant(ITEM, fails=NAMED, only=True)
def the_error_of_graphlib_as_it_comes(graph):
    sorter = graphlib.TopologicalSorter()
    for a, targets in graph.items():
        sorter.add(a)
        for b in targets:
            sorter.add(b, a)
    return list(sorter.static_order())


@mutant(ITEM, fails=FORWARD)
def graphlib_given_edges_the_wrong_way_round(graph):
    return list(graphlib.TopologicalSorter(graph).static_order())
