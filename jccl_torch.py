"""Ranks in Python beside ranks in Java: the other end of jccl's ProcessGroups.torchStore.

Needs torch 2 and nothing else. Both languages name one store, one group and their ranks:

    import torch, torch.distributed as dist, jccl_torch
    store = dist.TCPStore("127.0.0.1", 29500, is_master=True, wait_for_workers=False)
    with jccl_torch.Group(store, rank=0, world_size=2) as group:
        nccl = jccl_torch.communicator(group, torch.device("cuda", 0))    # a torch ProcessGroup
        nccl.allreduce([tensor]).wait()

In Java, as rank 1:

    try (ProcessGroup group = ProcessGroups.torchStore("127.0.0.1", 29500, 1, 2, "jccl", timeout);
        Communicator comm = Communicator.open(group, device, CommunicatorConfig.defaults())) {
      comm.allReduce(buffer, ReduceOp.SUM);
    }

init_process_group(group, device) makes the communicator torch's default group instead.

NCCL compares nothing: ranks that make different calls hang, or have wrong data. To have the calls of
all ranks compared, in both languages, before NCCL is called, ask for it on all of them: in Java with
the listener CrossRankCheck, here with

    check = jccl_torch.CrossRankCheck(group)
    nccl = jccl_torch.communicator(group, device, check)
    check.before("all_reduce", tensor.numel(), tensor.dtype, "sum"); nccl.allreduce([tensor]).wait()

A rank whose operation, count, type, reduction or root is not that of the others is named. Nothing is
ever unpickled. The store has no secret: use it on loopback or on networks that you trust.
"""

import operator
import os
import struct
import sys
import threading
import time
from datetime import timedelta

_LOOK = 0.2  # seconds between two looks at whether a wait still makes sense
_FORMAT = 0x73  # first byte of an offer; changes with its layout, here and in Offer.java
_ID, _NO_ID, _REFUSED = 0, 1, 2
_ID_BYTES = 128
_MOST_BYTES = 64 << 20  # of a message; ranks in Java believe no more
_MOST_TEXT = 8192
_INVALID_USAGE, _REMOTE_ERROR, _TIMEOUT = 5, 6, 8  # NCCL's codes
# Where torch looks for the id of its first communicator, by version and by way of construction.
_TORCH_KEYS = ("0", "0//cuda//0", "default_pg/0//cuda//0", "default_pg/0/0", "cuda//0", "0/0")


class GroupError(RuntimeError):
    """The group broke down; every member is told the same."""


