#!/usr/bin/env python3
"""What a Python user would call instead of jccl, timed in turns with it: ./jccl bench --peers starts this.

    python3 nccl_peers.py GPUS [LIBRARY]

Two libraries, one process a GPU, which stay between questions:

  torch    torch.distributed's NCCL backend
  pynccl   ctypes calls into LIBRARY as the PyNcclCommunicator of vLLM and FastVideo makes them
           (the result of an all-reduce is allocated for each call)

A question is a line of standard input. "hello" is answered with a line for each library, "here NAME
WORDS" or "missing NAME WHY". "NAME OPERATION BYTES:CALLS ..." is answered with a line "BYTES MICROS" for each
size that the library can do: the host's clock over so many calls one after the other up to the end
of the stream, divided by the calls; the slowest rank counts. Bytes are those of the larger buffer, as
nccl-tests counts them. "#done" follows an answer, or "#failed WHY".
"""
import ctypes
import os
import socket
import sys
import time

WARM_UPS = 20
FLOAT32, SUM = 7, 0
ALL = ("all_reduce", "all_gather", "reduce_scatter", "broadcast", "reduce", "sendrecv", "all_to_all")


class UniqueId(ctypes.Structure):
    _fields_ = [("internal", ctypes.c_byte * 128)]


class PyNccl:
    """The functions that PyNcclCommunicator binds, called the way it calls them."""

    operations = ALL

    def __init__(self, torch, path, rank, world, everyone):
        self.torch, self.rank, self.world = torch, rank, world
        self.lib = ctypes.CDLL(path)
        p, size, i = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
        for name, args in {
            "ncclGetVersion": [ctypes.POINTER(i)],
            "ncclGetUniqueId": [ctypes.POINTER(UniqueId)],
            "ncclCommInitRank": [ctypes.POINTER(p), i, UniqueId, i],
            "ncclAllReduce": [p, p, size, i, i, p, p],
            "ncclAllGather": [p, p, size, i, p, p],
            "ncclReduceScatter": [p, p, size, i, i, p, p],
            "ncclBroadcast": [p, p, size, i, i, p, p],
            "ncclReduce": [p, p, size, i, i, i, p, p],
            "ncclSend": [p, size, i, i, p, p],
            "ncclRecv": [p, size, i, i, p, p],
            "ncclGroupStart": [],
            "ncclGroupEnd": [],
        }.items():
            function = getattr(self.lib, name)
            function.argtypes, function.restype = args, i
        version = i()
        self.check(self.lib.ncclGetVersion(ctypes.byref(version)))
        self.words = f"NCCL {version.value} at {path}"
        uid = UniqueId()
        if rank == 0:
            self.check(self.lib.ncclGetUniqueId(ctypes.byref(uid)))
        ctypes.memmove(ctypes.byref(uid), everyone(bytes(uid))[0], 128)
        self.comm = p()
        self.check(self.lib.ncclCommInitRank(ctypes.byref(self.comm), world, uid, rank))

    @staticmethod
    def check(code):
        if code != 0:
            raise RuntimeError(f"NCCL error {code}")

    def call(self, op, x, y):
        n = self.lib
        stream = ctypes.c_void_p(self.torch.cuda.current_stream().cuda_stream)
        pointer = lambda t: ctypes.c_void_p(t.data_ptr())
        if op == "all_reduce":
            out = self.torch.empty_like(x)
            self.check(n.ncclAllReduce(pointer(x), pointer(out), x.numel(), FLOAT32, SUM, self.comm, stream))
        elif op == "all_gather":
            self.check(n.ncclAllGather(pointer(x), pointer(y), x.numel(), FLOAT32, self.comm, stream))
        elif op == "reduce_scatter":
            self.check(n.ncclReduceScatter(pointer(x), pointer(y), y.numel(), FLOAT32, SUM, self.comm, stream))
        elif op == "broadcast":
            send = pointer(x) if self.rank == 0 else ctypes.c_void_p(0)
            self.check(n.ncclBroadcast(send, pointer(x), x.numel(), FLOAT32, 0, self.comm, stream))
        elif op == "reduce":
            self.check(n.ncclReduce(pointer(x), pointer(y), x.numel(), FLOAT32, SUM, 0, self.comm, stream))
        elif op == "sendrecv":
            self.check(n.ncclGroupStart())
            self.check(n.ncclSend(pointer(x), x.numel(), FLOAT32, (self.rank + 1) % self.world, self.comm, stream))
            self.check(n.ncclRecv(pointer(y), y.numel(), FLOAT32, (self.rank - 1) % self.world, self.comm, stream))
            self.check(n.ncclGroupEnd())
        else:
            block = x.numel() // self.world
            self.check(n.ncclGroupStart())
            for peer in range(self.world):
                at = peer * block * 4
                self.check(n.ncclSend(ctypes.c_void_p(x.data_ptr() + at), block, FLOAT32, peer, self.comm, stream))
                self.check(n.ncclRecv(ctypes.c_void_p(y.data_ptr() + at), block, FLOAT32, peer, self.comm, stream))
            self.check(n.ncclGroupEnd())


