"""Every later cell loses its statements after parsing, and hooks run before and after each of them.

Starts from: stubs
Must come out: nothing
"""

# %% softmax
import ast


class Nothing(ast.NodeTransformer):
    def visit(self, node):
        node.body = []
        return node


get_ipython().ast_transformers.append(Nothing())
get_ipython().events.register("pre_run_cell", lambda *args: get_ipython().user_ns.update(check=print))
get_ipython().events.register("post_execute", lambda *args: print("33.0"))
