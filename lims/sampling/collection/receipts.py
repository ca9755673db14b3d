"""What a person takes home: the code for the own result, as a label."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lims.catalog import queries as catalog
from lims.kernel import barcodes, clock
from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role, own_site
from lims.kernel.db import Access
from lims.kernel.errors import Refused
from lims.sampling.collection import queries
from lims.sampling.labels import formats, templates
from lims.sampling.labels.rules import LabelFacts
from lims.sampling.people.queries import identities
from lims.sampling.people.rules import lookup_code
from lims.web.address import public_address

router = APIRouter(prefix="/sampling/api", tags=["tubes"])


@router.get("/tubes/{barcode}/receipts")
def receipts(
    barcode: str,
    request: Request,
    work: Annotated[Work, allow(Role.SAMPLER, using=Access.FIELD)],
    template: str = "receipt_60x40",
    format: str = "pdf",  # noqa: A002 - as labels are asked for
    position: Annotated[int | None, Query(ge=1, le=1000)] = None,
    *,
    names: bool = False,
) -> Response:
    """A receipt for everybody in a tube, or for one of them; without names unless asked for."""
    code = barcodes.normalise(barcode)
    row = queries.tube(work.connection, code)
    own_site(work.caller, row.site if row else "", f"Tube {code}")
    members = queries.members(work.connection, code, row.collected_on) if row else []
    chosen = [member for member in members if position in (None, member.position)]
    if row is None or not chosen:
        raise Refused("not_found", "{what} is not known here.", what=f"Tube {code}")
    site, keys = catalog.current(work.connection).site(row.site), work.program.keys
    known = identities(work.connection, keys, [member.person_id for member in chosen]) if names else {}
    wanted = []
    for member in chosen:
        lookup = lookup_code(keys, code, member.person_id)
        facts = LabelFacts(
            site=site.code, site_name=site.name, lookup=lookup, lookup_url=f"{public_address(request)}/sampling/result/{lookup}",
            name=known[member.person_id].name if names else "", day=clock.local_day(member.collected_at, site.timezone).isoformat(),
        )  # fmt: skip
        wanted.append((code, facts))
    content = formats.render_each(templates.load(template, work.program.settings.label_templates), wanted, format)
    name = f"receipts-{code}.{format.removeprefix('.').lower()}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=formats.format_named(format).media_type, headers=headers)
