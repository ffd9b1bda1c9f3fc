"""`autograder demo`: a course folder, a small class of made-up hand-ins, their grades with reasons, feedback, a report.

Goes in: the name of a folder. Comes out: the graded course in it, and on the screen what happened and where to look.
"""

import shutil
import time
from pathlib import Path

import nbformat
import numpy as np

from autograder.build import source_notebooks
from autograder.grading.course import PRIVATE, CourseError, create
from autograder.grading.nbgrader_plugin import complaint, nbgrader_api
from autograder.handins import filled, read_handins
from autograder.report import write_report
from autograder.show.gradebook import grade_with_progress, show_table
from coursekit import add_bias_column, flatten, load_images, mean_image, scale
from solutions.softmax import SoftmaxClassifier

ASSIGNMENT = "softmax"
WEIGHTS = "best_classifier.npz"
TRAINING = {"epochs": 40, "batch_size": 100, "learning_rate": 0.02, "final_learning_rate": 0.0001, "reg": 0.01}
NO_NOTEBOOK = "not_a_notebook"


def run_demo(folder, jobs=2):
    """Make the demo's course in `folder` and grade it; returns the exit code.

    Parameters
    ----------
    folder : path
        Made anew if it is an earlier demo; anything else that stands there is left alone.
    jobs : int
        Hand-ins graded at the same time.

    Raises
    ------
    CourseError
        If `folder` holds anything but an earlier demo.
    """
    began, folder = time.perf_counter(), Path(folder)
    _make_way(folder)
    print(f"1. A course in {folder}/ with the homework “{ASSIGNMENT}”, on generated images (shapes10)")
    course = create(folder, "shapes10", [ASSIGNMENT])
    (course.private / "demo").touch()
    print("2. A class of made-up hand-ins")
    for name, about in hand_in(course).items():
        print(f"   {name:<25} {about}")
    stopped = f"one hand-in never ends: it is stopped after {course.limits.check_cpu_seconds:.0f} s of computing"
    print(f"3. Grading in the sandbox, {jobs} at a time ({stopped})")
    graded = grade_with_progress(course, [ASSIGNMENT], jobs=jobs)
    show_table(graded)
    print("4. Feedback for every student")
    write_feedback(course, ASSIGNMENT)
    print("5. A report on the class")
    write_report(course)
    _where_to_look(folder, graded, time.perf_counter() - began)
    return 0


def hand_in(course):
    """Fill `submitted/` of a course with the made-up class.

    Returns
    -------
    dict of str to str
        What each student's hand-in is, by the student's name.
    """
    released = nbformat.read(course.root / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
    source = source_notebooks(ASSIGNMENT)[ASSIGNMENT]
    weights, class_ = trained_weights(), {}
    for name, handin in read_handins(ASSIGNMENT).items():
        folder = _submission(course, name)
        nbformat.write(filled(released, source, handin), folder / f"{ASSIGNMENT}.ipynb")
        if handin.from_solutions or handin.full_items(["softmax.best_classifier"]):
            np.savez(folder / WEIGHTS, W=weights)
        class_[name] = handin.about
    (_submission(course, NO_NOTEBOOK) / f"{ASSIGNMENT}.ipynb").write_text(
        "My homework is in the other file.\n", encoding="utf-8"
    )
    return class_ | {NO_NOTEBOOK: "A text file with the notebook's name."}


def trained_weights():
    """Weights (3073, 10) of the reference classifier, trained on shapes10 as the homework's notebook prepares it."""
    data = load_images("shapes10", quiet=True)
    mean = mean_image(scale(data.X_train))
    model = SoftmaxClassifier()
    model.train(add_bias_column(flatten(scale(data.X_train) - mean)), data.y_train, **TRAINING)
    return model.W


def write_feedback(course, assignment):
    """Have nbgrader write the feedback of every graded hand-in."""
    with nbgrader_api(course.root) as api:
        for folder in sorted((course.root / "autograded").iterdir()):
            outcome = api.generate_feedback(assignment, folder.name, force=True)
            if not outcome["success"]:
                print(f"   no feedback for {folder.name}: {complaint(outcome)}")


def _submission(course, student):
    folder = course.root / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    return folder


def _make_way(folder):
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / PRIVATE / "demo").is_file():
        raise CourseError(
            f"{folder} is not an earlier demo, so it is left alone. Name another folder: autograder demo DIR."
        )
    shutil.rmtree(folder)


def _where_to_look(folder, graded, seconds):
    sample = next(one.student for one in graded if one.student == "typical_mistakes")
    print(f"""
Done in {seconds:.0f} s. Where to look:
  {folder}/report/index.html                                 how the class did: scores, hard items, mistakes
  {folder}/feedback/{sample}/{ASSIGNMENT}/{ASSIGNMENT}.html   what a student gets back
  {folder}/autograded/                                       the graded notebooks
  {folder}/gradebook.db                                      the gradebook; `nbgrader export` in {folder} writes a CSV
  formgrader, to mark the free-response items by hand: see “Formgrader” in the instructor's guide""")
