"""Options of every command by which an item leaves a desk."""

from __future__ import annotations

from collections.abc import Callable

import click


def leaving_options(function: Callable[..., None]) -> Callable[..., None]:
    """``--recipient --secret``."""
    named = click.option("--recipient", "name", default="", help="Desk: who gets it, as `consent` names them.")
    secret = click.option("--secret", is_flag=True, help="Desk: what is marked secret too, where the policy lets it.")
    return named(secret(function))
