"""The reporting end."""

from lims.release import api as release
from lims.reporting import api as reports

ROUTERS = (reports.router, release.integration_router)
