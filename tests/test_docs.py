"""What the README promises is what there is."""

import re
from pathlib import Path

import click

from pressroom import cli
from pressroom.config import SETTINGS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def commands(group, prefix="pressroom"):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield f"{prefix} {name}"
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}"


def test_every_command_is_documented_and_no_other(app):
    cli.register(app)
    alembics = {f"pressroom db {name}" for name in app.cli.commands["db"].commands} - {
        "pressroom db upgrade",
        "pressroom db move",
    }
    ours = set(commands(app.cli)) - alembics

    assert set(re.findall(r"^\| `(pressroom [a-z -]+?)`", README, re.MULTILINE)) == ours


def test_every_setting_is_documented_with_its_default():
    documented = dict(re.findall(r"^\| `PRESSROOM_(\w+)` \| (.+?) \|", README, re.MULTILINE))

    assert documented == {
        name: f"`{setting.default}`" if setting.default else "(none)" for name, setting in SETTINGS.items()
    }


def test_every_make_target_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()) - {"packages"}

    assert set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE)) == targets


def test_every_file_that_the_documents_name_exists():
    for document in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / document).read_text()):
            assert (document, target, (ROOT / target).exists()) == (document, target, True)
