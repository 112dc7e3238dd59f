"""replenish: each command is a file of this folder, listed here.

A command's file is loaded when the command is used: ``doctor`` must be able to speak when another
part cannot even be imported, and nobody waits for parts that the command does not need.
"""

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = (
    "demo",
    "serve",
    "work",
    "recompute",
    "proposals",
    "explain",
    "replay",
    "company",
    "keys",
    "connect",
    "deliveries",
    "people",
    "policies",
    "forecasts",
    "data",
    "import",
    "migrate",
    "doctor",
    "version",
)
"""``name`` is the function, or the group, ``name`` in ``service/cli/name.py``."""

_ELSEWHERE = {"import": ("import_files", "take_files")}
"""Commands whose name is a word of Python's own: their file and function."""


class Commands(TyperGroup):
    """The commands by name, each loaded on demand."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """All names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """The command ``cmd_name``; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        file, function = _ELSEWHERE.get(cmd_name, (cmd_name, cmd_name))
        part = getattr(importlib.import_module(f"service.cli.{file}"), function)
        if not isinstance(part, typer.Typer):
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(part)
            part = single
        return typer.main.get_command(part)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what is wrong with the surroundings is said, not dumped."""
        try:
            return super().invoke(ctx)
        except Exception as fault:
            said = _sentence_for(fault)
            if not said:
                raise
            typer.echo(said, err=True)
            raise typer.Exit(1) from fault


def _sentence_for(fault: Exception) -> str:
    try:
        from service.cli.trouble import sentence_for  # noqa: PLC0415  needs what may be missing
    except ImportError:
        return ""
    return sentence_for(fault)


app = typer.Typer(
    name="replenish",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # a traceback must not show keys or passwords
)


@app.callback()
def _replenish() -> None:
    """Pegline turns demand signals into explained requisition proposals."""


if __name__ == "__main__":
    app()
