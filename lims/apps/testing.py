"""The testing end."""

from lims.catalog import api as catalog
from lims.deconvolution import api as deconvolution
from lims.deconvolution import pages as deconvolution_pages
from lims.deconvolution.plans import api as plans
from lims.deconvolution.plans import pages as plans_pages
from lims.deconvolution.plans.actions import follow
from lims.labelling import api as labelling
from lims.labelling import pages as labelling_pages
from lims.retention import api as retention
from lims.retention import pages as retention_pages
from lims.testing.accession import api as accession
from lims.testing.accession import pages as accession_pages
from lims.testing.accession.following import followed_by
from lims.testing.amending import api as amending
from lims.testing.amending import pages as amending_pages
from lims.testing.extraction import api as extraction
from lims.testing.extraction import pages as extraction_pages
from lims.testing.imports import api as imports
from lims.testing.imports import pages as imports_pages
from lims.testing.instruments import api as instruments
from lims.testing.interpretation import api as interpretation
from lims.testing.interpretation import pages as interpretation_pages
from lims.testing.lots import api as lots
from lims.testing.lots import pages as lots_pages
from lims.testing.morning import api as morning
from lims.testing.morning import pages as morning_pages
from lims.testing.plates import api as plates
from lims.testing.plates import pages as plates_pages
from lims.testing.pools import api as pools
from lims.testing.pools import pages as pools_pages
from lims.testing.qc import pages as qc_pages
from lims.testing.rejudging import api as rejudging
from lims.testing.rejudging import pages as rejudging_pages
from lims.testing.review import api as review
from lims.testing.review import pages as review_pages
from lims.testing.storage import api as storage
from lims.testing.storage import pages as storage_pages

# A sub-pool that is released or turned away settles members, or asks for the next stage, in the same transaction.
followed_by(follow)

APIS = (
    accession.router,
    lots.router,
    storage.router,
    pools.router,
    extraction.router,
    plates.router,
    instruments.router,
    interpretation.router,
    imports.router,
    review.router,
    morning.router,
    amending.router,
    rejudging.router,
    deconvolution.bench_router,
    plans.router,
    retention.router,
    labelling.router,
    catalog.router,
)
PAGES = (
    morning_pages.router,
    review_pages.router,
    qc_pages.router,
    amending_pages.router,
    rejudging_pages.router,
    accession_pages.router,
    lots_pages.router,
    storage_pages.router,
    pools_pages.router,
    extraction_pages.router,
    plates_pages.router,
    interpretation_pages.router,
    imports_pages.router,
    deconvolution_pages.bench_router,
    plans_pages.router,
    retention_pages.router,
    labelling_pages.router,
)
ROUTERS = (*APIS, *PAGES)
