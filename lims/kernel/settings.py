"""Configuration from the environment or `.env`; every name starts with `LIMS_`."""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_FILE = "secret.key"  # noqa: S105 - the name of the file, not its content


def default_data_dir() -> Path:
    """Where a program without configuration keeps its database and keys."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "lims"


class Settings(BaseSettings):
    """What an operator may set. Nothing here changes what is right or wrong in the lab; that is the catalogue's."""

    model_config = SettingsConfigDict(env_prefix="LIMS_", env_file=".env", extra="ignore")

    database_url: str | None = None
    standby_url: str | None = None
    pooler_url: str | None = None
    report_seconds: float = 20
    report_at: str = ""
    report_folder: Path | None = None
    report_mail: str = ""
    report_languages: str = "both"
    report_files: str = "pdf,xlsx"
    data_dir: Path = default_data_dir()
    secret_key: str | None = None
    timezone: str = "Asia/Shanghai"
    label_templates: Path | None = None
    request_threads: int = 16
    request_queue: int = 1000
    token_hours: float = 12
    sign_in_failures: int = 10
    sign_in_window_minutes: int = 15
    result_lookup_failures: int = 10
    public_url: str | None = None
    webhook_networks: str = ""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_starttls: bool = True
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = "lims@localhost"
    forwarded_allow_ips: str = "127.0.0.1"
    log_level: str = "warning"

    @field_validator("timezone")
    @classmethod
    def known_timezone(cls, name: str) -> str:
        """An IANA time zone: without it no report knows when a day begins."""
        try:
            return ZoneInfo(name).key
        except (OSError, ValueError, KeyError):
            raise ValueError(f"{name} is no time zone like Asia/Shanghai") from None

    @field_validator("database_url", "standby_url", "pooler_url")
    @classmethod
    def of_postgresql(cls, url: str | None) -> str | None:
        """An address of PostgreSQL, never repeated: it may hold a password."""
        if url and not url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")):
            raise ValueError("an address begins with postgresql://")
        return url

    def secret(self) -> bytes:
        """The key everything else is derived from: given, or made once and kept beside the data."""
        if self.secret_key:
            return self.secret_key.encode()
        path = self.data_dir / SECRET_FILE
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Written aside and linked into place, so that two programs that start at once agree on one key.
            fresh = self.data_dir / f"{SECRET_FILE}.{os.getpid()}"
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_hex(32))
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_bytes()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
