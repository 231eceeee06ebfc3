package org.jccl.benchmarks.peers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jccl.DataType;
import org.jccl.benchmarks.bench.Statistics;
import org.jccl.benchmarks.peers.PeerSubject.Family;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jspecify.annotations.Nullable;

/** The figures side by side: for each operation, number of ranks and size who took how long. */
final class PeerComparison {
  private PeerComparison() {}

  /** Whether a bar is met. */
  enum Verdict {
    MET,
    MISSED,
    /** There is no bar, or nothing to hold against it. */
    NONE;

    static Verdict of(boolean met) {
      return met ? MET : MISSED;
    }
  }

  /**
   * One time.
   *
   * @param variant which of the family's ways took it
   * @param micros microseconds of one call, median over the rounds
   * @param fastest the fastest round's
   * @param slowest the slowest round's
   */
  record Time(String variant, double micros, double fastest, double slowest) {}

  /**
   * One size.
   *
   * @param times by subject's id
   */
  record Row(PeerOperation op, int ranks, long bytes, Map<String, Time> times) {
    /** The time of a family's variant; null if it was not measured. */
    @Nullable Time time(Family family, String variant) {
      return times.get(family.key() + ":" + variant);
    }

    /** The fastest variant of a family; null if none was measured. */
    @Nullable Time best(Family family) {
      return times.entrySet().stream()
          .filter(entry -> entry.getKey().startsWith(family.key() + ":"))
          .map(Map.Entry::getValue)
          .min((a, b) -> Double.compare(a.micros, b.micros))
          .orElse(null);
    }

    /** The simulator, deterministic and synchronous: what counts. */
    @Nullable Time jccl() {
      return time(Family.JCCL, PeerSubject.DEFAULT);
    }

    /** Best peer's time over the simulator's; empty if one of them is missing. */
    OptionalDouble ratio() {
      Time jccl = jccl();
      return jccl == null
          ? OptionalDouble.empty()
          : Arrays.stream(Family.values())
              .filter(Family::isPeer)
              .map(this::best)
              .filter(Objects::nonNull)
              .mapToDouble(Time::micros)
              .map(micros -> micros / jccl.micros)
              .min();
    }

    /** The simulator's time over the C limit's; empty if one of them is missing. */
    OptionalDouble overLimit() {
      Time jccl = jccl();
      Time limit = best(Family.LIMIT);
      return jccl == null || limit == null
          ? OptionalDouble.empty()
          : OptionalDouble.of(jccl.micros / limit.micros);
    }

    /** Against the best peer. */
    Verdict againstPeers() {
      OptionalDouble bar = Bars.timesBestPeer(bytes);
      OptionalDouble ratio = ratio();
      return bar.isEmpty() || ratio.isEmpty()
          ? Verdict.NONE
          : Verdict.of(ratio.getAsDouble() >= bar.getAsDouble());
    }

    /** Against the C limit. */
    Verdict againstLimit() {
      OptionalDouble bar = Bars.timesLimit(op, bytes);
      OptionalDouble over = overLimit();
      return bar.isEmpty() || over.isEmpty()
          ? Verdict.NONE
          : Verdict.of(over.getAsDouble() <= bar.getAsDouble());
    }
  }

  /**
   * One element type at one size.
   *
   * @param elementsPerMicro elements of a rank's buffer over the time of a call
   * @param slowdown float32's rate over this one
   */
  record TypeRow(String type, long bytes, double micros, double elementsPerMicro, double slowdown) {
    Verdict verdict() {
      OptionalDouble bar = Bars.slowerThanFloat32(type);
      return bar.isEmpty() ? Verdict.NONE : Verdict.of(slowdown <= bar.getAsDouble());
    }
  }

  /**
   * One point of the curve.
   *
   * @param calls calls that every rank made
   * @param seconds for all of them
   * @param openSeconds until all ranks were there
   */
  record ScaleRow(int ranks, int calls, double seconds, double openSeconds) {
    /** Microseconds of one rank's part of one call: constant where cost grows linearly. */
    double microsPerRankAndCall() {
      return seconds * 1e6 / calls / ranks;
    }

