"""The reporting end."""

from lims.release import api as release
from lims.reporting import api as reports
from lims.reporting import pages

ROUTERS = (reports.router, release.integration_router, pages.router)
