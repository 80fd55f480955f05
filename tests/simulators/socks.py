"""The SOCKS trap as the tests know it; it lives in ``faults``."""

from tests.simulators.faults.socks import IPV4, NAME, REFUSED, Socks, serve

__all__ = ["IPV4", "NAME", "REFUSED", "Socks", "serve"]
