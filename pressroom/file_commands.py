"""`pressroom files …`: what is stored goes to another folder or bucket, and is compared there."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

import click
from flask import current_app
from flask.cli import with_appcontext

from pressroom import storage
from pressroom.database import db
from pressroom.storage import File, Missing

AT_ONCE = 8  # files on their way
OFTEN = 500


class Fate(StrEnum):
    COPIED = "copied"
    THERE = "there"
    MISSING = "missing"
    UNLIKE = "unlike what was copied"


@click.group("files")
def files_group() -> None:
    """Where uploads and kits are stored."""


@files_group.command("move")
@click.option("--to", "url", required=True, metavar="ADDRESS", help="As PRESSROOM_STORAGE_URL has it.")
@with_appcontext
def move(url: str) -> None:
    """Copy every file that the database names from where PRESSROOM_STORAGE_URL says to ADDRESS, and compare each byte.

    The office may work meanwhile, nothing is deleted, and it can be run again: what is there already is only compared.
    Exit status 1 when a file is missing, or arrived otherwise than it left."""
    try:
        source, target = storage.store(), storage.at(url, current_app.config["DATA_DIR"])
    except ValueError as unfit:
        raise click.BadParameter(str(unfit), param_hint="--to") from unfit
    wanted = sorted(storage.keys())
    db.session.rollback()  # it may take hours, and what was read is of no more use
    try:
        fates = _copy_all(source, target, wanted)
        strays = sum(file.key not in fates for file in source.files())
    except OSError as failure:
        raise click.ClickException(f"{failure}. Run it again: it goes on where it ended.") from failure
    counts, still = Counter(fates.values()), storage.keys()
    click.echo(f"{counts[Fate.COPIED]} copied, {counts[Fate.THERE]} there already, all compared.")
    click.echo(f"{strays} that no row names stay behind.")
    wrong = [key for key, fate in fates.items() if fate in (Fate.MISSING, Fate.UNLIKE) and key in still]
    for key in wrong:
        click.echo(f"{key} is {fates[key]}.", err=True)
    if wrong:
        raise SystemExit(1)
    click.echo(
        f"Now set PRESSROOM_STORAGE_URL={url} wherever Pressroom runs, and restart it. Then run this once more with"
    )
    click.echo("the setting as it was before, for what was stored meanwhile.")


def _copy_all(source, target, keys: list[str]) -> dict[str, Fate]:
    """What became of each; raises OSError when one of the two cannot be used."""
    fates: dict[str, Fate] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for key, fate in zip(keys, pool.map(lambda key: _copied(source, target, key), keys), strict=True):
            fates[key] = fate
            if len(fates) % OFTEN == 0:
                click.echo(f"{len(fates)} of {len(keys)}")
    return fates


def _copied(source, target, key: str) -> Fate:
    try:
        file = source.find(key)
        digest = file.digest()
    except Missing:  # what was stored since the setting was changed is only there
        return Fate.THERE if _found(target, key) else Fate.MISSING
    if _is_like(_found(target, key), file, digest):
        return Fate.THERE
    target.put(key, file.pieces())
    if _is_like(_found(target, key), file, digest):
        return Fate.COPIED
    target.delete(key)
    return Fate.UNLIKE


def _found(target, key: str) -> File | None:
    try:
        return target.find(key)
    except Missing:
        return None


def _is_like(copy: File | None, file: File, digest: str) -> bool:
    return copy is not None and copy.size == file.size and copy.digest() == digest
