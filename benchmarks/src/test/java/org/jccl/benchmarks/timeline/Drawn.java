package org.jccl.benchmarks.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jccl.RankProgram;
import org.jccl.Ranks;
import org.jccl.sim.Simulator;

/** A timeline that was read back. */
record Drawn(List<Map<?, ?>> entries) {
  /** What a program of {@code ranks} ranks leaves. */
  static Drawn of(int ranks, UnaryOperator<Simulator.Builder> setting, RankProgram program) {
    try {
      Path file = Files.createTempFile("timeline", ".json");
      try (Simulator simulator =
          setting.apply(Simulator.builder().devices(ranks)).timeline(file).build()) {
        Ranks.run(simulator.backend(), ranks, program);
      }
      Drawn drawn = read(file);
      Files.delete(file);
      return drawn;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Drawn read(Path file) throws IOException {
    Map<String, Object> json = JSON.std.mapFrom(Files.readString(file));
    List<Map<?, ?>> entries = new ArrayList<>();
    for (Object each : (List<?>) Objects.requireNonNull(json.get("traceEvents"))) {
      entries.add((Map<?, ?>) each);
    }
    return new Drawn(entries);
  }

  Stream<Map<?, ?>> phase(String phase) {
    return entries.stream().filter(entry -> phase.equals(entry.get("ph")));
  }

  /** The slices called {@code name}, in the order of their start, then of their device. */
  List<Slice> slices(String name) {
    return slices().stream().filter(slice -> slice.name().equals(name)).toList();
  }

  List<Slice> slices() {
    return phase("X")
        .map(Slice::of)
        .sorted(Comparator.comparingLong(Slice::start).thenComparingInt(Slice::device))
        .toList();
  }

  /** Nothing on a lane begins before what was there has ended, and every lane has a name. */
  void requireOrder() {
    Map<String, List<Slice>> lanes =
        slices().stream().collect(Collectors.groupingBy(Slice::lane, Collectors.toList()));
    lanes.forEach(
        (lane, slices) -> {
          for (int i = 1; i < slices.size(); i++) {
            assertThat(slices.get(i).start())
                .as("lane %s, slice %s", lane, slices.get(i))
                .isGreaterThanOrEqualTo(slices.get(i - 1).end());
          }
        });
    List<String> named =
        phase("M")
            .filter(entry -> "thread_name".equals(entry.get("name")))
            .map(entry -> entry.get("pid") + "/" + entry.get("tid"))
            .toList();
    assertThat(named).doesNotHaveDuplicates().containsAll(lanes.keySet());
  }

  /** One slice, in nanoseconds. */
  record Slice(
      String name, String category, int device, String lane, long start, long end, Map<?, ?> args) {
    static Slice of(Map<?, ?> entry) {
      long start = nanos(entry.get("ts"));
      return new Slice(
          String.valueOf(entry.get("name")),
          String.valueOf(entry.get("cat")),
          ((Number) Objects.requireNonNull(entry.get("pid"))).intValue(),
          entry.get("pid") + "/" + entry.get("tid"),
          start,
          start + nanos(entry.get("dur")),
          (Map<?, ?>) Objects.requireNonNull(entry.get("args")));
    }

    private static long nanos(Object micros) {
      return Math.round(((Number) Objects.requireNonNull(micros)).doubleValue() * 1e3);
    }

    long duration() {
      return end - start;
    }
  }
}
