"""The reporting end."""

from lims.deconvolution import api as cases
from lims.interop.desk import pages as desk
from lims.interop.notices import api as notices
from lims.interop.subscribers import api as subscribers
from lims.interop.subscribers import pages as subscriber_pages
from lims.release import api as release
from lims.reporting import api as reports
from lims.reporting import pages
from lims.reporting.accounting import api as account_api
from lims.reporting.accounting import pages as account
from lims.reporting.capacity import api as capacities
from lims.reporting.capacity import pages as capacity
from lims.reporting.casework import api as casework
from lims.reporting.casework import pages as casework_pages
from lims.reporting.day import api as day
from lims.reporting.diversion import api as diversions
from lims.reporting.diversion import pages as diversion
from lims.reporting.metrics import api as metrics
from lims.reporting.planning import api as plans
from lims.reporting.planning import pages as planning
from lims.reporting.prevalence import api as prevalences
from lims.reporting.prevalence import pages as prevalence
from lims.reporting.rounds import api as rounds_api
from lims.reporting.rounds import pages as rounds
from lims.reporting.schedule import api as schedule_api
from lims.reporting.schedule import pages as schedule
from lims.reporting.several import api as several
from lims.reporting.tomorrow import api as outlook
from lims.reporting.tomorrow import pages as tomorrow
from lims.reporting.walls import api as walls_api
from lims.reporting.walls import pages as walls

ROUTERS = (
    reports.router,
    day.router,
    several.router,
    metrics.router,
    capacities.router,
    rounds_api.router,
    account_api.router,
    account.router,
    outlook.router,
    prevalences.router,
    plans.router,
    casework.router,
    casework_pages.router,
    diversions.router,
    release.integration_router,
    cases.authority_router,
    pages.router,
    schedule.router,
    schedule_api.router,
    capacity.router,
    rounds.router,
    tomorrow.router,
    diversion.router,
    prevalence.router,
    planning.router,
    walls_api.router,
    walls.router,
    notices.router,
    desk.router,
    subscribers.router,
    subscriber_pages.router,
)
