"""``doctor``, as a person runs it: anywhere, on a field device, at a desk."""

from __future__ import annotations

import re


def test_anywhere_it_looks_at_the_installation_alone(folder):
    ran = folder.ok("doctor")
    lines = [line for line in ran.out.splitlines() if not line.startswith(" ")]
    assert all(re.fullmatch(r"(ok|look|bad) +\S.*", line) for line in lines) and len(lines) >= 6
    assert "no vault was found here" in ran.out and "bad " not in ran.out


def test_a_vault_that_is_named_and_not_there_is_a_refusal(folder):
    assert folder.run("doctor", "--vault", "nowhere", "--json").codes() == ["NO-VAULT"]


def test_on_a_field_device_it_names_no_place_and_no_log(folder):
    ran = folder.ok("doctor", "--vault", "field")
    origin = re.search(r'origin = "([^"]+)"', (folder.path / "field" / "vault.toml").read_text())[1]
    assert "field vault" in ran.out and origin not in ran.both and str(folder.path) not in ran.both
    assert "authorities" not in ran.out and "drill" not in ran.out


def test_the_machine_reads_states_counts_and_steps(folder):
    found = folder.run("doctor", "--vault", "field", "--json").json()
    assert found["counts"]["ok"] + found["counts"]["look"] + found["counts"]["bad"] == len(found["checks"])
    assert all(set(one) == {"name", "state", "sentence", "next"} for one in found["checks"])
    assert found["state"] in ("ok", "look")


def test_something_bad_ends_with_6_and_names_the_step(own):
    (own.path / "field" / "policies" / "protect-filmer.toml").write_text("[policy]\n")
    ran = own.run("doctor", "--vault", "field")
    assert ran.status == 6 and re.search(r"^bad +policy", ran.out, re.MULTILINE) and "next: " in ran.out


def test_the_program_is_checked_anywhere_and_a_field_device_logs_nothing(folder):
    log = folder.path / "field" / "custody" / "log.jsonl"
    before = log.read_bytes()
    ran = folder.ok("doctor", "--validate", "--vault", "field", "--json")
    found = ran.json()
    assert found["counts"]["vectors"] == found["counts"]["passed"] > 300
    assert found["logged"] is False and found["problems"] == [] and log.read_bytes() == before


def test_a_desk_logs_that_the_program_was_checked_and_then_knows_it(own):
    log = own.path / "desk" / "custody" / "log.jsonl"
    before = log.read_bytes().count(b"\n")
    found = own.desk("doctor", "--validate", "--json").json()
    assert found["logged"] is True and log.read_bytes().count(b"\n") == before + 1
    assert b'"type":"check"' in log.read_bytes().splitlines()[-1]
    assert re.search(r"^ok +last validation +.*passed \d+ of \d+ vectors", own.desk("doctor").out, re.MULTILINE)


def test_a_desk_asks_for_its_passphrase_before_it_checks(folder):
    ran = folder.run("doctor", "--validate", "--vault", "desk", "--json")
    assert (ran.status, ran.codes()) == (2, ["NEEDS-ANSWER"])
