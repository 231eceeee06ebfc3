package org.jccl.benchmarks.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jccl.CallForecast;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.config.Tuning;

/**
 * Looks whether jccl's own kernels are right ({@link Tuning#kernels()}), in the ways that the
 * arguments name: {@code exact}, all types and sizes, in place and not, anywhere in memory; {@code
 * mixed N}, N calls on two streams among calls of NCCL; {@code graphs}; {@code late}, a rank that
 * comes late blocks nobody else's stream; {@code abort} of a kernel that waits; {@code missing}, a
 * rank that never comes; {@code exit} of a process whose kernel waits. Without own kernels it
 * fails; {@code nccl} as the last argument says that NCCL makes the calls.
 */
public final class KernelCheck implements RankProgram {
  private static final DataType[] TYPES = {DataType.FLOAT32, DataType.FLOAT16, DataType.BFLOAT16};
  private static final Duration LATE = Duration.ofMillis(400);
  private static final int LARGEST = 1 << 17;
  private static final int BATCH = 40;

  private enum Kind {
    ALL_REDUCE,
    ALL_GATHER,
    REDUCE_SCATTER
  }

  /** Started by {@code ./jccl run}. */
  public KernelCheck() {}

  @Override
  public void run(Rank rank) {
    List<String> args = rank.args();
    String mode = args.isEmpty() ? "exact" : args.getFirst();
    Tuning tuning = Tuning.OFF.kernels();
    CommunicatorConfig.Builder config = CommunicatorConfig.builder().name("kernels").tuning(tuning);
    if (mode.equals("missing")) {
      config.operationTimeout(Duration.ofSeconds(2));
    }
    try (Communicator comm =
        Communicator.open(rank.processGroup(), rank.device(), config.build())) {
      Check check = new Check(rank, comm, args.contains("nccl"));
      long wrong =
          switch (mode) {
            case "exact" -> check.exact();
            case "mixed" -> check.mixed(Integer.parseInt(args.get(1)));
            case "graphs" -> check.graphs();
            case "late" -> check.late();
            case "abort" -> check.abort();
            case "missing" -> check.missing();
            case "exit" -> check.exit();
            default -> throw new IllegalArgumentException("no such check: " + mode);
          };
      System.out.printf(
          "rank %d: %s, %d calls, %s%n",
          rank.rank(), mode, check.calls, wrong == 0 ? "right" : wrong + " elements WRONG");
      rank.processGroup().barrier(Duration.ofSeconds(60));
    }
  }

  /** One rank's checks. */
  private static final class Check {
    private final Rank rank;
    private final Communicator comm;
    private final int me;
    private final int ranks;
    private long calls;

    Check(Rank rank, Communicator comm, boolean isMadeByNccl) {
      this.rank = rank;
      this.comm = comm;
      this.me = rank.rank();
      this.ranks = rank.worldSize();
      try (DeviceBuffer one = rank.device().allocate(DataType.FLOAT32, 1)) {
        CallForecast call = comm.plan(c -> c.allReduce(one, ReduceOp.SUM)).getFirst();
        if (me == 0) {
          System.out.println(call);
        }
        if (call.isOwnKernel() == isMadeByNccl) {
          throw new IllegalStateException(
              isMadeByNccl ? "there are own kernels" : "there are no own kernels: " + call.why());
        }
      }
    }

    // ---- data

    private static float value(int rank, long element, int salt) {
      return (int) ((element * 7 + salt * 13L + rank * 29L) % 17) - 8;
    }

    private void fill(DeviceBuffer buffer, int salt) {
      int size = buffer.type().bytes();
      byte[] bytes = new byte[Math.toIntExact(buffer.bytes())];
      for (int i = 0; i < buffer.count(); i++) {
        long bits = buffer.type().encode(value(me, i, salt));
        for (int b = 0; b < size; b++) {
          bytes[i * size + b] = (byte) (bits >> (8 * b));
        }
      }
      buffer.as(DataType.UINT8).copyFrom(bytes);
    }

    private float wanted(Kind kind, long count, long element, int salt) {
      if (kind == Kind.ALL_GATHER) {
        return value((int) (element / count), element % count, salt);
      }
      long at = kind == Kind.REDUCE_SCATTER ? me * count + element : element;
      float sum = value(0, at, salt);
      for (int other = 1; other < ranks; other++) {
        sum += value(other, at, salt);
      }
      return sum;
    }

    private long wrong(DeviceBuffer recv, Kind kind, long count, int salt) {
      DataType type = recv.type();
      int size = type.bytes();
      byte[] bytes = new byte[Math.toIntExact(recv.bytes())];
      recv.as(DataType.UINT8).copyTo(bytes);
      long wrong = 0;
      for (int i = 0; i < recv.count(); i++) {
        long bits = 0;
        for (int b = 0; b < size; b++) {
          bits |= (bytes[i * size + b] & 0xFFL) << (8 * b);
        }
        wrong += type.decode(bits) == wanted(kind, count, i, salt) ? 0 : 1;
      }
      return wrong;
    }

