"""The reporting end."""

from lims.interop.desk import pages as desk
from lims.interop.notices import api as notices
from lims.release import api as release
from lims.reporting import api as reports
from lims.reporting import pages
from lims.reporting.capacity import api as capacities
from lims.reporting.capacity import pages as capacity

ROUTERS = (
    reports.router,
    capacities.router,
    release.integration_router,
    pages.router,
    capacity.router,
    notices.router,
    desk.router,
)