class Group:
    """A member of a group of ranks that meet in a store of torch."""

    def __init__(self, store, rank, world_size, name="jccl", timeout=300.0):
        rank, world_size = _whole("rank", rank), _whole("world_size", world_size)
        if not 0 <= rank < world_size:
            raise ValueError(f"rank {rank} is not in 0..{world_size - 1}")
        timeout = timeout.total_seconds() if isinstance(timeout, timedelta) else float(timeout)
        if not timeout > 0:
            raise ValueError(f"timeout {timeout} is not a positive number of seconds")
        self.rank, self.world_size = rank, world_size
        self._store, self._prefix, self._timeout = store, name + "/", timeout
        self._position, self._used, self._closed = 0, [], False
        self._names = {str(rank): rank for rank in range(world_size)}
        self._checks = 0  # communicators of it whose calls are compared
        if store.add(f"{self._prefix}rank/{rank}", 1) > 1:
            self._break(_INVALID_USAGE, f"two members say they are rank {rank}")
        self._meet("join", "join", world_size, b"")

    def all_gather(self, payload):
        """Everyone's bytes, by rank."""
        return [bytes(self._store.get(key)) for key in self._call("all_gather", 0, payload)]

    def gather(self, payload, root):
        """Everyone's bytes, by rank, on the root; an empty list elsewhere."""
        keys = self._call("gather", root, payload)
        return [bytes(self._store.get(key)) for key in keys] if self.rank == root else []

    def broadcast(self, payload, root):
        """The root's bytes."""
        keys = self._call("broadcast", root, payload if self.rank == root else b"")
        return bytes(self._store.get(keys[operator.index(root)]))

    def barrier(self):
        """Returns when everyone has called it."""
        self._call("barrier", 0, b"")

    def close(self):
        """Leaves; whoever still waits for this rank is told."""
        if not self._closed:
            self._closed = True
            self._store.append(self._prefix + "gone", f"{self.rank} has closed its process group\n")

    def __enter__(self):
        return self

    def __exit__(self, kind, failure, trace):
        try:
            self.close()
        except Exception:
            if kind is None:
                raise
            # The store is gone; what has failed before says more.

    def _call(self, operation, root, payload):
        if self._closed:
            raise GroupError("the process group is closed")
        root = _whole("root", root)
        if not 0 <= root < self.world_size:
            raise ValueError(f"root {root} is not in 0..{self.world_size - 1}")
        payload = memoryview(payload)  # a number or a text is a mistake
        if payload.nbytes > _MOST_BYTES:
            raise ValueError(f"payload of {payload.nbytes} bytes, at most {_MOST_BYTES}")
        position, self._position = self._position, self._position + 1
        return self._meet(str(position), operation, root, payload)

    def _meet(self, position, operation, number, payload):
        at, label = self._prefix + position, f"{operation}.{number}"
        keys = [f"{at}/{label}/{rank}" for rank in range(self.world_size)]
        self._store.set(keys[self.rank], bytes(payload))
        self._store.append(at + "/calls", f"{self.rank} {label}\n")
        deadline = time.monotonic() + self._timeout
        while not self._there(keys, min(_LOOK, max(deadline - time.monotonic(), 0.001))):
            self._look(at, label, keys)
            if time.monotonic() >= deadline:
                missing = [rank for rank, key in enumerate(keys) if not self._store.check([key])]
                self._break(
                    _TIMEOUT,
                    f"rank {self.rank} waited {self._timeout} s in {label}, and of "
                    f"{self.world_size} ranks these have not come: {missing}",
                )
        for key in self._used:
            self._store.delete_key(key)
        self._used = [keys[self.rank]] + ([at + "/calls"] if self.rank == 0 else [])
        return keys

    def _there(self, keys, seconds):
        # Asked again and again: torch prints a warning for every wait that runs out of time.
        deadline, pause = time.monotonic() + seconds, 0.001
        while not self._store.check(keys):
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(2 * pause, 0.02)
        return True

    def _look(self, at, label, keys):
        failed = self._text(self._prefix + "failed")
        if failed:
            raise GroupError(self._words(failed))
        for line in self._text(at + "/calls").splitlines():
            rank, _, other = line.partition(" ")
            if other != label:
                self._break(
                    _INVALID_USAGE,
                    f"the ranks disagree: rank {self.rank} calls {label}, rank {rank} calls {other}",
                )
        for line in self._text(self._prefix + "gone").splitlines():
            rank, _, why = line.partition(" ")
            if rank in self._names and not self._store.check([keys[self._names[rank]]]):
                self._break(_REMOTE_ERROR, f"rank {rank} will not come to {label}: it {why}")

    def _text(self, key):
        return _clean(self._store.get(key)) if self._store.check([key]) else ""

    def _words(self, failed):
        code, _, words = failed.partition(" ")
        return f"process group, rank {self.rank}/{self.world_size}: " + (words or code)

    def _break(self, code, text):
        """Breaks the group for everyone; who was first wins."""
        key = self._prefix + "failed"
        if self._store.add(self._prefix + "failures", 1) == 1:
            self._store.set(key, f"{code} {text}")
            raise GroupError(self._words(f"0 {text}"))
        self._there([key], 5)
        raise GroupError(self._words(self._text(key) or f"0 {text}"))


