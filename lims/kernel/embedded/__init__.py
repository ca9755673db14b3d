"""Our own PostgreSQL in the data folder, for a machine where nobody has set one up (POSIX systems: it rests on `flock`)."""

from lims.kernel.embedded.binaries import tool
from lims.kernel.embedded.errors import EmbeddedServerError
from lims.kernel.embedded.launcher import EmbeddedServer

__all__ = ["EmbeddedServer", "EmbeddedServerError", "tool"]
