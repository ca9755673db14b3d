"""Reading of which days people are known."""

from datetime import date

from sqlalchemy import Connection, func, select, text

from lims.retention.forgetting.tables import ForgottenDay

# The few rows that have no day's piece of their own: of days that were forgotten, and of days whose piece could not be had.
LEFT = text("SELECT day, count(*) AS people FROM tube_member_pdefault GROUP BY day")


def days_with_people(connection: Connection) -> set[date]:
    """The days that were not forgotten, or that have more people again than stayed then: somebody brought a tube that late."""
    pieces = set(connection.execute(select(func.day_partitions("tube_member"))).scalars())
    stayed = {row.day: row.stayed for row in connection.execute(select(ForgottenDay.day, ForgottenDay.stayed))}
    return pieces | {row.day for row in connection.execute(LEFT) if row.people > stayed.get(row.day, 0)}
