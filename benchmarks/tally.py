"""What keeping figures in the writing statement would cost: registering tubes with and without a row of a tally that goes up beside them.

python -m benchmarks.tally
"""

import threading
import time

from sqlalchemy import text

from benchmarks.own import own_program
from lims.kernel.db import Access, Database

# What the writing statement would have to do beside, for every stage of every tube: the hour of a lab and a site goes up by one.
TALLY = """INSERT INTO tally VALUES (:slot, :lab, :site, 1, 10)
ON CONFLICT (slot, lab, site) DO UPDATE SET tubes = tally.tubes + 1, people = tally.people + 10"""
TUBE = """INSERT INTO tube (barcode, record_id, revision, content_digest, device, site, kind, pool_size, member_count, field_state,
opened_at, sealed_at, registered_at, collected_on) VALUES (:barcode, gen_random_uuid(), 1, '', 'dev', :site, 'swab_pool', 10, 10, 'sealed',
now(), now(), now(), CURRENT_DATE)"""


def writing(database: Database, *, beside: bool, sites: int, clients: int = 8, each: int = 400) -> float:
    """Tubes a second that 8 clients register, with a row of a tally raised in the same transaction or not."""
    mark = "1" if beside else "0"

    def client(number: int) -> None:
        for n in range(each):
            with database.transaction(Access.OWNER) as connection:
                site = f"B-{(number * each + n) % sites:04}"
                connection.execute(text(TUBE), {"barcode": f"98{mark}{sites:04}{number:02}{n:06}", "site": site})
                if beside:
                    connection.execute(text(TALLY), {"slot": 9, "lab": "QM", "site": site})

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return clients * each / (time.perf_counter() - began)


def main() -> None:
    """Measure on a database of our own."""
    with own_program(connections=8) as program:
        with program.database.transaction(Access.OWNER) as connection:
            columns = "slot int, lab text, site text, tubes int, people int, PRIMARY KEY (slot, lab, site)"
            connection.execute(text(f"CREATE TABLE tally ({columns}) WITH (fillfactor = 50)"))
        for sites in (2000, 8, 1):
            plain, tallied = (writing(program.database, beside=beside, sites=sites) for beside in (False, True))
            print(
                f"writing at {sites:4} sites          {plain:8.0f} tubes/s, with a tally {tallied:6.0f} ({tallied / plain - 1:+.0%})",
                flush=True,
            )


if __name__ == "__main__":
    main()
