"""What all inputs of a recommendation have in common."""

from pydantic import BaseModel, ConfigDict


class Input(BaseModel):
    """Base of all inputs: immutable, closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