    Verdict verdict() {
      OptionalDouble bar = Bars.scaleSeconds(ranks);
      return bar.isEmpty() ? Verdict.NONE : Verdict.of(seconds <= bar.getAsDouble());
    }
  }

  private record Key(String op, int ranks, long bytes) {}

  /** The operations, in the order of measuring, sizes ascending. */
  static List<Row> rows(PeerResults results) {
    Map<Key, Map<String, List<PeerSample>>> sorted = new LinkedHashMap<>();
    for (PeerSample sample : samples(results.turns()).toList()) {
      sorted
          .computeIfAbsent(
              new Key(sample.op(), sample.ranks(), sample.bytes()), key -> new LinkedHashMap<>())
          .computeIfAbsent(sample.subject(), subject -> new ArrayList<>())
          .add(sample);
    }
    List<Row> rows = new ArrayList<>();
    sorted.forEach(
        (key, subjects) -> {
          Map<String, Time> times = new LinkedHashMap<>();
          subjects.forEach((subject, samples) -> times.put(subject, time(subject, samples)));
          rows.add(new Row(PeerOperation.of(key.op), key.ranks, key.bytes, times));
        });
    rows.sort(
        (a, b) ->
            a.op != b.op
                ? a.op.compareTo(b.op)
                : a.ranks != b.ranks
                    ? Integer.compare(a.ranks, b.ranks)
                    : Long.compare(a.bytes, b.bytes));
    return rows;
  }

  private static Time time(String subject, List<PeerSample> samples) {
    double[] micros = samples.stream().mapToDouble(PeerSample::micros).sorted().toArray();
    return new Time(
        subject.substring(subject.indexOf(':') + 1),
        Statistics.median(micros.clone()),
        micros[0],
        micros[micros.length - 1]);
  }

  /** The element types, slower ones later. */
  static List<TypeRow> types(PeerResults results) {
    Map<Key, List<PeerSample>> sorted = new LinkedHashMap<>();
    samples(results.types())
        .forEach(
            sample ->
                sorted
                    .computeIfAbsent(
                        new Key(sample.op(), sample.ranks(), sample.bytes()),
                        key -> new ArrayList<>())
                    .add(sample));
    List<TypeRow> rows = new ArrayList<>();
    sorted.forEach(
        (key, samples) -> {
          double micros = time(key.op, samples).micros;
          double rate = rate(key.op, key.bytes, micros);
          List<PeerSample> plain = sorted.getOrDefault(new Key("FLOAT32", 2, key.bytes), List.of());
          double slowdown =
              plain.isEmpty()
                  ? Double.NaN
                  : rate("FLOAT32", key.bytes, time("FLOAT32", plain).micros) / rate;
          rows.add(new TypeRow(key.op, key.bytes, micros, rate, slowdown));
        });
    rows.sort(
        (a, b) ->
            a.bytes != b.bytes
                ? Long.compare(a.bytes, b.bytes)
                : Double.compare(a.slowdown, b.slowdown));
    return rows;
  }

  private static double rate(String type, long bytes, double micros) {
    return (double) bytes / DataType.valueOf(type).bytes() / micros;
  }

  /** The curve. */
  static List<ScaleRow> scale(PeerResults results) {
    Map<Integer, List<PeerSample>> sorted = new LinkedHashMap<>();
    samples(results.scale())
        .forEach(
            sample ->
                sorted.computeIfAbsent(sample.ranks(), ranks -> new ArrayList<>()).add(sample));
    List<ScaleRow> rows = new ArrayList<>();
    sorted.forEach(
        (ranks, samples) -> {
          double micros = time("", samples).micros;
          double[] open = samples.stream().mapToDouble(PeerSample::openMillis).toArray();
          int calls = (int) samples.getFirst().calls();
          rows.add(new ScaleRow(ranks, calls, micros * calls / 1e6, Statistics.median(open) / 1e3));
        });
    return rows;
  }

  private static Stream<PeerSample> samples(List<Turn> turns) {
    return turns.stream().flatMap(turn -> turn.samples().stream());
  }
}
