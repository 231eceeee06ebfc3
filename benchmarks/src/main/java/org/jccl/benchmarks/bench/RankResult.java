package org.jccl.benchmarks.bench;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jccl.benchmarks.report.Measurement;
import org.jccl.benchmarks.report.Spread;
import org.jspecify.annotations.Nullable;

/**
 * What one rank has to tell about one measurement; travels through the process group as bytes.
 *
 * @param times the rank's clock; null if the library refused the operation
 * @param wrong wrong elements on this rank, or {@link Measurement#UNCHECKED}
 * @param refusal the library's words; empty if it accepted the operation
 */
record RankResult(@Nullable RankTimes times, long wrong, String refusal) {

  static RankResult refused(String words) {
    return new RankResult(null, Measurement.UNCHECKED, words);
  }

  byte[] toBytes() {
    byte[] words = refusal.getBytes(StandardCharsets.UTF_8);
    int samples = times == null ? 0 : times.sampleMicros().length;
    int timed = times == null ? 0 : 4 + 8 + 8 + 8 * samples;
    ByteBuffer bytes = ByteBuffer.allocate(8 + 4 + words.length + 4 + timed);
    bytes.putLong(wrong).putInt(words.length).put(words).putInt(samples);
    if (times != null) {
      bytes.putInt(times.operationsPerSample());
      bytes.putDouble(times.micros()).putDouble(times.enqueueNanos());
      for (double sample : times.sampleMicros()) {
        bytes.putDouble(sample);
      }
    }
    return bytes.array();
  }

  /**
   * What {@link #toBytes} made.
   *
   * @throws IllegalArgumentException if these are other bytes: another rank runs another jccl
   */
  static RankResult ofBytes(byte[] array) {
    ByteBuffer bytes = ByteBuffer.wrap(array);
    try {
      RankResult result = read(bytes);
      if (!bytes.hasRemaining()) {
        return result;
      }
    } catch (BufferUnderflowException tooShort) {
      // Said below, together with too many.
    }
    throw unreadable(array.length);
  }

  private static IllegalArgumentException unreadable(int length) {
    return new IllegalArgumentException(
        "a rank sent "
            + length
            + " bytes that are no result: use one version of jccl on all ranks");
  }

  private static RankResult read(ByteBuffer bytes) {
    long wrong = bytes.getLong();
    byte[] words = new byte[length(bytes, Byte.BYTES)];
    bytes.get(words);
    double[] samples = new double[length(bytes, Double.BYTES)];
    String refusal = new String(words, StandardCharsets.UTF_8);
    if (samples.length == 0) {
      return new RankResult(null, wrong, refusal);
    }
    int operations = bytes.getInt();
    double mean = bytes.getDouble();
    double enqueue = bytes.getDouble();
    for (int i = 0; i < samples.length; i++) {
      samples[i] = bytes.getDouble();
    }
    return new RankResult(new RankTimes(mean, samples, operations, enqueue), wrong, refusal);
  }

  /** The number of things of {@code size} bytes that follow; as many must be there. */
  private static int length(ByteBuffer bytes, int size) {
    int length = bytes.getInt();
    if (length < 0 || length > bytes.remaining() / size) {
      throw new BufferUnderflowException();
    }
    return length;
  }

  /** The first refusal among the ranks; empty if all accepted. */
  static String refusal(List<RankResult> ranks) {
    return ranks.stream().map(RankResult::refusal).filter(r -> !r.isEmpty()).findFirst().orElse("");
  }

  /**
   * All ranks' results as one measurement of {@code bytes} bytes.
   *
   * @param isMean whether the ranks' times are means, apart from the samples
   */
  static Measurement combine(List<RankResult> ranks, long bytes, double busFactor, boolean isMean) {
    List<RankTimes> times = ranks.stream().map(RankResult::needTimes).toList();
    long wrong = ranks.getFirst().wrong == Measurement.UNCHECKED ? Measurement.UNCHECKED : 0;
    Spread spread = Statistics.spread(slowestOfEach(times), times.getFirst().operationsPerSample());
    double time =
        isMean ? times.stream().mapToDouble(RankTimes::micros).max().orElseThrow() : spread.p50();
    double algorithmBandwidth = bytes / (time * 1e3);
    return new Measurement(
        time,
        times.stream().mapToDouble(RankTimes::micros).min().orElseThrow(),
        times.stream().mapToDouble(RankTimes::micros).average().orElseThrow(),
        algorithmBandwidth,
        algorithmBandwidth * busFactor,
        wrong == 0 ? ranks.stream().mapToLong(RankResult::wrong).sum() : wrong,
        times.stream().mapToDouble(RankTimes::enqueueNanos).max().orElseThrow(),
        spread.samples() * spread.operations(),
        spread);
  }

  private static double[] slowestOfEach(List<RankTimes> times) {
    double[] slowest = times.getFirst().sampleMicros().clone();
    for (RankTimes rank : times) {
      for (int i = 0; i < slowest.length; i++) {
        slowest[i] = Math.max(slowest[i], rank.sampleMicros()[i]);
      }
    }
    return slowest;
  }

  private RankTimes needTimes() {
    if (times == null) {
      throw new IllegalStateException("a refused operation has no times");
    }
    return times;
  }
}
