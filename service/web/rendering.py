"""Templates to HTML: escaping is always on, a misspelt name is an error."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from service.web import wording
from service.web.reasons import reason
from service.web.static_files import static_url


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(static_url=static_url)
    environment.filters.update({spell.__name__: spell for spell in wording.FILTERS})
    environment.filters["reason"] = reason
    environment.globals["parts"] = environment.get_template("parts.html").module
    return environment


_templates = _environment()


def render(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The page as a response."""
    return HTMLResponse(_templates.get_template(template).render(**values), status)
