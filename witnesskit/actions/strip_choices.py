"""What a policy decides of copies made of plain files."""

from __future__ import annotations

from witnesskit.media_model import StripChoices
from witnesskit.policy import decide, load


def choices_of(policy_name: str) -> StripChoices:
    """Of a shipped policy or policy file, the default one if empty; raises NoSuchPolicy or BadPolicy."""
    return decide.strip_choices(load.find(policy_name or load.DEFAULT))
