package org.jccl.spi;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jccl.CleanText;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.ProcessGroup;
import org.jccl.ReduceOp;
import org.jccl.config.Tuning;
import org.jccl.config.TuningChoice;
import org.jccl.config.TuningTable;
import org.jccl.ops.NcclFunction;

/**
 * What the ranks of a group choose together: rank 0 says what it knows; what nobody knows they
 * measure, within {@link #MOST_NANOS}, and rank 0 keeps it in the user's cache.
 */
final class TuningProbe {
  private static final System.Logger LOG = System.getLogger("org.jccl");
  private static final long MOST_NANOS = 2_000_000_000L;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final byte KNOWN = 'K';
  private static final byte UNKNOWN = 'U';
  private static final byte WRONG = 'W';

  /** Gains below this are not worth the thread blocks that they take. */
  private static final double WORTH = 1.05;

  /** Averages in windows fail from this version on, as the table that comes with jccl says. */
  private static final int AVERAGES_FAIL = 23003;

  private static final int[] COUNTS = {1 << 18, 1 << 22};
  private static final int CALLS = 6;
  private static final int REPEATS = 3;

  private final ProcessGroup group;
  private final Device device;
  private final CommunicatorConfig config;
  private final int version;

  TuningProbe(ProcessGroup group, Device device, CommunicatorConfig config, int version) {
    this.group = group;
    this.device = device;
    this.config = config;
    this.version = version;
  }

  /**
   * {@return the configuration with what was chosen, the same on all ranks, which all call this}
   *
   * @param measures whether what nobody knows may be measured here
   */
  CommunicatorConfig chosen(boolean measures) {
    byte[] told = group.broadcast(group.rank() == 0 ? known(measures) : new byte[0], 0);
    String words = new String(told, 1, told.length - 1, StandardCharsets.UTF_8);
    TuningChoice choice =
        switch (told[0]) {
          case KNOWN -> TuningTable.parse(words).entries().getFirst().choice();
          case UNKNOWN -> measured();
          default -> throw new IllegalArgumentException(words);
        };
    return with(choice);
  }

  private CommunicatorConfig with(TuningChoice choice) {
    return config.toBuilder().tuning(config.tuning().settled(choice)).build();
  }

  /** What rank 0 knows, and says to all. */
  private byte[] known(boolean measures) {
    Tuning tuning = config.tuning();
    try {
      boolean isNew =
          measures
              && tuning.mayMeasure()
              && !tuning.keepsBits()
              && TuningTable.isUnknown(device.name(), group.worldSize(), version);
      return isNew
          ? new byte[] {UNKNOWN}
          : message(KNOWN, entry(tuning.choose(device.name(), group.worldSize(), version)).text());
    } catch (IllegalArgumentException unreadable) {
      return message(WRONG, CleanText.messageOf(unreadable));
    }
  }

  private static byte[] message(byte kind, String words) {
    byte[] text = words.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + text.length).put(kind).put(text).array();
  }

  private TuningTable.Entry entry(TuningChoice choice) {
    return new TuningTable.Entry(device.name(), group.worldSize(), version, "unknown", choice);
  }

  // ---- measuring

  private List<TuningChoice> candidates() {
    List<TuningChoice> all = new ArrayList<>();
    all.add(TuningChoice.none("the defaults"));
    if (NcclFunction.COMM_WINDOW_REGISTER.isIn(version) && version < AVERAGES_FAIL) {
      all.add(new TuningChoice(32, true, "a candidate", List.of()));
    }
    all.add(new TuningChoice(32, false, "a candidate", List.of()));
    return all;
  }

  private TuningChoice measured() {
    long end = System.nanoTime() + MOST_NANOS;
    List<TuningChoice> candidates = candidates();
    double[] defaults = {};
    TuningChoice best = candidates.getFirst();
    double gain = WORTH;
    for (TuningChoice each : candidates) {
      if (!rankZeroSays(System.nanoTime() < end)) {
        break;
      }
      double[] times = slowest(times(each));
      defaults = defaults.length == 0 ? times : defaults;
      double found = gain(defaults, times);
      if (found > gain) {
        gain = found;
        best = each;
      }
    }
    TuningChoice choice =
        best.isNone()
            ? TuningChoice.none("measured when it opened: nothing is faster than the defaults")
            : new TuningChoice(
                best.ctas(),
                best.windows(),
                "measured when it opened: "
                    + Math.round(gain * 100) / 100.0
                    + " times the defaults' speed at 1 and 16 MiB",
                List.of());
    if (group.rank() == 0) {
      keep(choice);
    }
    return choice;
  }

  private void keep(TuningChoice choice) {
    try {
      TuningTable.put(Tuning.cache(), entry(choice));
    } catch (IOException | IllegalArgumentException broken) {
      LOG.log(Level.INFO, "what was measured is not kept in {0}: {1}", Tuning.cache(), broken);
    }
  }

  /** The geometric mean; nothing, if any is slower than by noise. */
  private static double gain(double[] defaults, double[] times) {
    double product = 1;
    for (int i = 0; i < times.length; i++) {
      double ratio = defaults[i] / times[i];
      if (ratio < 0.95) {
        return 0;
      }
      product *= ratio;
    }
    return Math.pow(product, 1.0 / times.length);
  }

  private boolean rankZeroSays(boolean mine) {
    return group.broadcast(new byte[] {(byte) (mine ? 1 : 0)}, 0)[0] == 1;
  }

  private double[] slowest(double[] mine) {
    ByteBuffer out = ByteBuffer.allocate(mine.length * Double.BYTES);
    Arrays.stream(mine).forEach(out::putDouble);
    double[] slowest = mine.clone();
    for (byte[] each : group.allGather(out.array())) {
      ByteBuffer in = ByteBuffer.wrap(each);
      for (int i = 0; i < slowest.length; i++) {
        slowest[i] = Math.max(slowest[i], in.getDouble());
      }
    }
    return slowest;
  }

  private double[] times(TuningChoice choice) {
    CommunicatorConfig own =
        CommunicatorConfig.builder()
            .name("jccl-tuning")
            .initTimeout(config.initTimeout())
            .tuning(Tuning.of(choice))
            .build();
    double[] best = new double[COUNTS.length];
    try (Communicator comm = Communicator.open(group, device, own)) {
      for (int i = 0; i < COUNTS.length; i++) {
        best[i] = time(comm, COUNTS[i]);
      }
      group.barrier(PATIENCE); // see Communicator.close
    }
    return best;
  }

  private double time(Communicator comm, int count) {
    double best = Double.MAX_VALUE;
    try (DeviceBuffer send = comm.allocate(DataType.FLOAT32, count);
        DeviceBuffer recv = comm.allocate(DataType.FLOAT32, count)) {
      send.fill((byte) 0, comm.defaultStream());
      for (int repeat = 0; repeat <= REPEATS; repeat++) {
        group.barrier(PATIENCE);
        long begin = System.nanoTime();
        for (int call = 0; call < CALLS; call++) {
          comm.allReduce(send, recv, ReduceOp.SUM);
        }
        comm.defaultStream().synchronize();
        // The first one connects.
        best = repeat == 0 ? best : Math.min(best, System.nanoTime() - begin);
      }
      group.barrier(PATIENCE);
    }
    return best;
  }
}
