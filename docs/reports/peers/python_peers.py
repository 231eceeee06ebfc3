#!/usr/bin/env python3
"""Times what a Python user would call instead of jccl, one process a GPU:

  pynccl  ctypes calls into libnccl as FastVideo's and vLLM's PyNcclCommunicator make them
          (the result of an all-reduce is allocated per call)
  torch   torch.distributed's NCCL backend

    python3 python_peers.py --gpus 2 --iters 100 --warmup 500 --sizes 8,4096,1048576

Prints one JSON object a line: library, op, bytes, us. Time is the host's clock over back-to-back
calls up to the stream's end, divided by the calls; the slowest rank counts. Sizes are in bytes as
nccl-tests counts them (the larger buffer).
"""
import argparse
import ctypes
import json
import os
import socket
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

OPS = ["all_reduce", "all_gather", "reduce_scatter", "broadcast", "sendrecv"]
FLOAT32, SUM = 7, 0


class UniqueId(ctypes.Structure):
    _fields_ = [("internal", ctypes.c_byte * 128)]


class PyNccl:
    """The ten functions that FastVideo binds, called the way it calls them."""

    def __init__(self, path, rank, world, group):
        self.lib = ctypes.CDLL(path)
        p, size, i = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
        for name, args in {
            "ncclCommInitRank": [ctypes.POINTER(p), i, UniqueId, i],
            "ncclAllReduce": [p, p, size, i, i, p, p],
            "ncclAllGather": [p, p, size, i, p, p],
            "ncclReduceScatter": [p, p, size, i, i, p, p],
            "ncclBroadcast": [p, p, size, i, i, p, p],
            "ncclSend": [p, size, i, i, p, p],
            "ncclRecv": [p, size, i, i, p, p],
            "ncclGroupStart": [],
            "ncclGroupEnd": [],
        }.items():
            function = getattr(self.lib, name)
            function.argtypes, function.restype = args, i
        uid = UniqueId()
        if rank == 0:
            self.check(self.lib.ncclGetUniqueId(ctypes.byref(uid)))
        box = [bytes(uid.internal)]
        dist.broadcast_object_list(box, 0, group=group)
        ctypes.memmove(ctypes.byref(uid), box[0], 128)
        self.comm = p()
        self.rank, self.world = rank, world
        self.check(self.lib.ncclCommInitRank(ctypes.byref(self.comm), world, uid, rank))

    @staticmethod
    def check(code):
        if code != 0:
            raise RuntimeError(f"NCCL error {code}")

    def call(self, op, x, y):
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
        pointer = lambda t: ctypes.c_void_p(t.data_ptr())
        n = self.lib
        if op == "all_reduce":
            out = torch.empty_like(x)
            self.check(n.ncclAllReduce(pointer(x), pointer(out), x.numel(), FLOAT32, SUM, self.comm, stream))
        elif op == "all_gather":
            self.check(n.ncclAllGather(pointer(x), pointer(y), x.numel(), FLOAT32, self.comm, stream))
        elif op == "reduce_scatter":
            self.check(n.ncclReduceScatter(pointer(x), pointer(y), y.numel(), FLOAT32, SUM, self.comm, stream))
        elif op == "broadcast":
            send = pointer(x) if self.rank == 0 else ctypes.c_void_p(0)
            self.check(n.ncclBroadcast(send, pointer(x), x.numel(), FLOAT32, 0, self.comm, stream))
        else:
            self.check(n.ncclGroupStart())
            self.check(n.ncclSend(pointer(x), x.numel(), FLOAT32, (self.rank + 1) % self.world, self.comm, stream))
            self.check(n.ncclRecv(pointer(y), y.numel(), FLOAT32, (self.rank - 1) % self.world, self.comm, stream))
            self.check(n.ncclGroupEnd())


class Torch:
    def __init__(self, rank, world):
        self.rank, self.world = rank, world

    def call(self, op, x, y):
        if op == "all_reduce":
            dist.all_reduce(x)
        elif op == "all_gather":
            dist.all_gather_into_tensor(y, x)
        elif op == "reduce_scatter":
            dist.reduce_scatter_tensor(y, x)
        elif op == "broadcast":
            dist.broadcast(x, 0)
        else:
            ops = [dist.P2POp(dist.isend, x, (self.rank + 1) % self.world),
                   dist.P2POp(dist.irecv, y, (self.rank - 1) % self.world)]
            for request in dist.batch_isend_irecv(ops):
                request.wait()


def tensors(op, size, world):
    count = size // 4
    block = count // world
    if op == "all_gather":
        return max(block, 1), max(block, 1) * world
    if op == "reduce_scatter":
        return max(block, 1) * world, max(block, 1)
    return count, count


def worker(rank, args, port):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.cuda.set_device(rank)
    dist.init_process_group("nccl", rank=rank, world_size=args.gpus, device_id=torch.device("cuda", rank))
    cpu = dist.new_group(backend="gloo")
    libraries = {"torch": Torch(rank, args.gpus)}
    if args.library:
        libraries["pynccl"] = PyNccl(args.library, rank, args.gpus, cpu)
    for op in OPS:
        for size in args.sizes:
            for name, library in libraries.items():
                n_in, n_out = tensors(op, size, args.gpus)
                x = torch.zeros(n_in, device="cuda")
                y = torch.zeros(n_out, device="cuda")
                for _ in range(args.warmup):
                    library.call(op, x, y)
                torch.cuda.synchronize()
                dist.barrier(group=cpu)
                start = time.perf_counter()
                for _ in range(args.iters):
                    library.call(op, x, y)
                torch.cuda.synchronize()
                mine = (time.perf_counter() - start) / args.iters * 1e6
                everyone = [None] * args.gpus
                dist.all_gather_object(everyone, mine, group=cpu)
                if rank == 0:
                    print(json.dumps({"library": name, "op": op, "bytes": size, "us": max(everyone)}), flush=True)
    dist.destroy_process_group()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gpus", type=int, default=2)
    parser.add_argument("--iters", type=int, default=100)
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--library", default="")
    parser.add_argument("--sizes", type=lambda s: [int(v) for v in s.split(",")],
                        default=[8, 512, 4096, 32768, 262144, 2097152, 16777216, 134217728])
    args = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mp.spawn(worker, args=(args, port), nprocs=args.gpus)


if __name__ == "__main__":
    main()
