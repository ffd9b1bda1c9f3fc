"""Scripts wherever text can stand: outputs, error messages, names of classes, what functions return; two items are right.

Starts from: stubs
Takes from solutions: softmax
Must come out: softmax.probabilities, softmax.ensemble_predict in full
"""

# %% softmax_loss_naive
from IPython.display import HTML, Javascript, Markdown, Image, display

EVIL = "</pre></div><script>alert('SCRIPTED')</script><img src=x onerror=alert('SCRIPTED')><a href='javascript:SCRIPTED()'>x</a>"


def softmax_loss_naive(W, X, y, reg):
    raise ValueError(EVIL)


print(EVIL)
display(HTML(EVIL), Javascript("alert('SCRIPTED')"), Markdown(EVIL))
get_ipython().display_pub.publish({"image/svg+xml": f"<svg onload=alert('SCRIPTED')>{EVIL}</svg>", "text/latex": EVIL})
get_ipython().display_pub.publish({"image/png": "iVBORw0KGgo=\" onerror=\"alert('SCRIPTED')\">", "text/plain": EVIL})
get_ipython().display_pub.publish({"image/jpeg": "/9j/<script>SCRIPTED</script>", "text/plain": EVIL})

# %% regularisation_choice
regularisation_choice = "<script>alert('SCRIPTED')</script>"

# %% bootstrap
bootstrap = type("<img src=x onerror=alert('SCRIPTED')>", (), {})()

# %% ensemble_predict
def ensemble_predict(probabilities):
    return sum(probabilities).argmax(axis=1)


raise type("<script>SCRIPTED</script>", (Exception,), {})(EVIL)
