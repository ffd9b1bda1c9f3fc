"""Sends messages of its own over the kernel's sockets: other people's parents, strange forms, no signature; three items are right.

Starts from: stubs
Takes from solutions: bootstrap, ensemble_predict
Must come out: softmax.probabilities, softmax.bootstrap, softmax.ensemble_predict in full
"""

# %% softmax
def softmax(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)


def forge():
    kernel = get_ipython().kernel
    parent = get_ipython().parent_header
    forms = (
        ("stream", {"name": ["no"], "text": {"no": 1}}),
        ("stream", {}),
        ("error", {"ename": {}, "evalue": [1], "traceback": 5}),
        ("display_data", {"data": 7, "metadata": 8}),
        ("display_data", {"data": {"text/html": "<script>alert(1)</script>", "text/plain": ["x"], "image/png": 3}, "metadata": {}}),
        ("execute_result", {"data": {"text/plain": "33.0"}, "metadata": {}, "execution_count": "many"}),
        ("clear_output", {"wait": "?"}),
        ("no_such_type", {"x": 1}),
        ("error", {}),
        ("display_data", {"data": {"text/plain": 10**30}, "metadata": {}}),
        ("status", [1, 2]),
        ("status", {"execution_state": ["idle"]}),
    )
    for kind, content in forms:
        kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
        kernel.session.send(kernel.iopub_socket, kind, content, parent={"header": {"msg_id": "other"}})
    kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)


forge()
