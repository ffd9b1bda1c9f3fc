"""What `autograder --help` and the help of each command say: who it is for, what goes in, what comes out, examples.

Texts alone; `command_line` puts them around the arguments. A test runs every example through the parser.
"""

from dataclasses import dataclass

GROUPS = {
    "student": "for students",
    "instructor": "for instructors",
    "author": "for authors of homework",
    "everyone": "for everyone",
}
# What these codes mean for every command.
DONE = "done"
ALWAYS = {2: "bad usage or set-up: a sentence on stderr says what to do", 130: "stopped by Ctrl-C"}


@dataclass(frozen=True)
class Help:
    """The help of one command.

    Attributes
    ----------
    group : str
        Who uses it: a key of `GROUPS`.
    purpose : str
        One line.
    goes_in, comes_out : str
    examples : dict of str to str
        Command line to what it does.
    done : str
        What exit code 0 means.
    partly : str
        What exit code 1 means; empty where there is none.
    """

    group: str
    purpose: str
    goes_in: str
    comes_out: str
    examples: dict
    done: str = DONE
    partly: str = ""

    def in_and_out(self):
        """Pairs of "in" or "out" and what that is."""
        return [("in", self.goes_in), ("out", self.comes_out)]

    def exit_codes(self):
        """Exit code to its meaning."""
        return {0: self.done} | ({1: self.partly} if self.partly else {}) | ALWAYS


COMMANDS = {
    "check": Help(
        "student",
        "run the visible checks of a notebook",
        "your notebook, and the files beside it",
        "each verdict on the screen: points, what is wrong by how much, what to do next; nothing is written",
        {
            "autograder check softmax.ipynb": "all checks of this notebook",
            "autograder check homework/cnn_by_hand.ipynb --sandbox none": "without a sandbox, as you",
        },
        done="done, whatever the checks say",
    ),
    "init": Help(
        "instructor",
        "make a complete course folder",
        "the name of a folder that does not exist, or is empty",
        "an nbgrader course: every homework's source and release, a gradebook, the secret seed",
        {
            "autograder init my-course": "on generated images",
            "autograder init my-course --dataset cifar10": "on CIFAR-10",
            "autograder init my-course --gradebook postgresql://me@db.example.org/my_course": "gradebook on a server",
        },
    ),
    "add": Help(
        "instructor",
        "put a homework into a course folder that exists",
        "a homework of this clone, such as one of your own",
        "its folders in DIR/source/ and DIR/release/, and its place in nbgrader's gradebook",
        {
            "autograder add my-course hinge": "a homework that was made after the course",
            "autograder add my-course layers": "one that was taken out of it",
        },
    ),
    "collect": Help(
        "instructor",
        "lay the hand-ins of a platform's zip into submitted/",
        "all submissions of one assignment, as Canvas or Moodle gives them in one zip",
        "DIR/submitted/STUDENT/ASSIGNMENT/, and a table of what was left out; what is replaced is kept",
        {
            "autograder collect my-course softmax submissions.zip": "Canvas or Moodle is seen from the names",
            "autograder collect my-course softmax submissions.zip --times times.csv": "with the times of handing in",
        },
        partly="done, but something was left out; the table says what",
    ),
    "grade": Help(
        "instructor",
        "grade the hand-ins of a course folder",
        "what lies in DIR/submitted/",
        "points in nbgrader's gradebook, graded notebooks in DIR/autograded/, a line for each on the screen",
        {
            "autograder grade my-course": "everything",
            "autograder grade my-course softmax --student doejane-1234": "one hand-in",
            "autograder grade my-course cnn --jobs 4 --json results.json": "four at a time; verdicts to a file",
        },
        partly="done, but some hand-ins could not be graded; the table says why",
    ),
    "export": Help(
        "instructor",
        "hand grades and feedback on: nbgrader's CSV, Canvas, Moodle",
        "nbgrader's gradebook and feedback; for an upload, the table that the platform exported",
        "a CSV file or a zip in DIR/exports/; sentences about all who are not in it",
        {
            "autograder export my-course": "all grades, as `nbgrader export` writes them",
            "autograder export my-course softmax --format canvas --template gradebook.csv": "for Canvas",
            "autograder export my-course softmax --format moodle --template worksheet.csv": "for Moodle",
            "autograder export my-course softmax --format feedback --platform moodle": "feedback, to be uploaded",
        },
        partly="done, but some students could not be exported; the sentences say why",
    ),
    "report": Help(
        "instructor",
        "write a report on the class, as pages for a browser",
        "what the last grading of each hand-in found, and nbgrader's gradebook",
        "a folder of pages, DIR/report/, readable for you alone; open index.html there",
        {
            "autograder report my-course": "all homework",
            "autograder report my-course --assignment softmax layers": "these two",
            "autograder report my-course --no-names --out for-colleagues": "without names",
        },
        partly="done, but something is missing from the report; it says what",
    ),
    "solutions": Help(
        "instructor",
        "print a homework's solutions, to be handed out as NAME_solutions.py",
        "the name of a homework",
        "the text of a Python module, on the screen",
        {
            "autograder solutions layers": "look at them",
            "autograder solutions layers > layers_solutions.py": "a file to hand out before the next homework",
        },
    ),
    "build": Help(
        "author",
        "make the student notebooks from their sources",
        "assignments/NAME/NAME.md and the package solutions/NAME",
        "assignments/NAME/NAME.ipynb and what the checks know of the solutions, where they have changed",
        {
            "autograder build": "all homework",
            "autograder build softmax layers": "these two",
            "autograder build --check": "only see whether all are in step",
        },
        done="done; with --check: everything is in step",
    ),
    "calibrate": Help(
        "author",
        "measure the accuracy bands of a homework",
        "the recipes in solutions/calibration.py",
        "thresholds with their spread, in the table that the checks read",
        {
            "autograder calibrate softmax --only shapes10": "on generated images: two minutes",
            "autograder calibrate cnn --seeds 20": "more models, on both data sets",
        },
    ),
    "demo": Help(
        "everyone",
        "make a course with a small class of hand-ins and grade it",
        "the name of a folder that does not exist, is empty, or holds an earlier demo",
        "a graded course in it, with feedback, and a list of where to look",
        {
            "autograder demo": "in demo-course/",
            "autograder demo /tmp/try-out --jobs 4": "elsewhere, four hand-ins at a time",
        },
    ),
    "completion": Help(
        "everyone",
        "let the Tab key complete commands, options, assignments and students",
        "the name of your shell",
        "a script for it, on the screen",
        {
            'eval "$(autograder completion bash)"': "in ~/.bashrc",
            'autoload -U compinit && compinit && eval "$(autograder completion zsh)"': "in ~/.zshrc",
            "autograder completion fish > ~/.config/fish/completions/autograder.fish": "once, for fish",
        },
    ),
}
