"""Refusals of the policy room."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class BadPolicy(WitnesskitError):
    """A policy file has an unknown, missing or wrongly typed key; nothing is guessed."""

    code = "POLICY-FILE"
    status = ExitStatus.REFUSED
    message = "this policy file cannot be followed"
    hint = "nothing was done; run witnesskit policy lint FILE to see every fault at once"


class NoSuchPolicy(WitnesskitError):
    """No policy of that name is shipped."""

    code = "POLICY-NAME"
    status = ExitStatus.USAGE
    message = "there is no policy of this name"
    hint = "nothing was done; witnesskit policy show lists the names, or give the path of a TOML file"


class PolicyLoosens(WitnesskitError):
    """An offered policy would allow what the present one refuses; ``detail`` names the keys."""

    code = "POLICY-LOOSENS"
    status = ExitStatus.REFUSED
    message = "the offered policy is looser than the one in force"
    hint = "the policy in force was kept; ask the desk for an invite that only tightens"


class PolicyConflict(WitnesskitError):
    """Two policies for different audiences have no common stricter form."""

    code = "POLICY-AUDIENCE"
    status = ExitStatus.REFUSED
    message = "the policy was written for another audience"
    hint = "nothing left this vault; choose the policy made for this audience"


class DeviceKeepsTraces(WitnesskitError):
    """Swap, hibernation or an index would keep what the policy wants nowhere; ``detail`` names them."""

    code = "DEVICE-TRACES"
    status = ExitStatus.REFUSED
    message = "the policy wants a computer that keeps nothing by itself"
    hint = "nothing was saved; `witnesskit doctor` says for each what to switch off"


class RefusedByPolicy(WitnesskitError):
    """A decision said no; ``detail`` is the key of the policy that decided."""

    code = "POLICY-REFUSES"
    status = ExitStatus.REFUSED
    message = "the policy does not allow this"
    hint = "nothing left this vault; witnesskit policy show prints the rule, and why it stands"
