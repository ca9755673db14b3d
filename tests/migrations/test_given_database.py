"""A database of the operator's own, owned by an ordinary user who may create roles."""

import secrets

from sqlalchemy import make_url, text

from lims.apps import migrate
from lims.kernel.db import Access
from lims.kernel.program import Program, running
from lims.kernel.settings import Settings


def test_an_owner_without_superuser_rights_is_enough(program: Program) -> None:
    name, password = f"operator_{secrets.token_hex(4)}", secrets.token_hex(8)
    with program.database.engine(Access.OWNER).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD '{password}'"))
        # Of another cluster these would be made by the migration; here the tests' own database has made them.
        connection.execute(text(f"GRANT lims_field, lims_bench, lims_reports TO {name}"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {name}"))
    url = make_url(program.database.url).set(username=name, password=password, database=name)
    given = Settings(database_url=url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql"), secret_key="x")
    with running(given, connections=2) as theirs:
        migrate.upgrade(theirs.database)
        for access in (Access.FIELD, Access.BENCH, Access.REPORTS):
            with theirs.database.transaction(access) as connection:
                assert connection.execute(text("SELECT current_user")).scalar_one() == access.value
                assert connection.execute(text("SELECT count(*) FROM tube")).scalar_one() == 0
