"""All checks, in the order in which one would mend them."""

from service.context import ServiceContext
from service.doctor.connected_systems import examine_connected
from service.doctor.finding import Finding
from service.doctor.own_packages import examine_packages
from service.doctor.redis_server import examine_redis
from service.doctor.stores import examine_stores
from service.doctor.surroundings import examine_surroundings


def examine(context: ServiceContext) -> list[Finding]:
    """Every finding about this installation."""
    return [
        *examine_packages(),
        *examine_surroundings(context.settings),
        *examine_redis(context.settings),
        *examine_stores(context),
        *examine_connected(context),
    ]
