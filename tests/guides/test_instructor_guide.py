"""Every block of the instructor's guide does what the page says, page by page in one clone and one course."""

import zipfile

import pytest

from tests.guides.blocks import blocks_of
from tests.guides.session import Session, clone_into

pytestmark = pytest.mark.sandbox
PAGES = ("instructor", "instructor_term", "instructor_homework", "instructor_check", "instructor_data")


def zip_of_a_platform(session, block):
    """Pack what two students uploaded as Canvas does, and run the block."""
    notebook = (session.folder / "my-course/source/softmax/softmax.ipynb").read_bytes()
    with zipfile.ZipFile(session.folder / "submissions.zip", "w") as archive:
        for student in ("doejane_1234", "roemax_77"):
            archive.writestr(f"{student}_5678_softmax.ipynb", notebook)
    return session.run(block, block.text)


HANDLERS = {"zip": zip_of_a_platform}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    base = tmp_path_factory.mktemp("instructor")
    clone = clone_into(base / "clone")
    return Session(clone, base / "kept", HANDLERS, {"PYTHONPATH": str(clone), "HOME": str(base)})


@pytest.mark.parametrize("page", PAGES)
def test_every_block_does_what_the_page_says(session, page):
    session.page(blocks_of(page))
