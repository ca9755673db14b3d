"""The sampling end."""

from lims.deconvolution import api as deconvolution
from lims.deconvolution import pages as deconvolution_pages
from lims.release import api as release
from lims.release import pages as release_pages
from lims.sampling.boxes import api as boxes
from lims.sampling.boxes import pages as boxes_pages
from lims.sampling.camera import api as camera
from lims.sampling.collection import api as collection
from lims.sampling.collection import pages as collection_pages
from lims.sampling.collection import receipts
from lims.sampling.devices import api as devices
from lims.sampling.devices import pages as devices_pages
from lims.sampling.handovers import api as handovers
from lims.sampling.handovers import pages as handovers_pages
from lims.sampling.labels import api as labels
from lims.sampling.labels import pages as labels_pages
from lims.sampling.printing import api as printing
from lims.sampling.printing import pages as printing_pages
from lims.sampling.roster import api as roster
from lims.sampling.roster import pages as roster_pages
from lims.sampling.sync import api as sync
from lims.sampling.sync import pages as sync_pages

# The first two are called by thousands at once; every route that stands before another is looked at first.
APIS = (
    sync.router,
    release.person_router,
    devices.router,
    collection.router,
    receipts.router,
    roster.router,
    labels.router,
    printing.router,
    boxes.router,
    handovers.router,
    camera.router,
    deconvolution.field_router,
)
PAGES = (
    collection_pages.router,
    roster_pages.router,
    deconvolution_pages.field_router,
    boxes_pages.router,
    handovers_pages.router,
    labels_pages.router,
    printing_pages.router,
    devices_pages.router,
    sync_pages.router,
    release_pages.router,
)
ROUTERS = (*APIS, *PAGES)
