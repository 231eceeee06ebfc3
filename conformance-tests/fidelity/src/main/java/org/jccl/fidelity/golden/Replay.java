package org.jccl.fidelity.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.config.ConfigField;
import org.jccl.conformance.engine.HostRoom;
import org.jccl.conformance.engine.Observation;
import org.jccl.conformance.engine.Prepared;
import org.jccl.conformance.engine.Runner;
import org.jccl.conformance.engine.Runner.Failures;
import org.jccl.conformance.harness.RuleViolation;
import org.jccl.conformance.harness.SimulatorSubject;
import org.jccl.conformance.harness.Subject;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.conformance.harness.Worlds;
import org.jccl.fidelity.golden.RecordedCase.Part;
import org.jccl.fidelity.golden.RecordedMicros.Source;
import org.jccl.sim.machine.GpuProfile;
import org.jspecify.annotations.Nullable;

/**
 * Performs recorded cases on simulated worlds that are pinned as the recorded communicators were,
 * and says what came out otherwise. Safe to use from several threads.
 */
final class Replay {
  /** NCCL's times are single-precision numbers; what was printed of them has a few digits. */
  private static final double TIME_TOLERANCE = 1e-4;

  /**
   * What became of an entry.
   *
   * @param result the bits, or the estimate
   * @param choice whether the simulator carries the call out as NCCL did, or null if nothing says
   */
  record Outcome(Finding result, @Nullable Finding choice) {}

  /** Host memory that is used again, since it is large. */
  private record Rooms(HostRoom images, HostRoom seen) {}

  private final Queue<Rooms> free = new ConcurrentLinkedQueue<>();
  private final Summary summary;
  private final Function<RecordedCommunicator, Subject> subjects;
  private final RecordedInputs inputs;

  Replay(Summary summary, Function<RecordedCommunicator, Subject> subjects) {
    this.summary = summary;
    this.subjects = subjects;
    this.inputs = new RecordedInputs(summary.scalars());
  }

  /** On simulators that imitate the recorded version. */
  static Replay simulated(Summary summary) {
    return new Replay(summary, communicator -> simulator(summary, communicator));
  }

  private static Subject simulator(Summary summary, RecordedCommunicator communicator) {
    Map<String, String> variables = new TreeMap<>(summary.environment());
    variables.putAll(communicator.variables());
    return SimulatorSubject.machine(
        "the simulator", summary.ncclVersion(), variables, GpuProfile.h200(), communicator.ranks());
  }

  /** How the communicators of a recording are configured. */
  static void configure(RecordedCommunicator communicator, CommunicatorConfig.Builder config) {
    config.warmUp(false);
    if (communicator.ctas() > 0) {
      config.set(ConfigField.MIN_CTAS, communicator.ctas());
      config.set(ConfigField.MAX_CTAS, communicator.ctas());
    }
  }

  /** What came out of {@code entries}, which are all of one communicator, in their order. */
  List<Outcome> of(RecordedCommunicator communicator, List<? extends Entry> entries) {
    Worlds worlds = new Worlds(subjects.apply(communicator));
    worlds.configure(config -> configure(communicator, config));
    Rooms known = free.poll();
    Rooms rooms = known == null ? new Rooms(new HostRoom(), new HostRoom()) : known;
    try {
      List<Outcome> outcomes = new ArrayList<>();
      for (Entry entry : entries) {
        outcomes.add(of(worlds, communicator.ranks(), entry, rooms));
      }
      return outcomes;
    } finally {
      worlds.discard();
      free.add(rooms);
    }
  }

  private Outcome of(Worlds worlds, int ranks, Entry entry, Rooms rooms) {
    try {
      return switch (entry) {
        case RecordedCase each -> performed(worlds, ranks, each, rooms);
        case RecordedMicros each -> new Outcome(estimated(worlds, ranks, each), null);
      };
    } catch (RuleViolation failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      return new Outcome(Finding.different("it failed: " + RecordProcess.firstLine(cause)), null);
    }
  }

  private Outcome performed(Worlds worlds, int ranks, RecordedCase recorded, Rooms rooms) {
    Prepared prepared = Prepared.of(recorded.work().program(ranks), inputs, rooms.images());
    Observation[] seen = new Observation[ranks];
    AtomicReference<@Nullable Finding> choice = new AtomicReference<>();
    worlds.run(
        ranks,
        rank -> {
          Observation own = Runner.of(prepared, Failures.THROWN, rank, rooms.seen());
          synchronized (seen) {
            seen[rank.rank()] = own;
          }
          if (rank.rank() == 0) {
            choice.set(chosen(rank.communicator(), recorded));
          }
        });
    Finding result = Finding.EQUAL;
    for (int rank = 0; rank < ranks; rank++) {
      result = result.or(compared(prepared, recorded, rank, seen[rank]));
    }
    return new Outcome(result, choice.get());
  }

  private static @Nullable Finding chosen(Communicator communicator, RecordedCase recorded) {
    Part first = recorded.parts().getFirst();
    RecordedChoice choice = recorded.parts().size() == 1 ? first.choice() : null;
    RecordedChoice own =
        choice == null ? null : PlannedChoice.of(communicator, recorded.memory(), first.call());
    if (choice == null || own == null) {
      return null;
    }
    return own.equals(choice)
        ? Finding.EQUAL
        : Finding.different("carried out with " + choice + ", the simulator says " + own);
  }

  private Finding compared(Prepared prepared, RecordedCase recorded, int rank, Observation seen) {
    List<Output> outputs;
    try {
      outputs = Output.of(prepared, rank, seen);
    } catch (IllegalStateException foreign) {
      return Finding.different("it failed: " + foreign.getMessage());
    }
    Finding finding = Finding.EQUAL;
    for (int i = 0; i < outputs.size(); i++) {
      finding = finding.or(compared(recorded.parts().get(i), rank, outputs.get(i)));
    }
    return finding;
  }

  private Finding compared(Part part, int rank, Output output) {
    Evidence recorded = part.of(rank);
    String where = "rank " + rank;
    if (recorded != null) {
      return new EvidenceJudge(part.call().type(), where)
          .except(NcclDefect.spoilt(part, rank, summary.ncclVersion()))
          .of(recorded, output.result());
    }
    return output.isUntouched() || !part.clean()
        ? Finding.EQUAL
        : Finding.different(where + ": its output is written, and it is not the root");
  }

  /** What the first rank of a world answers. */
  static <T extends @Nullable Object> T onFirst(
      Worlds worlds, int ranks, Function<WorldRank, T> question) {
    List<T> answer = new ArrayList<>();
    worlds.run(
        ranks,
        rank -> {
          if (rank.rank() == 0) {
            answer.add(question.apply(rank));
          }
        });
    return answer.getFirst();
  }

  /** Only estimates can be made again; what was measured was measured on a machine. */
  private static Finding estimated(Worlds worlds, int ranks, RecordedMicros recorded) {
    if (recorded.source() != Source.ESTIMATED) {
      return Finding.EQUAL;
    }
    OptionalDouble own =
        onFirst(
            worlds,
            ranks,
            rank -> Times.estimate(rank.communicator(), recorded.form(), recorded.count()));
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
}
