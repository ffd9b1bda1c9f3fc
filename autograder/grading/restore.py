"""Puts a handed-in notebook's graded cells back as they were released, whatever was done to them.

Goes in: the notebook and the released cells by grade_id. Comes out: the notebook with each released cell exactly once,
its metadata, points and locked source as released, the student's own code untouched. Runs before nbgrader's own
repairs, which trust more.
"""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.grading.notebook import unique_ids


def released_cells(nb):
    """The released cells of a notebook, by grade_id, in order.

    Parameters
    ----------
    nb : NotebookNode
        The source notebook or the student's version of it.
    """
    return {
        cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id")
    }


def restore(nb, released):
    """Restore the released cells of `nb` in place and return what was mended, as sentences.

    Parameters
    ----------
    nb : NotebookNode
    released : dict of NotebookNode
        What `released_cells` returned for the version that was handed out.
    """
    remarks, cells, seen = [], [], set()
    for cell in nb.cells:
        meta = cell.metadata.get("nbgrader")
        name = meta.get("grade_id") if isinstance(meta, dict) and isinstance(meta.get("grade_id"), str) else None
        if name not in released or name in seen:
            if meta is not None:
                del cell.metadata["nbgrader"]
                if name in seen:
                    remarks.append(f"A second cell called {name} was taken as an ordinary cell.")
            cells.append(cell)
            continue
        seen.add(name)
        cells.append(_restored(cell, released[name], remarks))
    names, anchors = list(released), set(seen)
    for number, name in enumerate(names):
        if name in seen:
            continue
        remarks.append(f"The cell {name} was missing and has been put back.")
        position = {cell.metadata.nbgrader.grade_id: i for i, cell in enumerate(cells) if "nbgrader" in cell.metadata}
        # The student's code may be in a cell that has lost its name: a stub must stand above it, a check below.
        if released[name].metadata.nbgrader.get("solution"):
            at = next((position[before] + 1 for before in reversed(names[:number]) if before in anchors), 0)
            anchors.add(name)
        else:
            at = next((position[after] for after in names[number + 1 :] if after in seen), len(cells))
            at = max(at, position.get(names[number - 1], -1) + 1 if number else 0)
        cells.insert(at, _fresh(released[name]))
    nb.cells = cells
    unique_ids(nb)
    return remarks


def _restored(cell, original, remarks):
    meta, name = original.metadata.nbgrader, original.metadata.nbgrader.grade_id
    if cell.cell_type != original.cell_type or (
        meta.get("locked") and not meta.get("solution") and cell.source != original.source
    ):
        remarks.append(f"The cell {name} had been changed and was put back as released.")
        cell = _fresh(original)
    elif dict(cell.metadata.nbgrader) != dict(meta):
        cell.metadata["nbgrader"] = nbformat.from_dict(dict(meta))
    tags = original.metadata.get("tags")
    if tags:
        cell.metadata["tags"] = list(tags)
    else:
        cell.metadata.pop("tags", None)
    return cell


def _fresh(original):
    make = new_code_cell if original.cell_type == "code" else new_markdown_cell
    return make(source=original.source, metadata=nbformat.from_dict(dict(original.metadata)))
