"""Settings: frozen, read once from the environment, prefix ``REPLENISH_``."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How this installation runs. Every field is an environment variable ``REPLENISH_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="REPLENISH_", frozen=True, extra="ignore")

    data_dir: Path = Field(Path("var/data"), description="SQLite file, Parquet runs, work port")
    database_url: str = Field("", description="SQLAlchemy URL; empty means SQLite in data_dir")
    redis_url: str = Field("", description="Redis or Valkey that wakes workers; empty means none")
    installation: str = Field(
        "pegline", pattern=r"^[A-Za-z0-9._-]{1,40}$", description="name among those on one Redis"
    )
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    secure_cookies: bool = Field(default=False, description="set to true behind HTTPS")
    session_hours: int = Field(12, ge=1)
    claim_lease_seconds: int = Field(900, ge=1, description="how long an ERP holds a claim")
    sweep_seconds: float = Field(1.0, gt=0, description="how often forgotten work is looked for")
    recompute_batch: int = Field(4000, ge=1, description="most keys recomputed in one pass")
    scenario_count: int = Field(2000, ge=200, description="demand scenarios per key")
    secrets_folder: str = Field("", description="connections' secrets; empty: data_dir/secrets")
    won_without_order_days: int = Field(14, ge=0, description="grace after a won window's end")
    open_past_window_days: int = Field(14, ge=0, description="grace after an open window's end")

    forecast_weeks: int = Field(13, ge=1, le=104, description="weeks told to planning systems")

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'pegline.db'}"

    @property
    def secrets_dir(self) -> Path:
        """Where the secrets of connected systems lie."""
        return Path(self.secrets_folder) if self.secrets_folder else self.data_dir / "secrets"

    @property
    def runs_dir(self) -> Path:
        """Where Parquet runs lie."""
        return self.data_dir / "runs"
