"""``disclose``: prove single facts of an item, withhold the rest."""

from __future__ import annotations

from witnesskit.actions.audience_policy import audience_policy
from witnesskit.actions.disclose_court import court_fields, disclose_court
from witnesskit.actions.disclose_public import disclose_public, public_fields
from witnesskit.actions.disclosed import Disclosed, DiscloseWish, Fields, check_folder
from witnesskit.actions.item_files import ItemFiles, chosen, read_item
from witnesskit.actions.may_leave import Leaving, demand_may_leave
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.session import Session
from witnesskit.errors.actions import NoSuchField
from witnesskit.model import Audience, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.keyring import desk_identities
from witnesskit.vault.layout import Vault


def disclose(vault: Vault, passphrase: str, wish: DiscloseWish) -> Disclosed:
    """Write the proofs; raises WrongVaultKind, NoFolder, CloudFolder, NoSuchField, FieldWithheld, NotForThePublic,
    and what ``demand_may_leave`` raises.
    """
    layout.demand(vault, VaultKind.DESK)
    check_folder(wish.out, Audience(wish.audience))
    if not wish.fields:
        raise NoSuchField("none was named")
    policy = audience_policy(vault, Audience(wish.audience))
    with open_for_saving(vault, passphrase) as session:
        item = _item(session, wish.item)
        leaving = Leaving(frozenset({"record"}), wish.recipient, wish.secret)
        demand_may_leave(session, policy, [item.item], leaving)
        if policy.rules.policy_audience is Audience.PUBLIC:
            return disclose_public(session, policy, item, wish)
        return disclose_court(session, policy, item, wish)


def list_fields(vault: Vault, passphrase: str, short: str, audience: str) -> Fields:
    """What the log holds of an item, and what may leave; nothing is logged. Raises as ``disclose``."""
    layout.demand(vault, VaultKind.DESK)
    policy = audience_policy(vault, Audience(audience))
    with open_for_saving(vault, passphrase) as session:
        item = _item(session, short)
        if policy.rules.policy_audience is Audience.PUBLIC:
            return public_fields(policy, item)
        return court_fields(session, policy, item)


def _item(session: Session, short: str) -> ItemFiles:
    (item,) = chosen(session.state, [short])
    identities = desk_identities(session.keyring) if session.keyring else ()
    return read_item(session.vault, session.state, item, identities)
