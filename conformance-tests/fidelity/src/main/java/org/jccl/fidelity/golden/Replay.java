package org.jccl.fidelity.golden;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jccl.Backend;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.Ranks;
import org.jccl.RanksFailedException;
import org.jccl.ReduceOp;
import org.jccl.config.ConfigField;
import org.jccl.conformance.harness.Subject;
import org.jccl.fidelity.golden.RankBench.Work;
import org.jccl.fidelity.golden.RecordedCase.Part;
import org.jccl.fidelity.golden.RecordedMicros.Source;
import org.jccl.sim.Simulator;
import org.jspecify.annotations.Nullable;

/**
 * Performs recorded cases on simulated worlds that are pinned as the recorded communicators were,
 * and says what came out otherwise. Safe to use from several threads.
 */
final class Replay {
  /** NCCL's times are single-precision numbers; what was printed of them has a few digits. */
  private static final double TIME_TOLERANCE = 1e-4;

  /** Opens what a communicator's cases are performed on. */
  interface Worlds {
    /** A fresh instance with enough devices. */
    Subject.Instance open(RecordedCommunicator communicator);
  }

  /**
   * What became of an entry.
   *
   * @param result the bits, or the estimate
   * @param choice whether the simulator carries the call out as NCCL did, or null if nothing says
   */
  record Outcome(Finding result, @Nullable Finding choice) {}

  private final Summary summary;
  private final Worlds worlds;
  private final HostInputs inputs = new HostInputs();

  Replay(Summary summary, Worlds worlds) {
    this.summary = summary;
    this.worlds = worlds;
  }

  /** On simulators that imitate the recorded version. */
  static Replay simulated(Summary summary) {
    return new Replay(summary, communicator -> simulator(summary, communicator));
  }

  private static Subject.Instance simulator(Summary summary, RecordedCommunicator communicator) {
    Map<String, String> variables = new TreeMap<>(summary.environment());
    variables.putAll(communicator.variables());
    Simulator simulator =
        Simulator.builder()
            .ncclVersion(summary.ncclVersion())
            .environment(variables)
            .devices(communicator.ranks())
            .warnings(line -> {})
            .build();
    return new Subject.Instance() {
      @Override
      public Backend backend() {
        return simulator.backend();
      }

      @Override
      public void close() {
        simulator.close();
      }
    };
  }

  /** What came out of {@code entries}, which are all of one communicator, in their order. */
  List<Outcome> of(RecordedCommunicator communicator, List<? extends Entry> entries) {
    Outcomes outcomes = new Outcomes(communicator.ranks(), entries.size());
    try (Subject.Instance world = worlds.open(communicator)) {
      Ranks.run(
          world.backend(),
          communicator.ranks(),
          config(communicator),
          List.of(),
          rank -> perform(rank, entries, outcomes));
      return outcomes.all();
    } catch (RanksFailedException failed) {
      return failed(communicator, entries, failed);
    }
  }

  /** What the ranks find; each writes to places of its own. */
  private static final class Outcomes {
    private final Finding[][] results;
    private final @Nullable Finding[] choices;

    Outcomes(int ranks, int entries) {
      results = new Finding[entries][ranks];
      choices = new Finding[entries];
    }

    List<Outcome> all() {
      List<Outcome> all = new ArrayList<>();
      for (int i = 0; i < results.length; i++) {
        all.add(
            new Outcome(Arrays.stream(results[i]).reduce(Finding.EQUAL, Finding::or), choices[i]));
      }
      return all;
    }
  }

  static CommunicatorConfig config(RecordedCommunicator communicator) {
    CommunicatorConfig.Builder config = CommunicatorConfig.builder().warmUp(false);
    if (communicator.ctas() > 0) {
      config.set(ConfigField.MIN_CTAS, communicator.ctas());
      config.set(ConfigField.MAX_CTAS, communicator.ctas());
    }
    return config.build();
  }

  /** A case that ends its world is performed alone to find which one it is. */
  private List<Outcome> failed(
      RecordedCommunicator communicator,
      List<? extends Entry> entries,
      RanksFailedException failure) {
    if (entries.size() == 1) {
      Finding finding = Finding.different("it failed: " + firstCause(failure));
      return List.of(new Outcome(finding, null));
    }
    int half = entries.size() / 2;
    List<Outcome> outcomes = new ArrayList<>(of(communicator, entries.subList(0, half)));
    outcomes.addAll(of(communicator, entries.subList(half, entries.size())));
    return outcomes;
  }

