"""The sampling end."""

from lims.deconvolution import api as deconvolution
from lims.release import api as release
from lims.sampling.boxes import api as boxes
from lims.sampling.collection import api as collection
from lims.sampling.labels import api as labels
from lims.sampling.sync import api as sync

ROUTERS = (sync.router, collection.router, labels.router, boxes.router, deconvolution.field_router, release.person_router)
