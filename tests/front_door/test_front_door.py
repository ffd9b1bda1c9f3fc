"""What someone meets first: README, make, the command line, and the students' package, which holds no solution."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from autograder import check
from autograder.cli import main
from autograder.recording import solution_files
from autograder.registry import chapters

ROOT = Path(__file__).resolve().parents[2]
TARGETS = (
    "demo",
    "test",
    "assignments",
    "book",
    "serve",
    "lint",
    "wheel",
    "study",
    "studies",
    "bench",
    "speed",
    "clean",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The students' package, unpacked."""
    built, unpacked = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("unpacked")
    copy = tmp_path_factory.mktemp("source") / "course"
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, tracked):  # a build leaves files behind; the clone stays as it is
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    pip = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "--no-build-isolation", "--wheel-dir", str(built), str(copy)], check=True)
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        archive.extractall(unpacked)
    return unpacked


def test_readme_names_both_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^make demo$", text, re.MULTILINE) and re.search(r"^make test$", text, re.MULTILINE)


def test_readme_and_guides_have_no_open_places():
    for path in [ROOT / "README.md", *(ROOT / "book").glob("*.md")]:
        assert not re.search(r"@[A-Z]+@|TODO|TBD", path.read_text(encoding="utf-8")), path


def test_make_alone_lists_every_target_in_one_line():
    said = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = {line.split()[1]: line for line in said.splitlines()}
    for target in TARGETS:
        assert len(lines[target].split()) > 3, target


def test_continuous_integration_runs_exactly_make_test():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").strip().splitlines()
    assert script[-1] == "make test"


def test_links_in_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_the_students_package_holds_autograder_and_coursekit_and_no_solution(wheel):
    tops = {path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")}
    assert tops == {"autograder", "coursekit"}
    solved = [path for chapter in chapters() for path in solution_files(chapter)]
    region = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
    lines = [
        line.strip() for path in solved for body in region.findall(path.read_text("utf-8")) for line in body.split("\n")
    ]
    secret = {line for line in lines if len(line) > 30 and not line.startswith("#")}
    assert len(secret) > 30
    for path in wheel.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [line for line in secret if line in text], path
    for chapter in chapters():
        assert (wheel / "autograder" / "checks" / "recorded" / f"{chapter}.json").is_file()
    assert (wheel / "autograder" / "checks" / "thresholds.json").is_file()


def test_the_students_package_checks_without_solutions(wheel, tmp_path):
    code = f"""
import sys
sys.path.insert(0, {str(wheel)!r})
sys.modules["solutions"] = None  # importing it is an ImportError
import numpy as np
import autograder
assert autograder.__file__.startswith({str(wheel)!r})
from autograder import check
def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
check("softmax.probabilities", {{"softmax": softmax}})
check("softmax.probabilities", {{"softmax": lambda scores: softmax(scores.T).T}})
"""
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "softmax.probabilities: passed, 3 of 3 points" in said
    assert "Each column sums to one" in said


def test_the_student_side_loads_neither_solutions_nor_the_grading_side():
    code = "import sys; from autograder import check; import autograder.checking; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.startswith(("solutions", "nbgrader", "autograder.grading", "torch"))]


@pytest.mark.parametrize("command", [[], ["build"], ["calibrate"], ["check"], ["init"], ["grade"], ["demo"]])
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    assert "usage: autograder" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong", [[], ["teach"], ["grade"], ["grade", "x", "--jobs", "0"], ["grade", "x", "--sandbox", "docker"]]
)
def test_wrong_usage_is_exit_code_2_with_a_sentence(wrong, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(wrong)
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_a_demo_leaves_other_folders_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("chapter one")
    assert main(["demo", str(tmp_path)]) == 2
    assert "is not an earlier demo, so it is left alone" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "chapter one"


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/usr/bin/apt-get").exists(), reason="Debian only")
def test_what_cannot_be_installed_is_named_in_one_sentence(tmp_path):
    """Without apt-get on the path the script says what to install, and fails."""
    path = tmp_path / "bin"
    path.mkdir()
    for program in ("sh", "id"):
        (path / program).symlink_to(next(p for p in (Path("/bin") / program, Path("/usr/bin") / program) if p.exists()))
    script = ROOT / "requirements" / "debian.sh"
    said = subprocess.run(
        ["/bin/sh", script, "to try", "some-package"], env={"PATH": str(path)}, capture_output=True, text=True
    )
    assert said.returncode == 1
    assert said.stderr.startswith("Please install some-package (to try)")


def sum_instead_of_mean(W, X, y, reg):
    scores = X @ W
    P = np.exp(scores - scores.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    loss = -np.log(P[np.arange(len(y)), y]).mean() + reg * np.sum(W * W)
    P[np.arange(len(y)), y] -= 1
    return loss, X.T @ P + 2 * reg * W


@pytest.mark.parametrize("page", ["README.md", "book/student.md"])
def test_the_check_that_readme_and_guide_show_is_what_it_says(page, capsys):
    check("softmax.loss_naive", {"softmax_loss_naive": sum_instead_of_mean})
    said = {re.sub(r"\(\d\.\d s\)", "", line).strip() for line in capsys.readouterr().out.splitlines()}
    shown = re.search(r"```text\n(softmax\.loss_naive.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)[1]
    for line in shown.splitlines():
        if line.strip() not in ("", "…") and "✓ loss" not in line:  # its error is rounding
            assert re.sub(r"\(\d\.\d s\)", "", line).strip() in said, line
