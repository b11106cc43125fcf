"""Documents: taken in, listed, edited, removed."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from rag.assistant import open_assistant
from rag.cli.commands import AddCommand
from rag.cli.exit_status import FAILED, OK, WRONG_USAGE
from rag.cli.terminal import count, one_line, print_json, tell, wait_for_interrupt
from rag.errors import UnreachableAddress
from rag.fetch import fetch
from rag.history import History, history_path
from rag.library import Followed, Library, Progress, Report, Watcher
from rag.records import Document, Twin, to_json
from rag.settings import Settings


def add_commands(add: AddCommand) -> None:
    take_in = add("add", _add, "take in files, whole folders and web addresses")
    take_in.add_argument("paths", nargs="+", metavar="PATH", help="or an http(s) address")
    sync = add("sync", _sync, "make what came from a folder equal to it")
    sync.add_argument("folder", metavar="FOLDER")
    sync.add_argument("--dry-run", action="store_true", help="say what would be done")
    sync.add_argument("--watch", action="store_true", help="go on to follow it until interrupted")
    remove = add("remove", _remove, "remove documents, named by id or by name")
    remove.add_argument("documents", nargs="+", metavar="DOCUMENT")
    remove.add_argument(
        "--erase-quotes", action="store_true", help="erase its quotations from saved chats as well"
    )
    docs = add("docs", _docs, "list the documents")
    docs.add_argument("--json", action="store_true")
    add("work", _work, "work off what chats were given to take in, until interrupted")
    jobs = add("jobs", _jobs, "list what the browser app has been given to take in")
    jobs.add_argument("--json", action="store_true")
    show = add("show", _show, "tell what is known of one document")
    show.add_argument("document", metavar="DOCUMENT")
    show.add_argument("--text", action="store_true", help="print its extracted text alone")
    edit = add("edit", _edit, "give a document a title or date of your own; '' takes it back")
    edit.add_argument("document", metavar="DOCUMENT")
    edit.add_argument("--title")
    edit.add_argument("--date", help="a year, a month or a day, like 2022, 2022-01 or 2022-01-20")


def _add(options: argparse.Namespace, settings: Settings) -> int:
    library = open_assistant(settings).library
    bar = _make_bar(None)
    addresses = [p for p in options.paths if p.lower().startswith(("http://", "https://"))]
    paths = [Path(p) for p in options.paths if p not in addresses]
    reports = library.add(paths, _show_on(bar)) if paths else iter(())
    fetched = (_add_address(a, library, settings, _show_on(bar)) for a in addresses)
    return _report(itertools.chain(reports, fetched), bar)


def _add_address(
    address: str, library: Library, settings: Settings, progress: Callable[[Progress], None]
) -> Report:
    try:
        found = fetch(address, offline=settings.offline)
    except UnreachableAddress as error:
        return Report(address, address, "refused", str(error))
    return library.add_address(found.address, found.data, found.name, progress)


def _sync(options: argparse.Namespace, settings: Settings) -> int:
    library = open_assistant(settings).library
    folder = Path(options.folder)
    if options.dry_run:
        return _report(library.sync(folder, dry_run=True), _make_bar(None))
    bar = _make_bar(sum(1 for _ in library.sync(folder, dry_run=True)))
    status = _report(library.sync(folder, progress=_show_on(bar)), bar)
    return _watch(library, folder) if options.watch else status


def _watch(library: Library, folder: Path) -> int:
    """Follows a folder until the person interrupts it."""

    def tell_what_changed(followed: Followed) -> None:
        if followed.problem:
            tell(followed.problem)
        _report(followed.reports, _make_bar(None))

    watcher = Watcher(library, tell_what_changed)
    watcher.start([folder])
    tell(f"Following {folder}; press Ctrl+C to end.")
    wait_for_interrupt(then=watcher.stop)
    return OK


def _make_bar(total: int | None) -> Any:
    """Gives a progress bar on standard error, silent where nobody watches."""
    from tqdm import tqdm

    return tqdm(total=total, unit="file", disable=not sys.stderr.isatty(), dynamic_ncols=True)


def _show_on(bar: Any) -> Callable[[Progress], None]:
    def show(progress: Progress) -> None:
        part = f" {progress.done}/{progress.total}" if progress.total else ""
        bar.set_postfix_str(f"{one_line(progress.name)[:40]}: {progress.stage}{part}")

    return show


def _report(reports: Iterable[Report], bar: Any) -> int:
    refused = False
    with bar:
        for report in reports:
            refused |= report.outcome == "refused"
            reason = _because(report.name, report.reason)
            bar.clear()
            print(f"{report.outcome:<9} {one_line(report.name)}{reason}", flush=True)
            bar.update()
    return FAILED if refused else OK


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    library = open_assistant(settings).library
    removed = library.remove(options.documents)
    if settings.library:
        tell("The database's own log and backups may hold what was removed for a while longer.")
    for document in removed:
        print(f"removed   {one_line(document.name)}")
    if options.erase_quotes:
        with closing(History.open(history_path(settings))) as history:
            erased = history.erase_quotes([document.id for document in removed])
        tell(f"Quotations were erased from {count(erased, 'saved answer')}.")
    return OK


def _docs(options: argparse.Namespace, settings: Settings) -> int:
    library = open_assistant(settings).library
    documents = library.documents()
    if options.json:
        twins = library.all_twins()
        print_json([_describe(document, twins.get(document.id, ())) for document in documents])
        return OK
    for document in documents:
        pages = f"{document.pages} pages" if document.pages else ""
        print(
            f"{document.id}  {one_line(document.name)}  {document.date or 'no date'}  "
            f"{document.characters:,} characters  {pages}".rstrip()
        )
    return OK


def _jobs(options: argparse.Namespace, settings: Settings) -> int:
    jobs = open_assistant(settings).library.jobs()
    if options.json:
        print_json([to_json(job) for job in jobs])
        return OK
    for job in jobs:
        part = f" {job.done:,}/{job.total:,}" if job.stage == "embedding" and job.total else ""
        print(f"{job.stage:<9} {one_line(job.name)}{part}{_because(job.name, job.note)}")
    return OK


def _work(_: argparse.Namespace, settings: Settings) -> int:
    library = open_assistant(settings).library
    library.start_worker()
    tell(f"Working for {library.place}; press Ctrl+C to end.")
    wait_for_interrupt(then=library.close)
    return OK


def _because(name: str, reason: str | None) -> str:
    """Gives a reason after a name, with which most of them begin."""
    own_name = f'"{name}" '
    return f": {reason.removeprefix(own_name)}" if reason else ""


def _show(options: argparse.Namespace, settings: Settings) -> int:
    library = open_assistant(settings).library
    document = library.document(options.document)
    if options.text:
        sys.stdout.write(library.text(document.id))
        return OK
    for field, value in _describe(document, library.twins(document.id)).items():
        text = ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else value
        print(f"{field}: {'' if text is None else one_line(str(text))}")
    return OK


def _edit(options: argparse.Namespace, settings: Settings) -> int:
    if options.title is None and options.date is None:
        tell("Give --title, --date or both.")
        return WRONG_USAGE
    library = open_assistant(settings).library
    changed = {name: getattr(options, name) for name in ("title", "date")}
    document = library.edit(
        options.document, **{name: value for name, value in changed.items() if value is not None}
    )
    print(f"{one_line(document.name)}: {document.title}, {document.date or 'no date'}")
    return OK


def _describe(document: Document, twins: Sequence[Twin]) -> dict[str, Any]:
    return {**to_json(document), "likely_duplicates": [twin.document_id for twin in twins]}
