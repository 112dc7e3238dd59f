"""What stops a command, in one sentence: the person at the terminal is no programmer."""

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

_NOT_MIGRATED = ("no such table", "no such column", "does not exist")


def sentence_for(fault: BaseException) -> str:
    """What to say of a fault of the surroundings; empty where it may be our own."""
    if isinstance(fault, ValidationError) and fault.title == "Settings":
        found = fault.errors(include_url=False, include_input=False)[0]
        return f"REPLENISH_{str(found['loc'][0]).upper()} cannot be used: {found['msg']}."
    if isinstance(fault, ArgumentError | NoSuchModuleError):
        return "REPLENISH_DATABASE_URL is no address of a database that we know."
    if isinstance(fault, DBAPIError):
        return _of_database(str(fault.orig).strip())
    if isinstance(fault, OSError) and fault.filename is not None:
        return f"{fault.filename} cannot be used: {fault.strerror}."
    return ""


def _of_database(said: str) -> str:
    if "database is locked" in said:
        return "The database is busy; nothing was changed. Try again in a moment."
    first = said.partition("\n")[0]
    if any(sign in said for sign in _NOT_MIGRATED):
        return f"The database is not at this release's schema ({first}). Run 'replenish migrate'."
    return f"The database cannot be used: {first}"