  private static String firstCause(RanksFailedException failure) {
    Throwable cause = failure.getCause();
    String words = String.valueOf(cause == null ? failure : cause);
    return words.lines().findFirst().orElse(words);
  }

  private void perform(Rank rank, List<? extends Entry> entries, Outcomes outcomes) {
    List<Work> all = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry instanceof RecordedCase each) {
        all.add(Work.of(each));
      }
    }
    Communicator communicator = rank.communicator();
    try (RankBench bench = new RankBench(communicator, inputs, summary.scalars(), all)) {
      for (int i = 0; i < entries.size(); i++) {
        int own = communicator.rank();
        switch (entries.get(i)) {
          case RecordedCase each -> {
            outcomes.results[i][own] = performed(bench, each, own);
            if (own == 0) {
              outcomes.choices[i] = chosen(communicator, each);
            }
          }
          case RecordedMicros each -> outcomes.results[i][own] = estimated(communicator, each);
        }
      }
    }
  }

  private Finding performed(RankBench bench, RecordedCase recorded, int rank) {
    List<Finding> findings = new ArrayList<>();
    bench.perform(
        Work.of(recorded),
        (part, result) -> findings.add(compared(recorded.parts().get(part), rank, result)));
    return findings.stream().reduce(Finding.EQUAL, Finding::or);
  }

  private static @Nullable Finding chosen(Communicator communicator, RecordedCase recorded) {
    RecordedChoice choice = recorded.parts().getFirst().choice();
    RecordedChoice own = choice == null ? null : PlannedChoice.of(communicator, Work.of(recorded));
    if (choice == null || own == null) {
      return null;
    }
    return own.equals(choice)
        ? Finding.EQUAL
        : Finding.different("carried out with " + choice + ", the simulator says " + own);
  }

  private Finding compared(Part part, int rank, MemorySegment result) {
    Evidence recorded = part.of(rank);
    String where = "rank " + rank;
    if (recorded != null) {
      return new Comparison(part.call().type(), where)
          .except(NcclDefect.spoilt(part, rank, summary.ncclVersion()))
          .of(recorded, result);
    }
    boolean clean = RankBench.isUntouched(result);
    return clean || !part.clean()
        ? Finding.EQUAL
        : Finding.different(where + ": its output is written, and it is not the root");
  }

  // ---------------------------------------------------------------- times

  /** Only estimates can be made again; what was measured was measured on a machine. */
  private static Finding estimated(Communicator communicator, RecordedMicros recorded) {
    if (recorded.source() != Source.ESTIMATED || communicator.rank() != 0) {
      return Finding.EQUAL;
    }
    OptionalDouble own = estimate(communicator, recorded.collective(), recorded.count());
    double micros = recorded.micros();
    if (own.isPresent() && Math.abs(own.getAsDouble() - micros) <= TIME_TOLERANCE * micros) {
      return Finding.EQUAL;
    }
    return Finding.different(
        "estimate recorded "
            + micros
            + " µs, got "
            + (own.isPresent() ? own.getAsDouble() + " µs" : "none"));
  }

  /** What NCCL's model says of a sum of {@code count} f32 elements; nothing is performed. */
  static OptionalDouble estimate(Communicator communicator, Collective collective, long count) {
    int n = communicator.worldSize();
    Device device = communicator.device();
    try (DeviceBuffer room = device.allocate(DataType.FLOAT32, 1)) {
      // Nothing is read or written: the buffers need not be there, only apart from each other.
      long sent = collective.inputs(count, n);
      DeviceBuffer send = DeviceBuffer.wrap(device, DataType.FLOAT32, room.address(), sent);
      long behind = room.address() + sent * DataType.FLOAT32.bytes();
      long received = collective.outputs(count, n);
      DeviceBuffer recv = DeviceBuffer.wrap(device, DataType.FLOAT32, behind, received);
      return Backend.of(device)
          .simulate(
              group ->
                  collective.issue(
                      group.on(communicator),
                      send,
                      recv,
                      ReduceOp.SUM,
                      0,
                      communicator.rank(),
                      n,
                      communicator.defaultStream()));
    }
  }
}