def _whole(what, value):
    """A whole number, also of numpy; True and 1.0 are mistakes."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{what} {value!r} is not a whole number")
    return operator.index(value)


def _clean(data):
    """Text of another process, without what could confuse a terminal."""
    text = bytes(data).decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def _cut(text):
    return text.encode("utf-8", "replace")[:_MOST_TEXT]


# NCCL's codes.
_TYPES = (
    "int8 uint8 int32 uint32 int64 uint64 float16 float32 float64 bfloat16 float8_e4m3fn float8_e5m2"
).split()
_REDUCTIONS = "sum prod max min avg".split()


class MismatchError(GroupError):
    """The ranks make different calls; NCCL was not called."""


class CrossRankCheck:
    """Compares the calls of all ranks through their group, as jccl's listener of that name does.

    Counts are NCCL's: elements that a rank sends in all_gather, gives to or takes from each rank in
    reduce_scatter, all_to_all, gather and scatter. Messages between two ranks are not compared.
    """

    def __init__(self, group, every=1):
        if _whole("every", every) < 1:
            raise ValueError(f"every {every} collectives: at least 1")
        turn = group._checks = group._checks + 1
        self._group, self._every, self._calls, self._next = group, every, [], 0
        self._tag, self._over = _java_hash("cross-rank check") << 32 | turn, False

    def before(self, operation, count, dtype, reduction=None, root=None):
        """Compares a collective that is about to be made; raises MismatchError if ranks differ."""
        kind = str(dtype).removeprefix("torch.")
        if kind not in _TYPES:
            raise ValueError(f"NCCL has no type {kind}")
        if reduction is not None and reduction not in _REDUCTIONS:
            raise ValueError(f"reduction {reduction!r} is none of {', '.join(_REDUCTIONS)}")
        count = _whole("count", count)
        if not 0 <= count < 1 << 63:
            raise ValueError(f"count {count} is not in 0..{(1 << 63) - 1}")
        root = -1 if root is None else _whole("root", root)
        if not -1 <= root < self._group.world_size:
            raise ValueError(f"root {root} is not in 0..{self._group.world_size - 1}")
        code = -1 if reduction is None else _REDUCTIONS.index(reduction)
        where = sys._getframe(1)
        file = os.path.basename(where.f_code.co_filename)
        site = f"{where.f_code.co_name}({file}:{where.f_lineno})"
        number, self._next = self._next, self._next + 1
        self._calls.append((number, operation, _TYPES.index(kind), count, code, root, site))
        if self._next % self._every == 0:
            self._compare(number)

    def close(self):
        """Compares what is left; before the group is closed."""
        if self._calls and not self._over:
            self._group.barrier()
            self._compare(self._next)
        self._over = True

    def _compare(self, number):
        if self._over:
            return
        own = struct.pack(">qq", self._tag, number) + b"".join(map(_told, self._calls))
        said, others = {}, []
        for rank, each in enumerate(self._group.all_gather(own)):
            tag, its = struct.unpack_from(">qq", each) if len(each) >= 16 else (0, -1)
            if tag != self._tag:
                others.append(f"rank {rank} is in another communicator's check")
            elif its != number:
                others.append(f"rank {rank} is before #{its}")
            for call in _heard(each[16:]):
                said.setdefault(call[0], {})[rank] = call
        self._calls.clear()
        if others:
            self._over = True
            raise MismatchError("the ranks do not come at the same call: " + ", ".join(others))
        for its, calls in sorted(said.items()):
            sides = {}
            for rank, call in calls.items():
                sides.setdefault(call[:6], []).append(rank)
            if len(sides) > 1:
                self._over = True
                raise MismatchError(_difference(its, sides, calls))


def _java_hash(text):
    """String.hashCode of Java."""
    value = 0
    for each in text:
        value = (31 * value + ord(each)) & 0xFFFF_FFFF
    return value - (1 << 32) if value & 0x8000_0000 else value


def _told(call):
    number, operation, kind, count, reduction, root, site = call
    text = f"{operation}\n{site}"[:512].encode("utf-8", "replace")
    return struct.pack(">qqiiii", number, count, kind, reduction, root, len(text)) + text


def _heard(data):
    at = 0
    while len(data) - at >= 32:
        number, count, kind, reduction, root, length = struct.unpack_from(">qqiiii", data, at)
        at += 32
        if not 0 <= length <= len(data) - at:
            return
        name, _, site = _clean(data[at : at + length]).partition("\n")
        at += length
        yield number, name, kind, count, reduction, root, site


def _difference(number, sides, calls):
    most = max(len(ranks) for ranks in sides.values())
    lines = [f"MISMATCH: call #{number} is not the same on all ranks"]
    for call, ranks in sorted(sides.items(), key=lambda side: -len(side[1])):
        _, operation, kind, count, reduction, root = call
        parts = [f"count {count}", _TYPES[kind] if 0 <= kind < len(_TYPES) else f"type {kind}"]
        if reduction != -1:
            known = 0 <= reduction < len(_REDUCTIONS)
            parts.append(_REDUCTIONS[reduction] if known else "premulsum")
        if root >= 0:
            parts.append(f"root {root}")
        whose = "ranks " + ", ".join(map(str, ranks)) if len(ranks) > 1 else f"rank {ranks[0]}"
        guilty = ", against the others" if len(ranks) < most else ""
        site = calls[ranks[0]][6]
        lines.append(f"  {whose}: {operation} ({', '.join(parts)}){guilty}")
        if site:
            lines.append(f"    at {site}")
    return "\n".join(lines)


def communicator(group, device, check=None):
    """Opens a communicator with the other ranks; a torch.distributed.ProcessGroupNCCL."""
    import torch.distributed as dist

    def make(store):
        options = dist.ProcessGroupNCCL.Options()
        made = dist.ProcessGroupNCCL(store, group.rank, group.world_size, options)
        if hasattr(made, "eager_connect_single_device"):
            made.eager_connect_single_device(device)
        return made

    return _open(group, device, make, lambda made, tensor: made.allreduce([tensor]).wait(), check)


def init_process_group(group, device, check=None):
    """The same as torch's default group, for torch.distributed's own functions."""
    import torch.distributed as dist

    def make(store):
        dist.init_process_group(
            "nccl",
            store=store,
            rank=group.rank,
            world_size=group.world_size,
            device_id=device,
        )
        return dist.group.WORLD

    return _open(group, device, make, lambda made, tensor: dist.all_reduce(tensor), check)


def _variable(name):
    value = os.environ.get(name, "")
    if not value:
        raise ValueError(f"environment variable {name} is not set: start the ranks by torchrun")
    return value


def _number_of(name):
    value = _variable(name)
    if not (value.isdecimal() and value.isascii() and len(value) < 10):
        raise ValueError(f"environment variable {name}: {value!r} is not a number")
    return int(value)


def from_environment(name=None, timeout=300.0):
    """The group of torchrun's ranks, by the store of its agent; in Java JCCL_GROUP_STORE=torch."""
    import torch.distributed as dist

    rank, size, port = map(_number_of, ("RANK", "WORLD_SIZE", "MASTER_PORT"))
    store = dist.TCPStore(
        _variable("MASTER_ADDR"),
        port,
        is_master=False,
        wait_for_workers=False,
        timeout=timedelta(seconds=timeout),
    )
    attempt = os.environ.get("TORCHELASTIC_RUN_ID", "job")
    attempt += "/" + os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    return Group(store, rank, size, name or "jccl/store/" + attempt, timeout)