    private long sent(Kind kind, long count) {
      return kind == Kind.REDUCE_SCATTER ? count * ranks : count;
    }

    private long received(Kind kind, long count) {
      return kind == Kind.ALL_GATHER ? count * ranks : count;
    }

    private void issue(
        Collectives on, Kind kind, DeviceBuffer send, DeviceBuffer recv, Stream stream) {
      calls++;
      switch (kind) {
        case ALL_REDUCE -> on.allReduce(send, recv, ReduceOp.SUM, stream);
        case ALL_GATHER -> on.allGather(send, recv, stream);
        case REDUCE_SCATTER -> on.reduceScatter(send, recv, ReduceOp.SUM, stream);
      }
    }

    // ---- all types and sizes

    long exact() {
      long wrong = 0;
      List<Integer> counts = new ArrayList<>();
      for (int i = 1; i <= 40; i++) {
        counts.add(i);
      }
      for (int power = 6; power <= 17; power++) {
        counts.addAll(List.of((1 << power) - 1, 1 << power, (1 << power) + 1));
      }
      for (DataType type : TYPES) {
        try (DeviceBuffer a = rank.device().allocate(type, LARGEST * 2L * ranks);
            DeviceBuffer b = rank.device().allocate(type, LARGEST * 2L * ranks)) {
          for (Kind kind : Kind.values()) {
            for (int count : counts) {
              for (int form = 0; form < 4; form++) {
                wrong += exact(kind, count, form, a, b);
              }
            }
          }
        }
      }
      return wrong;
    }

    /** Form 0: two buffers; 1: in place; 2 and 3: the same, each rank elsewhere in its memory. */
    private long exact(Kind kind, int count, int form, DeviceBuffer a, DeviceBuffer b) {
      int salt = count + form;
      long shift = form < 2 ? 0 : 1 + (me + count) % 3;
      DeviceBuffer send = a.slice(shift, sent(kind, count));
      DeviceBuffer recv = b.slice(shift, received(kind, count));
      if (form % 2 == 1) {
        switch (kind) {
          case ALL_REDUCE -> recv = send;
          case REDUCE_SCATTER -> recv = send.slice((long) me * count, count);
          case ALL_GATHER -> {
            recv = a.slice(shift, received(kind, count));
            send = recv.slice((long) me * count, count);
          }
        }
      }
      fill(send, salt);
      issue(comm, kind, send, recv, comm.defaultStream());
      comm.defaultStream().synchronize();
      return wrong(recv, kind, count, salt);
    }

    // ---- many calls

    /** A call of a batch, and where it works. */
    private record Slot(DataType type, DeviceBuffer send, DeviceBuffer recv) {}

    private List<Slot> slots() {
      List<Slot> made = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        DataType type = TYPES[i % TYPES.length];
        DeviceBuffer send = rank.device().allocate(type, LARGEST);
        fill(send, i);
        made.add(new Slot(type, send, rank.device().allocate(type, LARGEST)));
      }
      return made;
    }

    private static void close(List<Slot> slots) {
      for (Slot each : slots) {
        each.send.close();
        each.recv.close();
      }
    }

    long mixed(int most) {
      Random random = new Random(7); // the same on all ranks
      long wrong = 0;
      List<Slot> slots = slots();
      try (Stream other = rank.device().newStream();
          DeviceBuffer ints = rank.device().allocate(DataType.INT32, 4096)) {
        while (calls < most) {
          Kind[] kinds = new Kind[BATCH];
          long[] counts = new long[BATCH];
          for (int i = 0; i < BATCH; i++) {
            Slot slot = slots.get(i);
            kinds[i] = Kind.values()[random.nextInt(3)];
            int largest = kinds[i] == Kind.ALL_REDUCE ? LARGEST : LARGEST / ranks;
            int power = random.nextInt(10) == 0 ? 16 : 13;
            counts[i] = 1L + random.nextInt(Math.min(largest, 1 << random.nextInt(power + 1)));
            Stream stream = random.nextInt(3) == 0 ? other : comm.defaultStream();
            DeviceBuffer recv = slot.recv.slice(0, received(kinds[i], counts[i]));
            DeviceBuffer send = slot.send.slice(0, sent(kinds[i], counts[i]));
            recv.fill((byte) -1, stream);
            issue(comm, kinds[i], send, recv, stream);
            if (random.nextInt(8) == 0) {
              comm.allReduce(ints, ReduceOp.SUM, random.nextBoolean() ? other : stream);
              calls++;
            }
          }
          comm.defaultStream().synchronize();
          other.synchronize();
          for (int i = 0; i < BATCH; i++) {
            long count = received(kinds[i], counts[i]);
            wrong += wrong(slots.get(i).recv.slice(0, count), kinds[i], counts[i], i);
          }
        }
      } finally {
        close(slots);
      }
      return wrong;
    }

    // ---- graphs

