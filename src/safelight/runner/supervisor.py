"""The story of one run from its runner's side: set up, start, watch, tell; or take over from a dead one."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import time
import traceback
from typing import Callable, List, Optional

from . import processes
from .backoff import Backoff
from .child import Internal, Order
from .ending import ending
from .failure import SetupFailed, Stopped, report
from .feed import Feed, introduction
from .folder import (
    COMMAND,
    FINISHED,
    KEEPER,
    LEFT,
    PROCESS,
    REPORT,
    STOP,
    Config,
    Note,
    RunFolder,
)
from .interruption import begin_again, cut_off
from .keeper import Keeper, LaunchFailed
from .orders import Orders
from .server import Away, Refused, Server
from .setup import Setup
from .usage import Usage
from .verdict import Verdict
from .watch import Watch

# What a terminal, a shell or a closed pipe would do to a program that runs there.
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE)


def main(arguments: List[str]) -> int:
    if len(arguments) != 2:
        print("usage: runner.pyz RUN_FOLDER", file=sys.stderr)
        return 2
    return supervise(arguments[1])


def supervise(path: str, internal: Optional[Internal] = None) -> int:
    """Be the runner of the run in that folder until nothing is left to do for it.

    Whoever was its runner before may have died at any point: the notes in the folder say how far
    it got. `internal` does the work of an internal run; it is called in the child.
    """
    folder = RunFolder(path)
    claim = folder.claim()
    if claim is None or folder.has(FINISHED):
        return 0  # another runner has it, or it is over
    config = Config.read(folder)
    folder.write(PROCESS, {"process": processes.identify(os.getpid()), "boot": processes.boot_id()})
    processes.name_self("safelight-run")
    why = cut_off(folder)
    if why is not None:
        begin_again(folder, why)
    if Verdict(folder).is_final:
        return _tell(folder, config)
    note = folder.read(KEEPER)
    if note is None:
        keeper = Keeper.fork(folder, internal)
        if keeper is not None:
            command = folder.read(COMMAND)
            if command is not None:
                return _track(folder, config, keeper, command)
            if config.kind == "internal":
                return _operate(folder, config, keeper)
            return _run(folder, config, keeper)
        note = folder.read(KEEPER)
    assert note is not None
    return _attach(folder, config, note)


def _run(folder: RunFolder, config: Config, keeper: Keeper) -> int:
    server, orders = Server(config.server_file, config.token), Orders()
    spec = _ask(folder, server)
    if spec is None:
        keeper.dismiss()
        return 0
    feed = Feed(folder, server, orders, spec)
    feed.start()

    def prepare() -> Order:
        order, feed.snapshot = Setup(folder, config, spec, orders).process()
        return order

    note = _launch(folder, keeper, prepare)
    if note is not None:
        _watch(folder, note, orders, feed)
    return _finish(folder, feed)


def _ask(folder: RunFolder, server: Server) -> Optional[Note]:
    """The run's spec, however long the server takes; None if the run is not to be."""
    backoff = Backoff()
    while True:
        try:
            return server.start(introduction())
        except Refused as refusal:
            print("not started:", refusal, file=sys.stderr)
            if not refusal.is_gone:
                folder.write(FINISHED, {"given_up": str(refusal)})
            return None
        except Away:
            if folder.has(STOP):
                folder.write(FINISHED, {"given_up": "stopped before it had started"})
                return None
            time.sleep(backoff.next())


def _launch(folder: RunFolder, keeper: Keeper, prepare: Callable[[], Order]) -> Optional[Note]:
    """Start the child. None if it did not come to that; then the verdict says why."""
    verdict = Verdict(folder)
    try:
        order = prepare()
    except Stopped:
        verdict.stop(is_final=True)
    except SetupFailed as failed:
        verdict.fail(failed.report, is_final=True)
    except Exception as error:
        traceback.print_exc()
        kind = "engine_error"
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            kind = "disk_full"
        message = f"The supervisor failed while setting up: {error!r}."
        verdict.fail(report(kind, message), is_final=True)
    else:
        try:
            return keeper.launch(order)
        except LaunchFailed:
            return folder.read(KEEPER)  # exit.json will say why
    keeper.dismiss()
    return None


def _operate(folder: RunFolder, config: Config, keeper: Keeper) -> int:
    """Start an internal operation at once, and tell the server meanwhile: in the transaction that
    changes something the operation asks the record itself whether its run still lives.
    """
    spec = {"kind": config.kind, "limits": config.limits}
    note = _launch(folder, keeper, Setup(folder, config, spec, Orders()).internal)
    if note is not None:
        return _attach(folder, config, note)
    return _tell(folder, config)


def _track(folder: RunFolder, config: Config, keeper: Keeper, command: Note) -> int:
    """Start at once what somebody wants to run here; the server hears of it when it answers."""
    orders = _passing_on()  # before there is a command that a signal may be meant for
    try:
        note = keeper.launch(command)
    except LaunchFailed:
        note = folder.read(KEEPER) or {}
    return _follow(folder, config, note, orders) if note else 1


def _passing_on() -> Orders:
    """Orders that hear the signals which are meant for a command of this terminal."""
    orders = Orders(is_tracked=True)
    for number in PASSED_ON:
        signal.signal(number, orders.pass_on)
    return orders


def _attach(folder: RunFolder, config: Config, note: Note) -> int:
    """Follow a child that an earlier runner started, whether it lives or has ended."""
    return _follow(folder, config, note, _passing_on() if folder.has(COMMAND) else Orders())


def _follow(folder: RunFolder, config: Config, note: Note, orders: Orders) -> int:
    feed = Feed(folder, Server(config.server_file, config.token), orders)
    feed.start()
    _watch(folder, note, orders, feed)
    if cut_off(folder) is not None:
        return 0  # nothing has ended: the engine's next look gives the run another runner
    return _finish(folder, feed)


def _tell(folder: RunFolder, config: Config) -> int:
    orders = Orders(is_tracked=folder.has(COMMAND))
    feed = Feed(folder, Server(config.server_file, config.token), orders)
    feed.start()
    return _finish(folder, feed)


def _watch(folder: RunFolder, note: Note, orders: Orders, feed: Feed) -> None:
    folders = () if orders.is_tracked else (folder.work, folder.tmp)
    usage = Usage(note["keeper"][0], *folders)
    feed.sample = usage.sample
    Watch(folder, note, orders, usage).wait()


def _finish(folder: RunFolder, feed: Feed) -> int:
    end = ending(folder)
    if end is None:
        return 1  # cannot be: the engine will look again
    folder.write(REPORT, end)
    feed.finish(end)
    if not folder.has(FINISHED):
        return 1
    if not folder.has(COMMAND):
        folder.clear()
    elif folder.has(LEFT):
        shutil.rmtree(folder.path, ignore_errors=True)
    return 0
