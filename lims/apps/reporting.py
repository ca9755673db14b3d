"""The reporting end."""

from lims.release import api as release

ROUTERS = (release.integration_router,)