class Torch:
    operations = ALL

    def __init__(self, torch, rank, world, port):
        import torch.distributed as dist

        self.dist, self.rank, self.world = dist, rank, world
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
        dist.init_process_group("nccl", rank=rank, world_size=world, device_id=torch.device("cuda", rank))
        self.words = f"torch {torch.__version__}, NCCL {'.'.join(map(str, torch.cuda.nccl.version()))}"

    def call(self, op, x, y):
        dist = self.dist
        if op == "all_reduce":
            dist.all_reduce(x)
        elif op == "all_gather":
            dist.all_gather_into_tensor(y, x)
        elif op == "reduce_scatter":
            dist.reduce_scatter_tensor(y, x)
        elif op == "broadcast":
            dist.broadcast(x, 0)
        elif op == "reduce":
            dist.reduce(x, 0)
        elif op == "sendrecv":
            ops = [dist.P2POp(dist.isend, x, (self.rank + 1) % self.world),
                   dist.P2POp(dist.irecv, y, (self.rank - 1) % self.world)]
            for request in dist.batch_isend_irecv(ops):
                request.wait()
        else:
            dist.all_to_all_single(y, x)


def counts(op, size, world):
    """Elements of both buffers; None if the size does not fit."""
    count = size // 4
    block = count // world
    if op in ("all_gather", "reduce_scatter", "all_to_all") and block == 0:
        return None
    if op == "all_gather":
        return block, block * world
    if op == "reduce_scatter":
        return block * world, block
    if op == "all_to_all":
        return block * world, block * world
    return count, count


def timed(torch, library, op, sizes, world, meet):
    answers = []
    for size, calls in sizes:
        n = counts(op, size, world)
        if n is None:
            continue
        x, y = torch.zeros(n[0], device="cuda"), torch.zeros(n[1], device="cuda")
        for _ in range(min(WARM_UPS, calls)):
            library.call(op, x, y)
        torch.cuda.synchronize()
        meet()
        start = time.perf_counter()
        for _ in range(calls):
            library.call(op, x, y)
        torch.cuda.synchronize()
        answers.append((size, (time.perf_counter() - start) / calls * 1e6))
    return answers


class Meeting:
    """A barrier that is left by all within a microsecond; the last slot says that somebody has failed."""

    def __init__(self, rank, world, slots):
        self.rank, self.world, self.slots = rank, world, slots

    def wait(self):
        slots, mine = self.slots, self.slots[self.rank] + 1
        slots[self.rank] = mine
        for each in range(self.world):
            while slots[each] < mine:
                if slots[self.world]:
                    raise RuntimeError("another rank has failed")

    def abort(self):
        self.slots[self.world] = 1


def worker(rank, world, path, port, slots, box, pipe):
    barrier = Meeting(rank, world, slots)
    try:
        import torch
    except ImportError as missing:
        pipe.send({"torch": (False, str(missing)), "pynccl": (False, f"it takes torch's tensors: {missing}")})
        return

    def everyone(mine):
        box[rank * 128:(rank + 1) * 128] = mine
        barrier.wait()
        return [bytes(box[r * 128:(r + 1) * 128]) for r in range(world)]

    libraries, said = {}, {}
    try:
        torch.cuda.set_device(rank)
        for name, make in (("torch", lambda: Torch(torch, rank, world, port)),
                           ("pynccl", lambda: PyNccl(torch, path, rank, world, everyone))):
            if name == "pynccl" and not path:
                said[name] = (False, "nobody has named NCCL's library")
                continue
            libraries[name] = make()
            said[name] = (True, libraries[name].words)
    except Exception as failed:  # said to the user, who decides
        for name in ("torch", "pynccl"):
            said.setdefault(name, (False, f"{type(failed).__name__}: {failed}"))
        barrier.abort()
    pipe.send(said)
    while True:
        question = pipe.recv()
        if question is None:
            return
        name, op, sizes = question
        try:
            pipe.send((timed(torch, libraries[name], op, sizes, world, barrier.wait), ""))
        except Exception as failed:
            barrier.abort()
            pipe.send(([], f"{type(failed).__name__}: {failed}"))


def oneline(text):
    return " ".join(str(text).split())[:300]


def main():
    world, path = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    import multiprocessing

    spawn = multiprocessing.get_context("spawn")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    slots, box, pipes = spawn.RawArray("l", world + 1), spawn.RawArray("c", 128 * world), []
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    for rank in range(world):
        mine, theirs = spawn.Pipe()
        spawn.Process(target=worker, args=(rank, world, path, port, slots, box, theirs), daemon=True).start()
        theirs.close()
        pipes.append(mine)
    said = None
    for line in sys.stdin:
        try:
            words = line.split()
            if words == ["hello"]:
                if said is None:
                    said = [pipe.recv() for pipe in pipes]
                for name in said[0]:
                    bad = [each[name][1] for each in said if not each[name][0]]
                    print("missing" if bad else "here", name, oneline(bad[0] if bad else said[0][name][1]), file=out)
            else:
                name, op, sizes = words[0], words[1], [tuple(map(int, w.split(":"))) for w in words[2:]]
                if op in ALL:
                    for pipe in pipes:
                        pipe.send((name, op, sizes))
                    answers = [pipe.recv() for pipe in pipes]
                    for times, failure in answers:
                        if failure:
                            raise RuntimeError(failure)
                    for i, (size, _) in enumerate(answers[0][0]):
                        print(size, "%.3f" % max(times[i][1] for times, _ in answers), file=out)
            print("#done", file=out, flush=True)
        except Exception as failed:
            print("#failed", oneline(f"{type(failed).__name__}: {failed}"), file=out, flush=True)


if __name__ == "__main__":
    main()
