"""Every table there is. A table that is not imported here does not exist; a test looks for those."""

from lims.catalog import tables as catalog
from lims.custody import tables as custody
from lims.deconvolution import tables as deconvolution
from lims.deconvolution.over import tables as over
from lims.deconvolution.plans import tables as plans
from lims.interop.notices import tables as notices
from lims.interop.subscribers import tables as subscribers
from lims.kernel.audit import tables as audit
from lims.kernel.auth import tables as auth
from lims.kernel.db import Base
from lims.kernel.imports import tables as imports
from lims.reporting.balances import tables as balances
from lims.reporting.diversion import tables as diversion
from lims.reporting.keeping import tables as keeping
from lims.reporting.pools import tables as pools
from lims.reporting.schedule import tables as schedule
from lims.reporting.walls import tables as walls
from lims.retention.forgetting import tables as forgetting
from lims.sampling.devices import tables as devices
from lims.sampling.labels import tables as labels
from lims.sampling.people import tables as people
from lims.sampling.printing import tables as printing
from lims.sampling.sync import tables as sync
from lims.testing.extraction import tables as extraction
from lims.testing.instruments import tables as instruments
from lims.testing.interpretation import tables as interpretation
from lims.testing.lots import tables as lots
from lims.testing.plates import tables as plates
from lims.testing.qc import tables as qc
from lims.testing.rejudging import tables as rejudging
from lims.testing.review import tables as review
from lims.testing.storage import tables as storage

TABLES = (
    catalog,
    custody,
    deconvolution,
    over,
    plans,
    notices,
    subscribers,
    balances,
    diversion,
    audit,
    auth,
    keeping,
    pools,
    schedule,
    walls,
    forgetting,
    imports,
    devices,
    labels,
    people,
    printing,
    sync,
    extraction,
    instruments,
    interpretation,
    lots,
    plates,
    qc,
    rejudging,
    review,
    storage,
)
METADATA = Base.metadata