def _open(group, device, make, all_reduce, check=None):
    import torch
    import torch.distributed as dist

    own = None
    try:
        torch.cuda.set_device(device)
        offer = _offer(device)
    except Exception as failure:  # the others hear of it, who would wait
        own, offer = failure, _unable(f"{type(failure).__name__}: {failure}")
    store = dist.HashStore()
    offers = group.gather(offer, 0)
    if group.rank == 0:
        refusal = _refusal(offers)
        if refusal:
            group.broadcast(bytes([_REFUSED]) + struct.pack(">i", -1) + _cut(refusal), 0)
            raise GroupError(refusal) from own
        made = _made_while_told(group, device, make, store)
    else:
        verdict = group.broadcast(b"", 0)
        if not verdict or verdict[0] != _ID or len(verdict) != 1 + _ID_BYTES:
            raise GroupError(_clean(verdict[5:]) or "rank 0 sent no id") from own
        for key in _TORCH_KEYS:
            store.set(key, verdict[1:])
        made = make(store)
    warm = torch.zeros(1, dtype=torch.float32, device=device)
    if check is not None:
        check.before("all_reduce", 1, warm.dtype, "sum")  # as the warm-up of the ranks in Java
    all_reduce(made, warm)
    torch.cuda.synchronize(device)
    return made


