"""Pure decisions of the embedded server: its settings, its command lines, the sentences for its failures. No I/O."""

import re
from pathlib import Path
from urllib.parse import quote

ROLE = "lims"
DATABASE = "lims"
PORT = 5432  # only a part of the socket's name; written out everywhere because a PGPORT in the environment would change it

# A socket address holds 104 bytes on macOS and 108 on Linux, the final zero included.
LONGEST_SOCKET_PATH_BYTES = 99

# The empty cluster takes 40 MB and its write-ahead log starts with 16 MB; below this the first working day cannot be kept.
LEAST_FREE_BYTES = 200 * 1024 * 1024

# What neither a shell nor a configuration line takes literally, and pg_ctl passes its -D through a shell.
UNSPEAKABLE = re.compile(r"""["'`$\\\n\r]""")

BUILTIN_LOCALES_SINCE = 17

SETTINGS: dict[str, str] = {
    # reached through the socket only
    "listen_addresses": "''",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    # an acknowledged sample is on disk
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # sizes for two cores; a later ALTER SYSTEM wins over these
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "max_connections": "200",
    "max_locks_per_transaction": "256",
    "max_wal_size": "4GB",
    "checkpoint_completion_target": "0.9",
    # a standby that stays away must not fill the disk; who was away longer is copied anew
    "max_slot_wal_keep_size": "16GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # one language and one clock for every machine
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    # a week of log files, each overwritten after seven days
    "logging_collector": "on",
    "log_destination": "'stderr'",
    "log_directory": "'log'",
    "log_filename": "'postgresql-%a.log'",
    "log_file_mode": "0600",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_line_prefix": "'%m [%p] '",
    # Personal data never reaches a log. Statements and parameters are the known ways; but an error's own text also quotes values
    # (`invalid input syntax for type date: "…"`), and its detail quotes whole rows. The client is told all of it, the log nothing:
    # errors of statements are below `log`, the server's own news (start, recovery, checkpoints, crashes) is not.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def settings_text(socket_folder: Path, *, lz4: bool) -> str:
    """The configuration file of our settings, which `postgresql.conf` includes."""
    # Without lz4 PostgreSQL compresses by itself: 50 µs of the processor for a page, and pages of random keys come out as large as before.
    settings = SETTINGS | {"unix_socket_directories": f"'{socket_folder}'", "wal_compression": "lz4" if lz4 else "off"}
    lines = [f"{name} = {value}" for name, value in settings.items()]
    return "\n".join(["# Written anew at every start of the server. Use ALTER SYSTEM to change a setting for good.", *lines, ""])


def initdb_arguments(major: int, folder: Path, password_file: Path, *, c_utf8_locale: bool) -> list[str]:
    """What initdb is told. The order of texts is by code point everywhere, so that no system upgrade can damage an index.

    The built-in provider came with PostgreSQL 17; before, the system's C.UTF-8 orders the same way, and plain C too, which
    merely leaves letters beyond ASCII as they are in `lower()`.
    """
    if major >= BUILTIN_LOCALES_SINCE:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        locale = ["--locale=C.UTF-8" if c_utf8_locale else "--locale=C"]
    account = [f"--username={ROLE}", "--auth=scram-sha-256", f"--pwfile={password_file}"]
    return [f"--pgdata={folder}", "--encoding=UTF8", *locale, *account, "--data-checksums"]


def url_of(password: str, socket_folder: Path) -> str:
    """The address of the database for SQLAlchemy with psycopg."""
    return f"postgresql+psycopg://{ROLE}:{quote(password, safe='')}@/{DATABASE}?host={quote(str(socket_folder))}&port={PORT}"


def slot_of(name: str) -> str:
    """What keeps the write-ahead log for a standby of this name; slots know only small letters, digits and underscores."""
    return "lims_" + re.sub(r"[^a-z0-9_]", "_", name.lower())[:50]


def can_hold_socket(folder: Path) -> bool:
    """Whether a socket in this folder has an address short enough, without the comma by which libpq separates several hosts."""
    path = str(folder / f".s.PGSQL.{PORT}")
    return len(path.encode()) <= LONGEST_SOCKET_PATH_BYTES and "," not in path and not UNSPEAKABLE.search(path)


def major_of(version_line: str) -> int:
    """18 of "postgres (PostgreSQL) 18.6"; 0 where the line names no version."""
    found = re.search(r"\(PostgreSQL\) (\d+)", version_line)
    return int(found[1]) if found else 0


def may_pass_soon(output: str) -> bool:
    """Whether a start failed only because the last server, killed, has not left altogether: its memory or its lock is still held."""
    return "pre-existing shared memory block" in output or 'lock file "postmaster.pid" already exists' in output


def failure(doing: str, folder: Path, output: str) -> str:
    """The sentence for a failed initdb or start: the reasons we know by name, else the last lines of what the program said."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return f"The disk that holds {folder} is full: {doing} failed. Make room (at least {LEAST_FREE_BYTES >> 20} MB), then try again."
    if "could not create shared memory" in output or "could not map anonymous shared memory" in output:
        return f"This machine has too little memory free to start the database in {folder}. Stop other programs, then try again."
    last = " / ".join(line.strip() for line in output.splitlines() if line.strip())[-800:]
    return f"{doing} failed in {folder}. PostgreSQL says: {last or 'nothing'}"


def other_version(folder: Path, theirs: str, binaries: Path, ours: int) -> str:
    """The sentence where the cluster was made by another major version than the binaries at hand."""
    return (
        f"The database in {folder} was made by PostgreSQL {theirs}, but the binaries in {binaries} are version {ours}. "
        f"Set LIMS_POSTGRES_BIN to the bin folder of a PostgreSQL {theirs}, or restore a backup into a fresh data folder."
    )
