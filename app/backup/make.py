"""`redress backup`: the whole database at one instant, in one file, while servers and workers go on."""

from __future__ import annotations

from pathlib import Path

from app.backup import postgresql_tools, sqlite_copy
from app.backup.file_made import file_made
from app.existing import require_file
from app.settings import Settings
from storage import engines, migrate


def back_up(settings: Settings, file: Path) -> str:
    """Write the backup and return what to say of it.

    Raises NoDatabase, StoreError, ValueError where `file` is there already; then there is no file.
    """
    require_file(settings)
    url = engines.store_url(settings.database_url)
    source = engines.sqlite_file(settings.database_url)
    with file_made(file) as place:
        if source is not None:
            sqlite_copy.copy(source, place)
        else:
            postgresql_tools.dump(url, place)
        size = place.stat().st_size
    revision = migrate.current(settings.database_url)
    return (
        f"{file}: {size / 1_000_000:.1f} MB, revision {revision or 'none'}, readable by this user only. It holds what"
        " people have told: keep it as safe as the database. Beside it keep bpmn/ with posts and calendars, and the"
        " settings."
    )
