"""Who reads prevalences: health officials and administrators, of their own lab or site where they are bound to one."""

from typing import Annotated

from lims.kernel.auth.door import Work, allow
from lims.kernel.auth.rules import Role
from lims.kernel.db import Access

Reader = Annotated[Work, allow(Role.OFFICIAL, Role.ADMIN, using=Access.REPORTS)]
