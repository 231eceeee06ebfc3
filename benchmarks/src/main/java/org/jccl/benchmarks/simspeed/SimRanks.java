package org.jccl.benchmarks.simspeed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jccl.CollectiveTimeoutException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Ranks;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/**
 * A simulated world with the buffers of one operation, in which ranks make call after call: through
 * the front door, checks at their default.
 */
public final class SimRanks implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /**
   * What a batch of calls took.
   *
   * @param open nanoseconds from the start of the ranks to the first call of the first of them
   * @param calls nanoseconds from the first rank's first call to the last rank's last return
   */
  public record Batch(long open, long calls) {}

  private final PeerOperation what;
  private final RankMode mode;
  private final CallWay way;
  private final int ranks;
  private final Simulator simulator;
  private final List<DeviceBuffer> sends = new ArrayList<>();
  private final List<DeviceBuffer> recvs = new ArrayList<>();
  private final List<Communicator> free;
  private final long[] begins;
  private final long[] ends;

  /** A world of the elements that fit the operation. */
  public SimRanks(PeerOperation what, int ranks, long bytes, RankMode mode, CallWay way) {
    this(what, ranks, bytes, what.elements(ranks, bytes), mode, way);
  }

  /** A world of elements of a type. */
  public SimRanks(
      PeerOperation what, int ranks, long bytes, DataType type, RankMode mode, CallWay way) {
    this(what, ranks, bytes, type, mode, way, Simulator.builder());
  }

  /** A world that {@code builder} makes. */
  public SimRanks(
      PeerOperation what,
      int ranks,
      long bytes,
      DataType type,
      RankMode mode,
      CallWay way,
      Simulator.Builder builder) {
    if (!what.fits(ranks, bytes)) {
      throw new IllegalArgumentException(
          "%s of %d bytes cannot be shared out among %d ranks"
              .formatted(what.label(), bytes, ranks));
    }
    this.what = what;
    this.mode = mode;
    this.way = way;
    this.ranks = ranks;
    this.simulator = builder.devices(ranks).build();
    this.begins = new long[ranks];
    this.ends = new long[ranks];
    allocate(type, bytes / type.bytes());
    this.free =
        mode == RankMode.FREE
            ? simulator
                .backend()
                .openAll(simulator.backend().devices(), CommunicatorConfig.defaults())
            : List.of();
  }

  private void allocate(DataType type, long count) {
    long sent = what == PeerOperation.ALL_GATHER ? count / ranks : count;
    long received = what == PeerOperation.REDUCE_SCATTER ? count / ranks : count;
    for (var device : simulator.backend().devices()) {
      DeviceBuffer send = device.allocate(type, sent);
      DeviceBuffer recv = what == PeerOperation.BROADCAST ? send : device.allocate(type, received);
      // Zeros: sums that stay what they are, however often they are taken.
      send.fill((byte) 0, device.defaultStream());
      recv.fill((byte) 0, device.defaultStream());
      device.defaultStream().synchronize();
      sends.add(send);
      recvs.add(recv);
    }
  }

  /** Lets every rank make {@code calls} calls. */
  public Batch run(int calls) {
    long started = System.nanoTime();
    if (mode == RankMode.FREE) {
      runFree(calls);
    } else {
      Ranks.run(
          simulator.backend(),
          ranks,
          rank -> {
            rank.processGroup().barrier(PATIENCE);
            loop(rank.rank(), rank.communicator(), calls);
          });
    }
    long first = LongStream.of(begins).min().orElseThrow();
    return new Batch(first - started, LongStream.of(ends).max().orElseThrow() - first);
  }

  private void runFree(int calls) {
    CyclicBarrier start = new CyclicBarrier(ranks);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (Communicator communicator : free) {
      Runnable program =
          () -> {
            try {
              start.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
              loop(communicator.rank(), communicator, calls);
            } catch (InterruptedException
                | BrokenBarrierException
                | TimeoutException
                | RuntimeException
                | Error failed) {
              failure.compareAndSet(null, failed);
            }
          };
      threads.add(Thread.ofPlatform().daemon().name("rank " + communicator.rank()).start(program));
    }
    for (Thread thread : threads) {
      join(thread);
    }
    Throwable first = failure.get();
    if (first != null) {
      throw new IllegalStateException("a rank failed: " + first, first);
    }
  }

  private static void join(Thread thread) {
    try {
      if (!thread.join(PATIENCE.multipliedBy(2))) {
        throw new CollectiveTimeoutException(thread.getName() + " is still running");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + thread.getName() + " runs", e);
    }
  }

  private void loop(int rank, Communicator communicator, int calls) {
    Stream stream = communicator.defaultStream();
    begins[rank] = System.nanoTime();
    if (what != PeerOperation.SEND_RECV || rank < 2) {
      for (int call = 0; call < calls; call++) {
        issue(rank, communicator, stream);
      }
      stream.synchronize();
    }
    ends[rank] = System.nanoTime();
  }

  private void issue(int rank, Communicator communicator, Stream stream) {
    DeviceBuffer send = sends.get(rank);
    DeviceBuffer recv = recvs.get(rank);
    switch (what) {
      case ALL_REDUCE -> communicator.allReduce(send, recv, ReduceOp.SUM, stream);
      case ALL_GATHER -> communicator.allGather(send, recv, stream);
      case REDUCE_SCATTER -> communicator.reduceScatter(send, recv, ReduceOp.SUM, stream);
      case BROADCAST -> communicator.broadcast(send, 0, stream);
      case SEND_RECV -> {
        if (rank == 0) {
          communicator.send(send, 1, stream);
          settle(stream);
          communicator.recv(recv, 1, stream);
        } else {
          communicator.recv(recv, 0, stream);
          settle(stream);
          communicator.send(send, 0, stream);
        }
      }
    }
    settle(stream);
  }

  private void settle(Stream stream) {
    if (way == CallWay.SYNCHRONOUS) {
      stream.synchronize();
    }
  }

  @Override
  public void close() {
    free.forEach(Communicator::close);
    sends.forEach(DeviceBuffer::close);
    recvs.forEach(DeviceBuffer::close); // a broadcast's are the same, closed once
    simulator.close();
  }
}
