"""Where a course keeps its gradebook: nbgrader's SQLite file in its folder, or a PostgreSQL database named by a URL.

Goes in: what course.json says. Comes out: the URL that nbgrader and this grader open, or a sentence that says why it
cannot be used. No password stands in it: PostgreSQL's clients take that from ~/.pgpass or PGPASSWORD.
"""

import contextlib
import importlib.util
from pathlib import Path

from autograder.grading.settings import CourseError

_EXAMPLE = "postgresql://USER@HOST/DATABASE"
_PATIENCE = 10  # seconds; without it, a host that does not answer is waited for by the minute
# What PostgreSQL says, as far as its words are known, and what to do; the last is for everything else.
_ADVICE = {
    "password": "Put the right password into ~/.pgpass, as a line HOST:PORT:DATABASE:USER:PASSWORD in a file that only "
    "you may read (chmod 600), or into the environment variable PGPASSWORD.",
    'database "': "Make the database first, with `createdb`.",
    "sqlite": "See whether the file may be read and written, or put it back from your backup.",
    "": "See whether the server runs, and whether host, port and user are right.",
}


def address(root, stored=None):
    """URL of a course's gradebook, as SQLAlchemy reads it.

    Parameters
    ----------
    root : path
        Of the course folder.
    stored : str, optional
        A URL such as `postgresql://USER@HOST/DATABASE`; by default, the gradebook is a file in the folder.

    Raises
    ------
    CourseError
        If it is no such URL, holds a password, or its driver is not installed.
    """
    if stored is None:
        return f"sqlite:///{Path(root) / 'gradebook.db'}"
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(stored)
    except (ArgumentError, ValueError) as error:
        raise CourseError(f"the gradebook is no URL like {_EXAMPLE}.") from error
    if url.password is not None or "password" in url.query:
        raise CourseError(
            "the gradebook's URL holds a password, which files that are handed around must not. Write "
            f"{_EXAMPLE}. {_ADVICE['password']}"
        )
    if url.get_backend_name() != "postgresql" or not url.database:
        raise CourseError(f"the gradebook is no URL like {_EXAMPLE}. Leave it out for a file in the course folder.")
    if importlib.util.find_spec("psycopg") is None:
        raise CourseError(
            "the gradebook is a PostgreSQL database, and its driver psycopg is missing. Install it with "
            "`pip install show-your-gradients[instructor,postgres]`, or use the .venv of a clone."
        )
    more = "" if "connect_timeout" in url.query else f"{'&' if url.query else '?'}connect_timeout={_PATIENCE}"
    return f"postgresql+psycopg{stored[stored.index(':') :]}{more}"


def require(course, assignments):
    """Raise `CourseError` where the gradebook cannot be opened, or one of these assignments is not in it."""
    known = _assignments(course.gradebook)
    for name in assignments:
        if name not in known:
            raise CourseError(
                f"The gradebook {shown(course.gradebook)} does not know the assignment {name!r}. Is it the right one? "
                f"Then enter it: cd {course.root} && nbgrader generate_assignment {name} --force"
            )


def require_empty(url):
    """Raise `CourseError` where a PostgreSQL database may not be written, or is another course's gradebook already."""
    from sqlalchemy import text

    if _assignments(url):
        raise CourseError(
            f"The database {shown(url)} holds the gradebook of a course already. Make one for each course, with "
            "`createdb`."
        )
    with _opened(url) as connection:
        if not connection.scalar(text("select has_schema_privilege(current_schema(), 'create')")):
            raise CourseError(
                f"In the database {shown(url)}, you may not make tables. You must own it: "
                "`alter database NAME owner to USER`."
            )


def trouble(url):
    """Why the gradebook cannot be opened at the moment, or nothing."""
    try:
        _assignments(url)
    except CourseError as error:
        return str(error)
    return ""


def clear(url):
    """Take nbgrader's tables out of a database again."""
    from nbgrader.api import Base
    from sqlalchemy import text

    with _opened(url) as connection:
        Base.metadata.drop_all(connection)
        connection.execute(text("drop table if exists alembic_version"))


def rows(url, *statements):
    """What a gradebook answers to SQLAlchemy's statements: one list of rows for each; raises `CourseError`."""
    with _opened(url) as connection:
        return [connection.execute(statement).all() for statement in statements]


def shown(url):
    """A gradebook's URL as people write it."""
    return url.replace("+psycopg:", ":").removesuffix(f"connect_timeout={_PATIENCE}").rstrip("?&")


def _assignments(url):
    """Names of the assignments that a gradebook knows."""
    from nbgrader.api import Assignment
    from sqlalchemy import inspect, select

    with _opened(url) as connection:
        if not inspect(connection).has_table("assignment"):
            return set()
        return set(connection.scalars(select(Assignment.name)))


@contextlib.contextmanager
def _opened(url):
    """A connection, and in it one transaction; raises `CourseError`."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    try:
        engine = create_engine(url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        raise CourseError(_sentence(url, error)) from error


def _sentence(url, error):
    said = str(getattr(error, "orig", None) or error)
    about = "sqlite" if url.startswith("sqlite:") else said
    advice = next(advice for words, advice in _ADVICE.items() if words in about)
    return f"The gradebook {shown(url)} cannot be opened: {' '.join(said.split()).rstrip('.')}. {advice}"