    long graphs() {
      List<Slot> slots = slots();
      long wrong = 0;
      try (Stream beside = rank.device().newStream();
          Graph prepared = comm.prepare(c -> half(c, slots, 0, comm.defaultStream()));
          Graph captured = captured(slots, beside)) {
        for (int round = 0; round < 300; round++) {
          slots.forEach(slot -> slot.recv.fill((byte) -1, comm.defaultStream()));
          comm.defaultStream().synchronize();
          prepared.launch(comm.defaultStream());
          captured.launch(beside); // at the same time, and plain calls behind it
          for (int i = 2; i < BATCH; i += 4) {
            call(comm, slots, i, round % 2 == 0 ? beside : comm.defaultStream());
          }
          prepared.launch(comm.defaultStream());
          comm.defaultStream().synchronize();
          beside.synchronize();
          calls += BATCH;
          for (int i = 0; i < BATCH; i += round % 10 == 0 ? 1 : 7) {
            wrong += i % 4 == 3 ? 0 : look(slots, i);
          }
        }
      } finally {
        close(slots);
      }
      return wrong;
    }

    private Graph captured(List<Slot> slots, Stream stream) {
      stream.beginCapture();
      half(comm, slots, 1, stream);
      return stream.endCapture();
    }

    private void half(Collectives on, List<Slot> slots, int from, Stream stream) {
      for (int i = from; i < BATCH; i += 4) {
        call(on, slots, i, stream);
      }
    }

    private static long countOf(int i) {
      return 1 + (long) i * i * 11;
    }

    private void call(Collectives on, List<Slot> slots, int i, Stream stream) {
      Kind kind = Kind.values()[i / 4 % 3];
      long count = countOf(i);
      issue(
          on,
          kind,
          slots.get(i).send.slice(0, sent(kind, count)),
          slots.get(i).recv.slice(0, received(kind, count)),
          stream);
    }

    private long look(List<Slot> slots, int i) {
      Kind kind = Kind.values()[i / 4 % 3];
      return wrong(slots.get(i).recv.slice(0, received(kind, countOf(i))), kind, countOf(i), i);
    }

    // ---- ranks that do not come

    long late() {
      long worst = 0;
      try (DeviceBuffer data = rank.device().allocate(DataType.FLOAT32, 1000);
          DeviceBuffer mine = rank.device().allocate(DataType.FLOAT32, 1000);
          Stream beside = rank.device().newStream()) {
        fill(data, 1);
        for (int late = 0; late < ranks; late++) {
          rank.processGroup().barrier(Duration.ofSeconds(20));
          if (late == me) {
            pause(LATE);
          }
          issue(comm, Kind.ALL_REDUCE, data, data, comm.defaultStream());
          if (late != me) {
            long start = System.nanoTime();
            mine.fill((byte) 1, beside);
            beside.synchronize();
            boolean waits = !comm.defaultStream().isIdle();
            worst = Math.max(worst, System.nanoTime() - start);
            System.out.printf(
                "rank %d: another stream took %.3f ms, the kernel %s%n",
                me, (System.nanoTime() - start) / 1e6, waits ? "still waits" : "HAS ENDED");
          }
          comm.defaultStream().synchronize();
        }
      }
      return worst < LATE.toNanos() / 2 ? 0 : 1;
    }

    /** A call that nobody but rank 0 makes. */
    private void alone(DeviceBuffer data) {
      if (me == 0) {
        issue(comm, Kind.ALL_REDUCE, data, data, comm.defaultStream());
      }
    }

    long abort() {
      try (DeviceBuffer data = rank.device().allocate(DataType.FLOAT32, 1000)) {
        alone(data);
        Thread.ofPlatform()
            .start(
                () -> {
                  pause(LATE);
                  comm.abort();
                });
        return await("aborted");
      }
    }

    long missing() {
      try (DeviceBuffer data = rank.device().allocate(DataType.FLOAT32, 1000)) {
        alone(data);
        return me == 0 ? await("rank 1 has not come") : 0;
      }
    }

    private long await(String words) {
      long start = System.nanoTime();
      String told = "nothing";
      try {
        comm.defaultStream().synchronize();
        pause(LATE.multipliedBy(2)); // rank 1 waits for nothing: it is aborted meanwhile
        comm.defaultStream().synchronize();
      } catch (RuntimeException thrown) {
        told = String.valueOf(thrown.getMessage());
      }
      System.out.printf(
          "rank %d: after %.0f ms: %s%n", me, (System.nanoTime() - start) / 1e6, told);
      return told.contains(words) ? 0 : 1;
    }

    long exit() {
      DeviceBuffer data = rank.device().allocate(DataType.FLOAT32, 1000);
      alone(data);
      pause(LATE);
      if (me == 0) {
        System.out.println("rank 0: exits");
        System.exit(0);
      }
      pause(Duration.ofSeconds(60));
      return 1;
    }

    private static void pause(Duration time) {
      try {
        Thread.sleep(time);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
