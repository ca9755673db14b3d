"""Who works in the demo city, and the tokens of those who are played by the simulation."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from lims.catalog.rules import Catalog
from lims.kernel.auth import actions, queries
from lims.simulate.plan import Credentials

SIGN_INS = "demo-sign-ins.json"
TOKEN_LIFE = timedelta(days=2)


@dataclass(frozen=True)
class SignIn:
    """Somebody who may try the demo."""

    name: str
    roles: tuple[str, ...]
    place: str
    password: str


def settle_in(connection: Connection, catalog: Catalog, folder: Path, now: datetime) -> list[SignIn]:
    """A person of every role with a password; those who are there already stay as they are."""
    path = folder / SIGN_INS
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    site, lab = next(iter(catalog.sites)), next(iter(catalog.labs))
    crew = [
        ("ana", ("sampler",), site, None),
        ("carl", ("courier",), None, None),
        ("ben", ("technician",), None, lab),
        ("bea", ("reviewer",), None, lab),
        ("olga", ("official",), None, None),
        ("ada", ("admin",), None, None),
        ("cdc", ("integration",), None, None),
    ]
    there = queries.user_names(connection)
    for name, roles, at_site, at_lab in crew:
        if name not in there or name not in known:
            known[name] = secrets.token_urlsafe(9)
            scopes = ("identity",) if "integration" in roles else ()
            actions.add_user(connection, now, name, roles, site=at_site, lab=at_lab, scopes=scopes, password=known[name], by="demo")
    path.touch(mode=0o600)
    path.write_text(json.dumps(known, indent=1))
    return [SignIn(name, roles, at_site or at_lab or "everywhere", known[name]) for name, roles, at_site, at_lab in crew]


def credentials(connection: Connection, catalog: Catalog, now: datetime) -> Credentials:
    """Tokens for a simulation: a sampler at every site, a technician and a reviewer in every lab, and the others. They expire."""

    def token(name: str, *roles: str, site: str | None = None, lab: str | None = None, scopes: tuple[str, ...] = ()) -> str:
        actions.add_user(connection, now, name, roles, site=site, lab=lab, scopes=scopes, by="simulate")
        return actions.issue_token(connection, now, name, now + TOKEN_LIFE, "simulate")

    return Credentials(
        samplers={site: token(f"sim-sampler-{site}", "sampler", site=site) for site in catalog.sites},
        courier=token("sim-courier", "courier"),
        technicians={lab: token(f"sim-technician-{lab}", "technician", lab=lab) for lab in catalog.labs},
        reviewers={lab: token(f"sim-reviewer-{lab}", "reviewer", lab=lab) for lab in catalog.labs},
        official=token("sim-official", "official"),
        integration=token("sim-integration", "integration", scopes=("identity",)),
        admin=token("sim-admin", "admin"),
    )
