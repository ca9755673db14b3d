"""What the server shows to whoever connects: looked at again every minute, so that a renewed certificate needs no restart."""

import logging
import os
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

from lims.apps.tls import authority
from lims.apps.tls.authority import Place
from lims.kernel import addresses, clock
from lims.kernel.settings import settings

log = logging.getLogger("lims")
# Set by `lims serve` for its server processes: "own", or the given certificate and key.
MODE_VARIABLE = "LIMS_SERVED_TLS"
NAMES_VARIABLE = "LIMS_SERVED_NAMES"
OWN = "own"
LOOK_SECONDS = 60


class Renewing:
    """An SSL context that makes itself anew when its files change; `renew` sees to it that they do."""

    def __init__(self, certificate: Path, key: Path, renew: Callable[[], object]) -> None:
        self.certificate, self.key, self.renew = certificate, key, renew
        self.looked_at = time.monotonic()
        self.lock = threading.Lock()
        renew()
        self.read_at = self.written_at()
        self.context = self.read()

    def written_at(self) -> tuple[int, int]:
        """When the files were written."""
        return self.certificate.stat().st_mtime_ns, self.key.stat().st_mtime_ns

    def read(self) -> ssl.SSLContext:
        """A context over the files as they are."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        context.sni_callback = self.exchange
        return context

    def exchange(self, connection: ssl.SSLObject, _name: str | None, _asked: ssl.SSLContext) -> None:
        """Called in every handshake: the newest certificate for this connection, too."""
        if time.monotonic() - self.looked_at > LOOK_SECONDS:
            self.look()
        connection.context = self.context

    def look(self) -> None:
        """Renew where it is time; a failure leaves what there was, and is tried again in a minute."""
        with self.lock:
            self.looked_at = time.monotonic()
            try:
                self.renew()
                if (written := self.written_at()) != self.read_at:
                    self.context, self.read_at = self.read(), written
            except (OSError, ValueError) as trouble:
                log.warning("the certificate is not renewed: %s", type(trouble).__name__)


def factory(_config: object, _default: object) -> ssl.SSLContext:
    """For uvicorn, in every server process: a context over the certificate that `lims serve` was told to use."""
    mode = os.environ.get(MODE_VARIABLE, OWN)
    if mode != OWN:
        certificate, _, key = mode.partition(os.pathsep)
        return Renewing(Path(certificate), Path(key), lambda: None).context
    place = Place.of(settings().data_dir)
    return Renewing(place.server, place.server, lambda: keep(place)).context


def keep(place: Place) -> bool:
    """Keep this machine's certificate; whether it is a new one."""
    also = os.environ.get(NAMES_VARIABLE, "").split()
    return authority.kept(place, addresses.names() | set(also), clock.now())


def own_authority(data_dir: Path) -> Path | None:
    """The certificate that phones have to install; None where the server needs none."""
    path = Place.of(data_dir).authority
    return path if os.environ.get(MODE_VARIABLE) == OWN and path.exists() else None
