"""The yardstick: the least that registers pools through HTTP. One process, FastAPI and psycopg, for each pool a pair of INSERT … VALUES.

No encryption, no audit, no checks, no repeats, nobody signed in, names in clear: what the product does besides is the difference.

LIMS_YARDSTICK=postgresql://… uvicorn benchmarks.yardstick:app
"""

import os
import threading
from typing import Any

import psycopg
from fastapi import FastAPI

TABLES = """
CREATE TABLE IF NOT EXISTS plain_pool (
    barcode text PRIMARY KEY, id uuid NOT NULL, site text NOT NULL, round text, pool_size smallint NOT NULL, sealed_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS plain_member (
    barcode text NOT NULL, position smallint NOT NULL, id_type text NOT NULL, id_number text NOT NULL, name text NOT NULL,
    phone text NOT NULL, collected_at timestamptz NOT NULL, PRIMARY KEY (barcode, position)
)
"""
VARIABLE = "LIMS_YARDSTICK"
POOL = "INSERT INTO plain_pool (barcode, id, site, round, pool_size, sealed_at) VALUES (%s, %s, %s, %s, %s, %s)"
MEMBER = "INSERT INTO plain_member (barcode, position, id_type, id_number, name, phone, collected_at) VALUES "
ONE = "(%s, %s, %s, %s, %s, %s, %s)"

app = FastAPI()
own = threading.local()


@app.post("/sync", status_code=202)
def sync(message: dict[str, Any]) -> dict[str, Any]:
    """Store the pools of a message, and say so."""
    connection = connected()
    with connection.transaction():
        for tube in message["tubes"]:
            code = tube["barcode"]
            connection.execute(POOL, (code, tube["id"], tube["site"], tube["round"], tube["pool_size"], tube["sealed_at"]))
            people = [
                (code, who["position"], who["id_type"], who["id_number"], who["name"], who["phone"], who["collected_at"])
                for who in tube["members"]
            ]
            connection.execute(MEMBER + ", ".join([ONE] * len(people)), [value for person in people for value in person])
    return {"tubes": [{"barcode": tube["barcode"], "outcome": "accepted"} for tube in message["tubes"]]}


def connected() -> "psycopg.Connection[tuple[Any, ...]]":
    """The connection of this thread."""
    if not hasattr(own, "connection"):
        own.connection = psycopg.connect(os.environ[VARIABLE], autocommit=True)
    connection: psycopg.Connection[tuple[Any, ...]] = own.connection
    return connection
