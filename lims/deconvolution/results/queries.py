"""The rule of people's results, in SQL: it stands here and nowhere else, and goes into every statement that reads them."""

from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text

SQL = files(__package__).joinpath("sql")
TUBE_SAYS, PERSON_RESULT = (SQL.joinpath(f"{name}.sql").read_text("utf-8") for name in ("tube_says", "person_result"))


@cache
def person_results(asked: str, question: str) -> TextClause:
    """A statement about `person_result`, the results of the people of `asked`.

    `asked` chooses among `person_says`, what tubes say of people by themselves, and makes of it `asked` and `asked_tube`, the same tubes.
    Where these are a page or a few people, they are to be MATERIALIZED.
    """
    return text(f"{TUBE_SAYS}{asked}{PERSON_RESULT}{question}")
