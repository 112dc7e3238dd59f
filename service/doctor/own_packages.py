"""Our top-level packages have everyday names; another distribution may bring the same ones.

``pip install rules`` would overwrite our ``rules/__init__.py`` without a word.
"""

import importlib
import importlib.metadata
from pathlib import Path

import service
from service.doctor.finding import Finding, Health

DISTRIBUTION = "pegline"
PACKAGES = ("adapters", "forecasting", "rules", "service")
_REMEDY = "Uninstall what brings this package and install Pegline anew into its own environment."


def examine_packages() -> list[Finding]:
    """One finding per package."""
    owners = importlib.metadata.packages_distributions()
    root = Path(service.__file__).parents[1]
    return [examine_package(name, root, owners.get(name, ())) for name in PACKAGES]


def examine_package(name: str, root: Path, owners: list[str] | tuple[str, ...]) -> Finding:
    """Package ``name`` must lie in ``root``, bear our mark and belong to no other distribution."""
    check = f"package {name}"
    foreign = sorted(set(owners) - {DISTRIBUTION})
    if foreign:
        detail = f"also brought by {', '.join(foreign)}"
        return Finding(check, Health.FAULT, detail, _REMEDY)
    try:
        package = importlib.import_module(name)
    except ImportError as error:
        return Finding(check, Health.FAULT, f"cannot be imported: {error}", _REMEDY)
    if getattr(package, "PRODUCT", None) != DISTRIBUTION:
        return Finding(check, Health.FAULT, f"{package.__file__} is not ours", _REMEDY)
    place = Path(str(package.__file__)).parents[1]
    if place != root:
        return Finding(check, Health.FAULT, f"lies in {place}, the others in {root}", _REMEDY)
    return Finding(check, Health.OK, "ours")
