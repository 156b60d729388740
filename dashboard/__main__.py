"""The command line. Each command imports what it needs, so that --help is quick."""

import functools
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dashboard.ends import FILE, INPUT_WRONG, MACHINE_LACKS, Commands, Place
from dashboard.ends import or_exit as _or_exit

MAX_SEED = 10**12 - 1  # that of /api/estimate too


def _datasets(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option --datasets; where a row is looked up in vain, the tables are checked, and say so if it is theirs."""

    @functools.wraps(function)
    def command(datasets: Path | None, **options: Any) -> None:
        try:
            function(datasets=datasets, **options)
        except KeyError:
            problems = _problems(datasets)
            if not problems:  # a fault of ours
                raise
            click.echo(f"error: {problems[0]}; for all problems run check", err=True)
            sys.exit(INPUT_WRONG)

    kind, told = Place(file_okay=False, path_type=Path), "Folder of tables; the shipped one if not given."
    return click.option("--datasets", type=kind, envvar="DASHBOARD_DATASETS", show_envvar=True, help=told)(command)


def _problems(folder: Path | None) -> Any:
    from dashboard import catalog, checks

    return _or_exit(lambda: checks.check(folder or catalog.SHIPPED))


def _catalog(folder: Path | None) -> Any:
    from dashboard import catalog

    return _or_exit(lambda: catalog.load(folder or catalog.SHIPPED))


@click.group(cls=Commands, invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """AI energy demand: chips, dollars and gigawatts to power, energy and grids, with ranges and sources."""
    if context.invoked_subcommand is None:
        with serve.make_context("serve", [], parent=context) as serving:  # `invoke` alone reads no variable
            serve.invoke(serving)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8050, show_default=True, type=click.IntRange(0, 65535))
@_datasets
def serve(host: str = "127.0.0.1", port: int = 8050, datasets: Path | None = None) -> None:
    """Serve the dashboard and print its address."""
    from werkzeug.serving import make_server

    from dashboard.catalog import SHIPPED
    from dashboard.listening import listening, place

    with _or_exit(lambda: listening(host, port)) as bound:  # first: the tables take a second
        from dashboard.web import create_app, logs, warm
        from dashboard.web.settings import LibraryMissingError, Settings

        try:
            app = _or_exit(lambda: create_app(datasets or SHIPPED, Settings.of(os.environ)))
        except LibraryMissingError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(MACHINE_LACKS)
        server = make_server(host, port, app.server, threaded=True, fd=bound.fileno())
    click.echo(f"Dashboard: http://{place(host, server.port)}/   (Ctrl-C ends it)")
    logs.write_to(sys.stderr)
    warm(app)
    server.serve_forever()


def _settings(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f'must be PARAM=VALUE, got "{value[:60]}"')
    found = dict(value.split("=", 1) for value in values)
    if len(found) < len(values):
        raise click.BadParameter("must name each assumption once, got one of them twice")
    return found


class _Amounts(click.Command):
    """A command whose argument may begin with a minus, so that it is read, and refused, as an amount."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f" {arg}" if re.match(r"-[\d.]", arg) else arg for arg in args])


@main.command(cls=_Amounts)
@click.argument("text", required=False)
@click.option("--basis", default="unknown", show_default=True, help="it, facility, grid or unknown: what the GW are.")
@click.option("--chip", default="", help="Chip that power or dollars are turned into.")
@click.option("--set", "settings", multiple=True, callback=_settings, metavar="PARAM=VALUE", help="Set an assumption.")
@click.option("--above", default=None, metavar="AMOUNT", help="How often results are above it, such as 150 MW.")
@click.option("--seed", default=None, type=click.IntRange(0, MAX_SEED), help="Seed of the draws.")
@click.option("--file", "plans", type=FILE, help="A CSV of plans, one a row, instead of TEXT.")
@click.option("--by", multiple=True, metavar="COLUMN", help="Sum the plans by this column; repeat.")
@click.option("--out", type=Place(dir_okay=False, path_type=Path), help="CSV for the estimate of each plan.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Work the plans on this Dask cluster.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_datasets
def estimate(
    text: str | None,
    basis: str,
    chip: str,
    settings: dict[str, str],
    above: str | None,
    seed: int | None,
    plans: Path | None,
    by: tuple[str, ...],
    out: Path | None,
    scheduler: str,
    as_json: bool,
    datasets: Path | None,
) -> None:
    """Estimate TEXT or a --file: "100000 H100", "30 GW", "38 billion USD over 7 years", "1.4 trillion USD"."""
    from dashboard.core.draws import Draws
    from dashboard.estimates import estimate as work
    from dashboard.estimates import read_ask, report
    from dashboard.estimates.limits import limit

    if (plans is None) == (text is None):
        raise click.UsageError("give TEXT or --file, one of them")
    if plans is None and (by or out or scheduler):
        raise click.UsageError("--by, --out and --scheduler go with --file")
    if plans is not None and (chip or settings or above is not None or basis != "unknown"):
        raise click.UsageError("--above, --basis, --chip and --set go with TEXT; a file says the last three in columns")
    catalog = _catalog(datasets)
    draws = Draws() if seed is None else Draws(seed=seed)
    if plans is not None:
        _estimate_file(plans, catalog, draws, by=by, out=out, scheduler=scheduler, as_json=as_json)
        return
    assert text is not None
    answer = _or_exit(lambda: work(read_ask(text, catalog, basis=basis, chip=chip, settings=settings), catalog, draws))
    bound = _or_exit(lambda: limit(above)) if above is not None else None
    if as_json:
        click.echo(json.dumps(report.as_json(text, answer, catalog, bound), ensure_ascii=False, indent=1))
    else:
        click.echo(report.as_text(answer, catalog, bound))


LONG_LIST = 2_000  # rows from which a progress bar helps


def _estimate_file(
    path: Path, catalog: Any, draws: Any, *, by: tuple[str, ...], out: Path | None, scheduler: str, as_json: bool
) -> None:
    from tqdm import tqdm

    from dashboard import store
    from dashboard.estimates import plans, plans_report
    from dashboard.estimates.plans_read import read_plans

    content = _file_bytes(path)
    if out is not None and out.exists() and out.samefile(path):
        raise click.UsageError(f"--out must be another file than --file, got {out} for both")
    if out is not None and not out.resolve().parent.is_dir():  # told before the work, not after it
        click.echo(f"error: {out}: must lie in a folder that is there; make it first", err=True)
        sys.exit(INPUT_WRONG)
    plan_list = _or_exit(lambda: read_plans(content, catalog, _name(path)))
    count = len(plan_list.plans)
    keep = as_json or out is not None
    with (
        _cluster(scheduler) as client,
        tqdm(total=count, unit=" plans", delay=1, disable=count < LONG_LIST, file=sys.stderr) as bar,
    ):
        totals = _or_exit(
            lambda: plans.estimate_plans(
                plan_list, catalog, draws, by=by, group_months=as_json, keep_rows=keep, client=client, done=bar.update
            )
        )
    if out is not None:
        _or_exit(lambda: store.write_whole(out, plans_report.csv_text(totals)))
    if as_json:
        click.echo(json.dumps(plans_report.as_json(path.name, totals), ensure_ascii=False))
    else:
        click.echo(plans_report.as_text(totals))


def _cluster(address: str) -> Any:
    """A client of the Dask cluster at an address, or nothing where none is given."""
    from contextlib import nullcontext
    from importlib import import_module

    if not address:
        return nullcontext()
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError:
        click.echo("error: --scheduler needs distributed: make install-distributed", err=True)
        sys.exit(MACHINE_LACKS)
    try:
        return distributed.Client(address, timeout=10)
    except (OSError, ValueError) as error:
        click.echo(f"error: scheduler: {address}: cannot be reached: {error}", err=True)
        sys.exit(INPUT_WRONG)


@main.command()
@click.argument("folder", required=False, type=Place(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_datasets
def check(folder: Path | None, as_json: bool, datasets: Path | None) -> None:
    """Validate all tables of FOLDER: every problem with table, row, column, value, reason and how to mend it."""
    named = click.get_current_context().get_parameter_source("datasets") is click.core.ParameterSource.COMMANDLINE
    if folder is not None and named:
        raise click.UsageError(f"give FOLDER or --datasets, one of them, got {folder} and {datasets}")
    problems = _problems(folder or datasets)
    if as_json:
        click.echo(json.dumps({"problems": [vars(problem) for problem in problems]}, ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(f"{len(problems)} problem{'s' * (len(problems) > 1)}" if problems else "All tables are in order.")
    sys.exit(INPUT_WRONG if problems else 0)


def _tables(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, Path]]:
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f'must be TABLE=FILE, got "{value[:60]}"')
    return [(table, Path(file)) for table, file in (value.split("=", 1) for value in values)]


def _by_table(named: list[tuple[str, Path]]) -> dict[str, Path]:
    """The file of each table, which may be named with its ending."""
    files: dict[str, Path] = {}
    for table, path in named:
        name = table.removesuffix(".csv")
        if name in files:
            raise click.UsageError(f"{name}: must be given once, got {files[name]} and {path}")
        files[name] = path
    return files


@main.command()
@click.argument("table")
@click.argument("file", type=FILE)
@click.option("--sources", type=FILE, default=None, help="A new sources.csv to go with it.")
@click.option("--also", multiple=True, callback=_tables, metavar="TABLE=FILE", help="Another table with it; repeat.")
@click.option("--apply", is_flag=True, help="Write it: whole or not at all.")
@click.option("--allow-removals", is_flag=True, help="Let rows go that FILE does not have.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_datasets
def update(
    table: str,
    file: Path,
    sources: Path | None,
    also: list[tuple[str, Path]],
    apply: bool,
    allow_removals: bool,
    as_json: bool,
    datasets: Path | None,
) -> None:
    """Show what FILE, a whole new TABLE, would change: rows, and each headline number before → after."""
    from dashboard import sheets, updates
    from dashboard.catalog import SHIPPED

    files = _by_table([(table, file), *([("sources", sources)] if sources else []), *also])
    contents = {name: sheets.as_ours(_file_bytes(path)) for name, path in files.items()}
    folder = datasets or SHIPPED
    outcome = _or_exit(
        lambda: updates.update(folder, contents, apply=apply, allow_removals=allow_removals, proof=_proof(apply))
    )
    if as_json:
        click.echo(json.dumps(updates.as_json(outcome), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(updates.as_text(outcome)))
    sys.exit(INPUT_WRONG if outcome.problems else 0)


def _proof(apply: bool) -> Callable[[Any], Any]:
    """Tables that are to be published must draw every page; for a look at what would change, check is enough."""
    if not apply:
        return lambda _: None
    from dashboard.web.proof import unshown

    return unshown


@main.command("import")
@click.argument("kind", metavar="KIND")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--as-of", default="", help="Day on which the copy was taken, 2026-08-22. Default: today; epoch-sites needs it."
)
@click.option("--apply", is_flag=True, help="Write it: whole or not at all.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_datasets
def import_(kind: str, files: tuple[str, ...], as_of: str, apply: bool, as_json: bool, datasets: Path | None) -> None:
    """Take over FILE, a path or an http(s) address, as its publisher ships it.

    KIND is owid-energy, epoch-sites (its three files may be given together) or epoch-clusters.
    """
    from dashboard import importers
    from dashboard.catalog import SHIPPED

    folder = datasets or SHIPPED
    result = _or_exit(lambda: importers.run(kind, files, folder, as_of=as_of, apply=apply, proof=_proof(apply)))
    if as_json:
        click.echo(json.dumps(importers.as_json(result), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(importers.as_text(result)))
    sys.exit(INPUT_WRONG if result.refused else 0)


@main.command()
@click.argument("pairs", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@_datasets
def score(pairs: Path, as_json: bool, datasets: Path | None) -> None:
    """Score our estimates on PAIRS, a CSV of case_id, chip, chip_count, power, unit, power_basis."""
    from dashboard.estimates import score as scoring

    catalog = _catalog(datasets)
    content = _file_bytes(pairs)
    cases = _or_exit(lambda: scoring.read_pairs(content, _name(pairs)))
    result = scoring.full_summary(scoring.score(cases, catalog), catalog)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(scoring.as_text(result)))


def _name(path: Path) -> str:
    """The name of somebody's own file for a message; one without a point could be taken for a table of ours."""
    return path.name if "." in path.name else f"./{path.name}"


def _file_bytes(path: Path) -> bytes:
    from dashboard.store import read_bytes

    try:
        return _or_exit(lambda: read_bytes(path, str(path)))
    except FileNotFoundError:
        click.echo(f"error: {path}: must be a file, got none", err=True)
        sys.exit(INPUT_WRONG)


@main.command()
@click.argument("addresses", nargs=-1, metavar="ADDRESS...")
@click.option("--figure", default=None, help="Only the figure with this id.")
@click.option("--format", "formats", multiple=True, help="png (default), svg, pdf or csv; repeat.")
@click.option("--size", default=None, help="slide (default), social, square, column, page, phone or WxH.")
@click.option("--theme", default=None, help="light (default) or dark.")
@click.option("--scale", default=None, type=int, help="Pixels of a PNG per pixel of its size: 1, 2 or 3.")
@click.option("--page", is_flag=True, help="The whole page at the width of --size instead of its figures.")
@click.option("--all", "everything", is_flag=True, help="Every figure (of every page) in every size and theme.")
@click.option("--shots", type=click.Path(dir_okay=False, path_type=Path), help="A TOML file with [[shot]]s to make.")
@click.option("--out", type=Place(file_okay=False, path_type=Path), help="Folder for the files.")
@click.option(
    "--check",
    "earlier",
    type=Place(exists=True, file_okay=False, path_type=Path),
    help="Write nothing: say what would change against this earlier set.",
)
@_datasets
def export(
    addresses: tuple[str, ...],
    out: Path | None,
    earlier: Path | None,
    datasets: Path | None,
    **options: Any,
) -> None:
    """Write the figures of each ADDRESS, such as "/?basis=it", as pictures or numbers."""
    from functools import partial

    from dashboard.export import command

    if (out is None) == (earlier is None):
        raise click.UsageError("give --out or --check, one of them")
    if not addresses and not options["everything"] and options["shots"] is None:
        raise click.UsageError("give an ADDRESS, --all or --shots")
    if misfit := command.misfit(addresses, options):
        raise click.UsageError(misfit)
    catalog = _catalog(datasets)
    wanted = _or_exit(lambda: command.wanted(addresses, catalog, **options))
    more: Any = {"datasets": datasets, "say": click.echo, "warn": partial(click.echo, err=True)}
    if earlier is not None:
        sys.exit(_or_exit(lambda: command.compare(wanted, earlier, **more)))
    assert out is not None
    sys.exit(_or_exit(lambda: command.make(wanted, out, **more)))


if __name__ == "__main__":
    main(prog_name="python -m dashboard")
