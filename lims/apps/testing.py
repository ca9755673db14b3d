"""The testing end."""

from lims.deconvolution import api as deconvolution
from lims.testing.accession import api as accession
from lims.testing.instruments import api as instruments
from lims.testing.interpretation import api as interpretation
from lims.testing.plates import api as plates
from lims.testing.review import api as review

ROUTERS = (accession.router, plates.router, instruments.router, interpretation.router, review.router, deconvolution.bench_router)
