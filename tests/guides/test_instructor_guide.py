"""Every block of the instructor's guide does what the page says, page by page in one clone and one course."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import tomllib
from jupyter_server.extension.config import ExtensionConfigManager
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from traitlets.config import Config, PyFileConfigLoader

from tests.guides.blocks import ROOT, blocks_of
from tests.guides.session import Session, clone_into

pytestmark = pytest.mark.sandbox
PAGES = (
    "instructor",
    "instructor_term",
    "instructor_homework",
    "instructor_check",
    "instructor_data",
    "instructor_deploy",
    "instructor_sandbox",
)
# Programs that a deployment needs and this course does not; tried by hand with JupyterHub 6.1.
BESIDE = {"jupyterhub", "jupyterlab", "configurable-http-proxy"}


def zip_of_a_platform(session, block):
    """Pack what two students uploaded as Canvas does, and run the block."""
    notebook = (session.folder / "my-course/source/softmax/softmax.ipynb").read_bytes()
    with zipfile.ZipFile(session.folder / "submissions.zip", "w") as archive:
        for student in ("doejane_1234", "roemax_77"):
            archive.writestr(f"{student}_5678_softmax.ipynb", notebook)
    return session.run(block, block.text)


def names(session, block):
    """Look whether each package that is installed is one of the course's, the students' wheel, or known otherwise."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    ours = {
        re.split(r"[\[<>=]", line)[0] for line in (*project["dependencies"], *extras["torch"], *extras["instructor"])
    }
    wheel = next((session.folder / "dist").glob("*.whl")).name
    for line in block.text.splitlines():
        words = shlex.split(line)
        if "install" in words:
            wanted = [word for word in words[words.index("install") + 1 :] if not word.startswith("-")]
            assert wanted and set(wanted) <= ours | BESIDE | {wheel}, f"{block}: {line}"


def students(session, block):
    """The same commands for the settings of one user, in which formgrader is off afterwards."""
    text = (
        block.text.replace("sudo /opt/jupyterhub/bin/", "").replace("sys_prefix", "user").replace("sys-prefix", "user")
    )
    own, servers = session.kept / "student", "jupyter_server_config.d"
    shutil.copytree(Path(sys.prefix) / "etc" / "jupyter" / servers, own / servers)  # as an installation leaves them
    session.run(block, f"(export JUPYTER_CONFIG_DIR={own}\n{text})")
    page = json.loads((own / "labconfig" / "page_config.json").read_text(encoding="utf-8"))
    assert page["disabledExtensions"].keys() == {
        f"@jupyter/nbgrader:{name}" for name in ("formgrader", "create-assignment")
    }
    loaded = ExtensionConfigManager(read_config_path=[str(own)]).get_jpserver_extensions()
    assert not loaded["nbgrader.server_extensions.formgrader"]
    assert loaded["nbgrader.server_extensions.assignment_list"]


def root(session, block):
    """The same below a folder of its own; then nbgrader finds the exchange good enough."""
    text = re.sub(r" (/[a-z])", lambda found: f" {session.kept}{found[1]}", block.text.replace("sudo ", ""))
    session.run(block, text)
    exchange = session.kept / "srv/nbgrader/exchange"
    assert os.access(exchange, os.W_OK) and exchange.stat().st_mode & 0o777 == 0o777


def nbgrader_config(session, block):
    """What the file sets are settings that nbgrader has, with values that they may have."""
    config = _read(session, block)
    assert set(config) == {"Exchange", "CourseDirectory"}
    assert Exchange(config=config).root == "/srv/nbgrader/exchange"
    assert CourseDirectory(config=config).course_id == "my-course"
    for owner in (Exchange, CourseDirectory):
        assert set(config[owner.__name__]) <= set(owner.class_trait_names(config=True))


def jupyterhub_config(session, block):
    """Groups, roles and the service fit together; the instructors' account and course are the page's own."""
    hub = _read(session, block)["JupyterHub"]
    (service,), (role,) = hub.services, hub.load_roles
    page = "".join(one.text for one in blocks_of(block.page))
    assert service["user"] in re.findall(r"useradd .* (\w+)$", page, re.MULTILINE)
    assert service["cwd"] == f"/home/{service['user']}/my-course"
    assert set(role["groups"]) == set(hub.load_groups)
    assert {scope.partition("=")[2] for scope in role["scopes"] if "=" in scope} == {service["name"]}


def _read(session, block):
    path = session.kept / "config.py"
    path.write_text(block.text, encoding="utf-8")
    return Config(PyFileConfigLoader(path.name, path=str(path.parent)).load_config())


def own_configuration(session, block):
    """In another home; then nbgrader finds the course from any folder, and grades in the sandbox."""
    home, clone = session.kept / "grader", session.folder
    home.mkdir()
    session.run(block, block.text.replace("~/my-course", f"{clone}/my-course").replace("~", str(home)))
    loaded = PyFileConfigLoader("nbgrader_config.py", path=str(home / ".jupyter")).load_config()
    assert loaded.CourseDirectory.root == str(clone / "my-course")
    asked = f"JUPYTER_CONFIG_DIR={home}/.jupyter nbgrader db assignment list"
    assert "softmax" in session.run(block, f"(cd {home} && {asked})")


HANDLERS = {
    "zip": zip_of_a_platform,
    "names": names,
    "students": students,
    "root": root,
    "nbgrader_config": nbgrader_config,
    "jupyterhub_config": jupyterhub_config,
    "own_configuration": own_configuration,
}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    base = tmp_path_factory.mktemp("instructor")
    clone = clone_into(base / "clone")
    return Session(clone, base / "kept", HANDLERS, {"PYTHONPATH": str(clone), "HOME": str(base)})


@pytest.mark.parametrize("page", PAGES)
def test_every_block_does_what_the_page_says(session, page):
    session.page(blocks_of(page))


def test_the_pages_are_those_of_the_table_of_contents():
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert re.findall(r"file: book/(instructor\w*)", contents) == [*PAGES, "instructor_troubleshooting"]
    assert {path.stem for path in Path(ROOT / "book").glob("instructor*.md")} == {*PAGES, "instructor_troubleshooting"}


def test_the_page_of_the_homework_has_the_anchor_that_messages_name(tmp_path):
    """Built by itself, by what builds the book."""
    (page,) = [block for block in blocks_of("instructor_homework") if block.about == "book/hinge.md"]
    (tmp_path / "index.md").write_text(page.text, encoding="utf-8")
    (tmp_path / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT / 'book' / '_ext')!r})\n"
        "extensions = ['myst_parser', 'check_anchors']\nmyst_enable_extensions = ['dollarmath']\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "sphinx", "-q", "-W", str(tmp_path), str(tmp_path / "html")]
    subprocess.run(command, check=True, capture_output=True)
    checks = next(b.text for b in blocks_of("instructor_homework") if b.about == "autograder/checks/hinge/__init__.py")
    for name in re.findall(r'check_item\("([^"]+)"', checks):
        assert f'id="{name}"' in (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