def _made_while_told(group, device, make, store):
    """torch makes the id inside, and waits there for the others: they are told it meanwhile."""
    import torch

    made, failures = [], []

    def work():
        try:
            torch.cuda.set_device(device)
            made.append(make(store))
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    deadline = time.monotonic() + group._timeout
    while not failures:
        for key in _TORCH_KEYS:
            if store.check([key]):
                value = bytes(store.get(key))
                if len(value) == _ID_BYTES:
                    group.broadcast(bytes([_ID]) + value, 0)
                    thread.join(group._timeout)
                    if failures:
                        raise failures[0]
                    if not made:
                        words = f"torch has not made the communicator in {group._timeout} s"
                        raise GroupError(words + ": a rank is late or missing")
                    return made[0]
        if time.monotonic() >= deadline:
            break
        time.sleep(0.005)
    words = str(failures[0]) if failures else "torch has made no id"
    group.broadcast(bytes([_NO_ID]) + struct.pack(">i", -1) + _cut(words), 0)
    raise failures[0] if failures else GroupError(words)


def _offer(device):
    import torch

    version = torch.cuda.nccl.version()
    code = version[0] * 10_000 + version[1] * 100 + version[2]
    properties = torch.cuda.get_device_properties(device)
    uuid = str(getattr(properties, "uuid", ""))
    identity = f"{_host()}/" + ("GPU-" + uuid.removeprefix("GPU-") if uuid else str(device))
    shares = os.environ.get("NCCL_MULTI_RANK_GPU_ENABLE") == "1" and code >= 23_003
    return _offered(code, f"NCCL of torch {torch.__version__}", identity, shares)


def _offered(code, library, identity, shares):
    """The bytes of a rank that can go on, with a warm-up and untuned: that is all torch can do."""
    offer = struct.pack(">BBBi", _FORMAT, 1, 1, code)
    for text in ("nccl", library, identity, "off"):
        encoded = _cut(text)
        offer += struct.pack(">H", len(encoded)) + encoded
    return offer + bytes([shares])


def _unable(reason):
    """The bytes of a rank that cannot go on."""
    encoded = _cut(reason)
    return struct.pack(">BBH", _FORMAT, 0, len(encoded)) + encoded


def _host():
    with open("/proc/sys/kernel/hostname", encoding="utf-8") as file:
        return file.read().strip()


def _read_offer(offer):
    """What a rank has, or why it cannot go on; struct.error or IndexError if it is no offer."""
    if offer[0] != _FORMAT:
        raise IndexError
    texts, at = [], 7 if offer[1] else 2
    for _ in range(4 if offer[1] else 1):
        (length,) = struct.unpack_from(">H", offer, at)
        (text,) = struct.unpack_from(f">{length}s", offer, at + 2)
        texts.append(_clean(text))
        at += 2 + length
    if not offer[1]:
        return texts[0]
    return bool(offer[2]), struct.unpack_from(">i", offer, 3)[0], *texts, offer[at]


def _refusal(offers):
    """What speaks against going on; as jccl decides when rank 0 is in Java."""
    able = {}
    objections = []
    for rank, offer in enumerate(offers):
        try:
            fields = _read_offer(offer)
        except (struct.error, IndexError):
            words = f"sent {len(offer)} bytes that this jccl_torch.py cannot read"
            fields = f"{words}: use one version of jccl on all ranks"
        if isinstance(fields, str):
            objections.append(f"rank {rank} cannot: {fields}")
        else:
            able[rank] = fields
    checked = ((2, "backends"), (1, "NCCL versions"), (0, "warm-up"), (5, "tuning"))
    for column, what in checked:
        values = {rank: fields[column] for rank, fields in able.items()}
        if len(set(values.values())) > 1:
            objections.append(f"the ranks have different {what}: {values}")
    devices = {}
    for rank, fields in able.items():
        devices.setdefault(fields[4], []).append(rank)
    for name, ranks in devices.items():
        if len(ranks) > 1 and not all(able[rank][6] for rank in ranks):
            objections.append(f"ranks {ranks} share one device, give each its own: {name}")
    return objections and "the ranks cannot open a communicator together: " + "; ".join(objections)
