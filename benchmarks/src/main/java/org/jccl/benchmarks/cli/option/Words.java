package org.jccl.benchmarks.cli.option;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jccl.Backends;
import org.jccl.CheckLevel;
import org.jccl.DataType;
import org.jccl.ReduceOp.Builtin;
import org.jccl.benchmarks.bench.Timing;
import org.jccl.benchmarks.bench.TypeNames;
import org.jccl.benchmarks.bench.Workload;
import org.jccl.benchmarks.peers.PeerRun;
import org.jccl.benchmarks.screen.Screen;
import org.jccl.benchmarks.simspeed.PeerOperation;
import org.jccl.conformance.harness.Subjects;
import org.jccl.conformance.misuse.MisuseSubject;
import org.jccl.fidelity.golden.RecordRun;
import org.jccl.sim.explore.Variation;
import org.jccl.sim.faults.FaultKind;

/** Words of which there are few. Capitals and small letters are the same. */
public final class Words {
  /** The word that stands for every possible value of a list. */
  public static final String ALL = "all";

  private Words() {}

  /** One of some words. */
  private abstract static class Word extends OptionValue<String> {
    private final String what;
    private final List<String> known;

    Word(String what, Stream<String> known) {
      this.what = what;
      this.known = known.toList();
    }

    @Override
    protected final String parse(String text) {
      String word = text.strip().toLowerCase(Locale.ROOT);
      if (!known.contains(word)) {
        throw refused("no " + what + " is called '" + text + "'");
      }
      return word;
    }

    @Override
    protected final String allowed() {
      return known.size() == 1
          ? "use " + known.getFirst()
          : "use "
              + String.join(", ", known.subList(0, known.size() - 1))
              + " or "
              + known.getLast();
    }
  }

  private static Stream<String> small(Stream<? extends Enum<?>> values) {
    return values.map(value -> value.name().toLowerCase(Locale.ROOT));
  }

  private static <T> Stream<String> orAll(Stream<T> values, Function<T, String> label) {
    return Stream.concat(values.map(label), Stream.of(ALL));
  }

  /** A backend that programs run on. */
  public static final class BackendName extends Word {
    /** For picocli. */
    public BackendName() {
      super("backend", Backends.names().stream());
    }
  }

  /** A subject of the rules. */
  public static final class SubjectName extends Word {
    /** For picocli. */
    public SubjectName() {
      super("backend", Subjects.names().stream());
    }
  }

  /** A subject of the misuses. */
  public static final class MisuseSubjectName extends Word {
    /** For picocli. */
    public MisuseSubjectName() {
      super("backend", MisuseSubject.names().stream());
    }
  }

  /** What can be recorded. */
  public static final class RecordedBackend extends Word {
    /** For picocli. */
    public RecordedBackend() {
      super("backend that can be recorded", RecordRun.BACKENDS.stream());
    }
  }

  /** An operation that is measured. */
  public static final class OperationName extends Word {
    /** For picocli. */
    public OperationName() {
      super("operation", orAll(Workload.ALL.stream(), Workload::label));
    }
  }

  /** An element type. */
  public static class OneTypeName extends OptionValue<String> {
    @Override
    protected final String parse(String text) {
      String word = text.strip().toLowerCase(Locale.ROOT);
      try {
        return isAll(word) ? word : TypeNames.of(TypeNames.parse(word));
      } catch (IllegalArgumentException unknown) {
        throw refused("no data type is called '" + text + "'");
      }
    }

    boolean isAll(String word) {
      return false;
    }

    @Override
    protected String allowed() {
      return "use one of " + String.join(",", TypeNames.all());
    }
  }

  /** An element type, or all. */
  public static final class TypeName extends OneTypeName {
    @Override
    boolean isAll(String word) {
      return word.equals(ALL);
    }

    @Override
    protected String allowed() {
      return "use all or some of " + String.join(",", TypeNames.all());
    }
  }

  /** A reduction. */
  public static final class ReductionName extends Word {
    /** For picocli. */
    public ReductionName() {
      super("reduction", orAll(Stream.of(Builtin.values()), Builtin::label));
    }
  }

  /** A clock. */
  public static final class ClockName extends Word {
    /** For picocli. */
    public ClockName() {
      super("clock", Timing.CLOCKS.stream());
    }
  }

  /** When there are colours. */
  public static final class ColorWhen extends Word {
    /** For picocli. */
    public ColorWhen() {
      super("choice", small(Stream.of(Screen.When.values())));
    }
  }

  /** How much the simulator checks. */
  public static final class CheckLevelName extends Word {
    /** For picocli. */
    public CheckLevelName() {
      super("level", small(Stream.of(CheckLevel.values())));
    }
  }

  /** What an exploration varies. */
  public static final class VariationName extends Word {
    /** No variation. */
    public static final String NONE = "none";

    /** For picocli. */
    public VariationName() {
      super("variation", Stream.concat(small(Stream.of(Variation.values())), Stream.of(ALL, NONE)));
    }
  }

  /** A kind of fault. */
  public static final class FaultKindName extends Word {
    /** For picocli. */
    public FaultKindName() {
      super("kind of fault", Stream.of(FaultKind.values()).map(FaultKind::label));
    }
  }

  /** Whom the simulator is measured beside. */
  public static final class PeerName extends Word {
    /** For picocli. */
    public PeerName() {
      super("peer", PeerRun.peerNames().stream());
    }
  }

  /** An operation that the simulator's peers have, too. */
  public static final class PeerOperationName extends Word {
    /** For picocli. */
    public PeerOperationName() {
      super("operation", Stream.of(PeerOperation.values()).map(PeerOperation::key));
    }
  }

  /** The type of a word that was checked. */
  public static DataType type(String word) {
    return TypeNames.parse(word);
  }

  /** The reduction of a word that was checked. */
  public static Builtin reduction(String word) {
    return Stream.of(Builtin.values())
        .filter(op -> op.label().equals(word))
        .findFirst()
        .orElseThrow();
  }
}
