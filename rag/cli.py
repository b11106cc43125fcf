"""The command line: a thin door. Results go to standard output, all else to standard error."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.assistant import Assistant, open_assistant
from rag.backup import Manifest, restore_backup, write_backup
from rag.errors import FootnoteError, SettingError, UnreachableAddress
from rag.fetch import fetch
from rag.history import History, history_path
from rag.library import Followed, Library, Progress, Report, Watcher
from rag.records import Answer, Document, Turn, Twin, to_json
from rag.settings import NAMED_THRESHOLDS, Settings, read_settings

OK, FAILED, WRONG_USAGE, ABSTAINED = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit status."""
    options = _build_parser().parse_args(arguments)
    try:
        settings = read_settings()
        if options.index:
            settings = replace(settings, index=Path(options.index))
        return int(options.run(options, settings))
    except FootnoteError as error:
        if options.debug:
            traceback.print_exc()
        _tell(str(error))
        return FAILED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        _tell("Stopped. What was reported as added is in the library; run it again for the rest.")
        return FAILED


def _build_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--index", metavar="DIR", help="the library on disk (default: index/)")
    common.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser = argparse.ArgumentParser(prog="python -m rag", description="Ask your documents.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, help_text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[common], help=help_text, description=help_text)
        added.set_defaults(run=run)
        return added

    add = command("add", _add, "take in files, whole folders and web addresses")
    add.add_argument("paths", nargs="+", metavar="PATH", help="or an http(s) address")
    sync = command("sync", _sync, "make what came from a folder equal to it")
    sync.add_argument("folder", metavar="FOLDER")
    sync.add_argument("--dry-run", action="store_true", help="say what would be done")
    sync.add_argument("--watch", action="store_true", help="go on to follow it until interrupted")
    remove = command("remove", _remove, "remove documents, named by id or by name")
    remove.add_argument("documents", nargs="+", metavar="DOCUMENT")
    remove.add_argument(
        "--erase-quotes", action="store_true", help="erase its quotations from saved chats as well"
    )
    docs = command("docs", _docs, "list the documents")
    docs.add_argument("--json", action="store_true")
    jobs = command("jobs", _jobs, "list what the browser app has been given to take in")
    jobs.add_argument("--json", action="store_true")
    show = command("show", _show, "tell what is known of one document")
    show.add_argument("document", metavar="DOCUMENT")
    show.add_argument("--text", action="store_true", help="print its extracted text alone")
    edit = command("edit", _edit, "give a document a title or date of your own; '' takes it back")
    edit.add_argument("document", metavar="DOCUMENT")
    edit.add_argument("--title")
    edit.add_argument("--date", help="a year, a month or a day, like 2022, 2022-01 or 2022-01-20")
    ask = command("ask", _ask, "answer a question, with citations")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--doc", action="append", metavar="DOCUMENT", help="ask this document only")
    ask.add_argument(
        "--model",
        metavar="NAME",
        help="reader, or for instance ollama:qwen3 (default: RAG_MODEL)",
    )
    ask.add_argument("--batch", metavar="FILE.jsonl", help="answer a file of questions")
    evaluate = command("evaluate", _evaluate, "score the answers to a folder of questions")
    evaluate.add_argument("folder", metavar="FOLDER")
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--out", metavar="RUN", help="keep the run in this folder, with a page")
    evaluate.add_argument("--compare", metavar="RUN", help="compare with a run that --out kept")
    evaluate.add_argument("--library", metavar="DIR", help="keep the library there for later runs")
    evaluate.add_argument("--ids", metavar="FILE", help="ask only these questions, one id a line")
    check = command("check", _check, "verify the library on disk")
    check.add_argument("--repair", action="store_true", help="rebuild what can be rebuilt")
    status = command("status", _status, "tell counts, models, sizes and versions")
    status.add_argument("--json", action="store_true")
    backup = command("backup", _backup, "write library and conversations to one file")
    backup.add_argument("file", metavar="FILE")
    backup.add_argument("--force", action="store_true", help="replace a file of that name")
    restore = command("restore", _restore, "put a backup in place of library and conversations")
    restore.add_argument("file", metavar="FILE")
    return parser


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

    def tell(followed: Followed) -> None:
        if followed.problem:
            _tell(followed.problem)
        _report(followed.reports, _make_bar(None))

    watcher = Watcher(library, tell)
    watcher.start([folder])
    _tell(f"Following {folder}; press Ctrl+C to end.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        _tell("Ended.")
    finally:
        watcher.stop()
    return OK


def _make_bar(total: int | None) -> Any:
    """Gives a progress bar on standard error, silent where nobody watches."""
    from tqdm import tqdm

    return tqdm(total=total, unit="file", disable=not sys.stderr.isatty(), dynamic_ncols=True)


def _show_on(bar: Any) -> Callable[[Progress], None]:
    def show(progress: Progress) -> None:
        part = f" {progress.done}/{progress.total}" if progress.total else ""
        bar.set_postfix_str(f"{_one_line(progress.name)[:40]}: {progress.stage}{part}")

    return show


def _report(reports: Iterable[Report], bar: Any) -> int:
    refused = False
    with bar:
        for report in reports:
            refused |= report.outcome == "refused"
            reason = _because(report.name, report.reason)
            bar.clear()
            print(f"{report.outcome:<9} {_one_line(report.name)}{reason}", flush=True)
            bar.update()
    return FAILED if refused else OK


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    library = open_assistant(settings).library
    removed = library.remove(options.documents)
    for document in removed:
        print(f"removed   {_one_line(document.name)}")
    if options.erase_quotes:
        with closing(History.open(history_path(settings))) as history:
            erased = history.erase_quotes([document.id for document in removed])
        _tell(f"Quotations were erased from {_count(erased, 'saved answer')}.")
    return OK


def _docs(options: argparse.Namespace, settings: Settings) -> int:
    library = open_assistant(settings).library
    documents = library.documents()
    if options.json:
        twins = library.all_twins()
        _print_json([_describe(document, twins.get(document.id, ())) for document in documents])
        return OK
    for document in documents:
        pages = f"{document.pages} pages" if document.pages else ""
        print(
            f"{document.id}  {_one_line(document.name)}  {document.date or 'no date'}  "
            f"{document.characters:,} characters  {pages}".rstrip()
        )
    return OK


def _jobs(options: argparse.Namespace, settings: Settings) -> int:
    jobs = open_assistant(settings).library.jobs()
    if options.json:
        _print_json([to_json(job) for job in jobs])
        return OK
    for job in jobs:
        part = f" {job.done:,}/{job.total:,}" if job.stage == "embedding" and job.total else ""
        print(f"{job.stage:<9} {_one_line(job.name)}{part}{_because(job.name, job.note)}")
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
        print(f"{field}: {'' if text is None else _one_line(str(text))}")
    return OK


def _edit(options: argparse.Namespace, settings: Settings) -> int:
    if options.title is None and options.date is None:
        _tell("Give --title, --date or both.")
        return WRONG_USAGE
    library = open_assistant(settings).library
    changed = {name: getattr(options, name) for name in ("title", "date")}
    document = library.edit(
        options.document, **{name: value for name, value in changed.items() if value is not None}
    )
    print(f"{_one_line(document.name)}: {document.title}, {document.date or 'no date'}")
    return OK


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if bool(options.batch) == bool(options.question is not None):
        _tell("Give one question, or --batch with a file of questions.")
        return WRONG_USAGE
    if options.model:
        settings = replace(settings, model=options.model)
    assistant = open_assistant(settings)
    assistant.check_model(assistant.model)
    if options.batch:
        return _ask_batch(assistant, Path(options.batch))
    documents = _find_documents(assistant, options.doc)
    answer = assistant.ask(options.question, documents=documents)
    if options.json:
        _print_json(to_json(answer))
    else:
        _print_answer(answer)
    return OK if answer.status == "answered" else ABSTAINED


def _find_documents(assistant: Assistant, selectors: Sequence[str] | None) -> list[str] | None:
    return [assistant.library.document(s).id for s in selectors] if selectors else None


def _ask_batch(assistant: Assistant, path: Path) -> int:
    rows = _read_rows(path)
    for row in rows:
        turns = [Turn(t["question"], t["answer"]) for t in row.get("turns") or []]
        documents = _find_documents(assistant, row.get("documents"))
        answer = assistant.ask(row["question"], turns, documents, answer_id=str(row["id"]))
        print(json.dumps(to_json(answer), ensure_ascii=False), flush=True)
    return OK


def _read_rows(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read ({error}): check the path.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append({"id": row["id"], "question": str(row["question"]), **row})
        except (ValueError, KeyError, TypeError) as error:
            raise SettingError(
                f'{path}, line {number}, is not a JSON object with "id" and "question": mend it.'
            ) from error
    return rows


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    from rag.evaluate.compare import compare_runs
    from rag.evaluate.folder import read_ids
    from rag.evaluate.kept import read_run, write_run
    from rag.evaluate.report import render_table, report
    from rag.evaluate.run import evaluate_folder

    # Whatever is wrong with the options is told before the long work.
    other = read_run(Path(options.compare)) if options.compare else None
    ids = read_ids(Path(options.ids)) if options.ids else None
    if options.out and Path(options.out).is_file():
        raise SettingError(f"{options.out} is a file: name a folder for the run.")
    library = Path(options.library) if options.library else None
    run = evaluate_folder(Path(options.folder), settings, _tell, library, ids)
    comparison = (
        compare_runs(run.scored, other.scored, Path(options.compare).name) if other else None
    )
    if options.out:
        thresholds = {"this run": settings.threshold, **NAMED_THRESHOLDS}
        command = _repeat_evaluate(options)
        write_run(Path(options.out), run, thresholds, command, comparison, other)
        _tell(f"The run is kept in {options.out}; page.html shows it.")
    if options.json:
        _print_json(report(run, comparison))
    else:
        print(render_table(run, comparison))
    return OK


def _repeat_evaluate(options: argparse.Namespace) -> list[str]:
    """Gives the words of the command, with the bare names of its folders and files."""
    words = ["python", "-m", "rag", "evaluate", Path(options.folder).resolve().name]
    for name in ("library", "ids", "compare", "out"):
        value = getattr(options, name)
        words += [f"--{name}", Path(value).resolve().name] if value else []
    return words


def _check(options: argparse.Namespace, settings: Settings) -> int:
    problems = open_assistant(settings).library.check(repair=options.repair)
    for problem in problems:
        print(problem)
    if not problems:
        print("The library is sound.")
    return FAILED if problems else OK


def _status(options: argparse.Namespace, settings: Settings) -> int:
    status = open_assistant(settings).status()
    if options.json:
        _print_json(status)
        return OK
    for name, value in status.items():
        shown = (
            ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        )
        print(f"{name}: {shown}")
    return OK


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    manifest = write_backup(settings.index, Path(options.file), overwrite=options.force)
    print(f"Backed up {_count_held(manifest)} to {options.file}.")
    return OK


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    manifest = restore_backup(settings.index, Path(options.file))
    print(f"Restored {_count_held(manifest)}, as they were on {manifest.made}.")
    return OK


def _count_held(manifest: Manifest) -> str:
    documents = _count(manifest.documents, "document")
    return f"{documents} and {_count(manifest.conversations, 'conversation')}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _describe(document: Document, twins: Sequence[Twin]) -> dict[str, Any]:
    return {**to_json(document), "likely_duplicates": [twin.document_id for twin in twins]}


def _print_answer(answer: Answer) -> None:
    if answer.notice:
        _tell(answer.notice)
    if answer.searched_for != answer.question:
        _tell(f"Searched for: {answer.searched_for}")
    unsupported = sum(sentence.verdict == "unsupported" for sentence in answer.sentences)
    if unsupported:
        _tell(
            f"Left out, as nothing in the documents supports it: {unsupported} written sentence(s)."
        )
    for sentence in answer.sentences:
        if sentence.verdict == "unsupported":
            continue
        markers = _mark(sentence.markers)
        partly = " (borne out in part)" if sentence.verdict == "partly" else ""
        print(f"{_one_line(sentence.text)} {markers}{partly}")
    for agreement in answer.agreements:
        print(f"{len(agreement.markers)} sources agree: {_mark(agreement.markers)}")
    for conflict in answer.conflicts:
        as_of = f" As of {conflict.as_of}." if conflict.as_of else ""
        print(f"{conflict.note} {_mark(conflict.markers)}{as_of}")
    if not answer.sentences:
        print(answer.text)
        if answer.nearest:
            print("\nThe nearest passages:")
    for citation in answer.citations or answer.nearest:
        marker = f"[{citation.marker}] " if answer.citations else ""
        page = f", page {citation.page}" if citation.page else ""
        quote = _one_line(citation.quote)
        shown = quote if len(quote) <= 300 else quote[:300] + " …"
        print(f"\n{marker}{_one_line(citation.document.name)}{page}: “{shown}”")


def _mark(markers: Iterable[int]) -> str:
    return "".join(f"[{marker}]" for marker in markers)


def _one_line(text: str) -> str:
    """Names and quotes are other people's: no control character of theirs reaches a terminal."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
