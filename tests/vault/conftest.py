import pytest

from tests.vault.cells import desk_vault


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    """A desk vault that no test changes: (vault, keyring, offline seeds)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("witnesskit.limits.SCRYPT_LOG_N", 10)
        yield desk_vault(tmp_path_factory.mktemp("desk"))


@pytest.fixture(autouse=True)
def small_work_factor(monkeypatch):
    monkeypatch.setattr("witnesskit.limits.SCRYPT_LOG_N", 10)
