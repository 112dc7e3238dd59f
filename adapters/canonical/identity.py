"""Who says so: the identity that every canonical object carries."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from adapters.canonical.calendar import Moment

Code = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
"""A key as people write it on paper: item number, location code, account number."""

Text = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
    ),
]


class Canonical(BaseModel):
    """Base of all canonical objects: immutable, closed, exact."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class SourceRef(Canonical):
    """Where an object comes from and which of its versions this is."""

    system: Code = Field(description="the outside system, for example 'erp' or 'crm'")
    native_id: Code = Field(description="the object's id in that system")
    external_key: Code | None = Field(None, description="the key we gave to that system, if any")
    version_token: Code | None = Field(None, description="the system's own version of the object")
    changed_at: Moment | None = Field(None, description="when the system last changed it")
