"""``make chaos``: two servers on one database of their own, thousands of keys, a hundred kills."""

import sys
import tempfile
from pathlib import Path

import anyio
import click

from tests.chaos.figures import Figures
from tests.chaos.run import Plan, run
from tests.databases import NoPostgres, postgres_database


def _progress(message: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{message}\x1b[K", nl=False, err=True)


def _run(plan: Plan) -> Figures:
    figures = anyio.run(run, plan, _progress)
    _progress("")
    return figures


@click.command()
@click.option("--keys", default=10_000, show_default=True, help="Number of calls to request.")
@click.option("--kills", default=120, show_default=True, help="How often a server is killed.")
@click.option("--workers", default=24, show_default=True, help="Keys requested at a time.")
@click.option("--seed", default=1, show_default=True, help="Seed of the faults.")
@click.option("--sqlite", is_flag=True, help="One SQLite file instead of PostgreSQL.")
@click.option("--apart", is_flag=True, help="A SQLite file for each server: now every figure must be bad.")
def main(keys: int, kills: int, workers: int, seed: int, *, sqlite: bool, apart: bool) -> None:
    """Request calls from servers that are killed, on a platform that fails, and count the calls that were placed."""
    with tempfile.TemporaryDirectory(prefix="sinch-voice-chaos-") as directory:
        scratch = Path(directory)

        def on(*databases: str) -> Figures:
            return _run(Plan(keys, kills, workers, (databases[0], databases[-1]), scratch, seed))

        if sqlite or apart:
            figures = on(*(f"sqlite:///{scratch}/{name}.db" for name in ("one", "other" if apart else "one")))
        else:
            with postgres_database() as postgres:
                if isinstance(postgres, NoPostgres):
                    raise click.ClickException(f"{postgres.reason}; --sqlite needs none")
                figures = on(postgres.url)
    click.echo(f"{'SQLite' if sqlite or apart else 'PostgreSQL'}, two servers, seed {seed}")
    click.echo("\n".join(figures.lines()))
    sys.exit(not figures.kept)


if __name__ == "__main__":
    main()
