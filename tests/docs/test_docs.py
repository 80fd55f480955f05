"""The documents cannot drift: commands, errors, README blocks and rules of the house are compared with the code.

Regenerate docs/commands.md and docs/errors.md with: WITNESSKIT_REGENERATE=1 python -m pytest tests/docs -n0
"""

import ast
import os
import re
from pathlib import Path

import click
import pytest

from tests.errors.test_tree import leaves
from witnesskit.cli.main import program
from witnesskit.cli.registry import VERBS, load
from witnesskit.errors import ExitStatus

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ROOT / "docs" / "commands.md"
ERRORS = ROOT / "docs" / "errors.md"

STATUS_WORDS = {
    ExitStatus.DONE: "done",
    ExitStatus.BUG: "our bug; type and place are printed, nothing else",
    ExitStatus.USAGE: "the command was called wrongly",
    ExitStatus.PARTIAL: "partial or queued: a part the policy requires is missing, or a mixed batch",
    ExitStatus.NOTHING_SAVED: "nothing saved (gone, blocked, unknown)",
    ExitStatus.REFUSED: "refused by policy",
    ExitStatus.INCOMPLETE: "incomplete for the profile",
    ExitStatus.CHANGED: "CHANGED",
    ExitStatus.CANNOT_TELL: "cannot tell: unknown signer, missing key or part, not for us, UNKNOWN",
    ExitStatus.LOCKED: "locked or wrong passphrase",
    ExitStatus.STORAGE: "storage: no room, disk error",
    ExitStatus.NETWORK: "network or proxy not up, nothing sent",
    ExitStatus.NEWER_FORMAT: "written by a newer witnesskit",
    ExitStatus.INTERRUPTED: "interrupted, nothing lost",
}


def help_of(*path: str) -> str:
    command = program
    width = {"max_content_width": 100, "terminal_width": 100}
    context = click.Context(command, info_name="witnesskit", **program.context_settings, **width)
    for word in path:
        command = command.get_command(context, word)
        context = click.Context(command, info_name=word, parent=context, **width)
    return context.get_help()


def every_command():
    for verb in VERBS:
        command = load(verb)
        yield (verb,), command
        if isinstance(command, click.Group):
            for name, child in command.commands.items():
                yield (verb, name), child


def commands_page() -> str:
    parts = [MACHINE_PART, "## witnesskit\n\n```\n" + help_of() + "\n```\n"]
    parts += [f"## witnesskit {' '.join(path)}\n\n```\n{help_of(*path)}\n```\n" for path, _ in every_command()]
    return "\n".join(parts)


MACHINE_PART = """# Commands

Human text goes to stderr, data to stdout. This page is compared with the program by a test.

## Exit status

| status | meaning |
|---|---|
{statuses}

Treat a status that is not in this table as a failure.

## Machine output

`--json` prints one object to stdout at the end:
`{{"schema":"witnesskit.cli/1","command","ok","exit_code","state","items":[],"counts":{{}},"warnings":[{{"code","message"}}],
"errors":[{{"code","item","message","next"}}]}}`, and what a command adds. Codes are stable and never translated.
""".format(statuses="\n".join(f"| {int(status)} | {words} |" for status, words in STATUS_WORDS.items()))


def errors_page() -> str:
    rows = "\n".join(f"| `{leaf.code}` | {int(leaf.status)} | {leaf.message} | {leaf.hint} |" for leaf in leaves())
    return (
        "# Errors\n\nEvery refusal: its stable code, exit status, message and hint. "
        "This page is compared with the code by a test.\n\n"
        f"| code | status | message | hint |\n|---|---|---|---|\n{rows}\n"
    )


@pytest.mark.parametrize(("path", "page"), [(COMMANDS, commands_page), (ERRORS, errors_page)])
def test_the_page_says_what_the_code_does(path, page):
    if os.environ.get("WITNESSKIT_REGENERATE") == "1":
        path.write_text(page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page()


def test_every_status_has_its_words():
    assert set(STATUS_WORDS) == set(ExitStatus)


def test_the_registry_holds_each_commands_own_help_line():
    for verb, line in VERBS.items():
        assert load(verb).help.splitlines()[0] == line


def test_every_option_has_a_help_text():
    for path, command in every_command():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (path, parameter.name)


def test_commands_of_the_readme_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines = re.findall(r"^witnesskit (.+)$", blocks, re.MULTILINE)
    assert len(lines) > 10
    for line in lines:
        words = line.split("#")[0].split()
        command = load(words[0])
        if isinstance(command, click.Group):
            command = command.commands[words[1]]
        known = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_files_and_functions_keep_their_budgets():
    over = []
    for path in sorted((ROOT / "witnesskit").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if source.count("\n") > 400:
            over.append(f"{path.name}: more than 400 lines")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and length(node) > 50:
                over.append(f"{path.name}:{node.lineno} {node.name}: more than 50 lines")
    assert over == []


def length(node: ast.FunctionDef) -> int:
    documented = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
    start = node.body[1].lineno if documented and len(node.body) > 1 else node.lineno
    return node.end_lineno - start + 1


def test_no_drawer_is_called_utils():
    names = {path.stem for path in (ROOT / "witnesskit").rglob("*")}
    assert not names & {"utils", "helpers", "misc", "base", "manager"}
