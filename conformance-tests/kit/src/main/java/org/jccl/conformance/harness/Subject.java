package org.jccl.conformance.harness;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jccl.Backend;
import org.jccl.RankHost;
import org.jccl.spi.NcclAbi;

/** Something that claims to obey the rules: a backend, and how to open it. Stateless. */
public interface Subject {
  /** Short name in reports: {@code simulator}, {@code loopback}, {@code nccl}. */
  String name();

  /**
   * What it can do.
   *
   * @throws org.jccl.BackendUnavailableException if it cannot be opened here
   */
  Capabilities capabilities();

  /**
   * The same kind of subject, imitating NCCL {@code version}; empty if it is what it is. Rules that
   * came later than the subject's own version are shown on it.
   */
  default Optional<Subject> imitating(int version) {
    return Optional.empty();
  }

  /**
   * The same subject with these environment variables of NCCL's; empty if it is what this process
   * was started with.
   */
  default Optional<Subject> with(Map<String, String> environment) {
    return Optional.empty();
  }

  /**
   * The same kind of subject on a machine with {@code gpus} GPUs in each host; empty if the machine
   * is what it is.
   */
  default Optional<Subject> withHostsOf(int gpus) {
    return Optional.empty();
  }

  /** What a subject is called with these variables: {@code simulator[NCCL_CHECK_POINTERS=1]}. */
  static String named(String name, Map<String, String> variables) {
    return name + new TreeMap<>(variables).toString().replace('{', '[').replace('}', ']');
  }

  /** Whether ranks in processes of their own can meet in it. */
  default boolean spansProcesses() {
    return false;
  }

  /**
   * Whether what a property has found is made small. Of a liar only is asked how it fails; and
   * where the time for that is up, jqwik leaves the last try running beside the next test.
   */
  default boolean shrinks() {
    return true;
  }

  /** The processes that its ranks are, each with one of them; empty if this JVM has all ranks. */
  default Optional<Lockstep> lockstep() {
    return Optional.empty();
  }

  /** Opens a fresh instance. */
  Instance open();

  /** How it is opened to report misuse; empty if it does not report any. */
  default Optional<Function<Reporting, Instance>> reporting() {
    return Optional.empty();
  }

  /** One opened subject. */
  interface Instance extends AutoCloseable {
    /** The typed surface. */
    Backend backend();

    /** What runs the ranks: the backend's own threads unless the subject says otherwise. */
    default RankHost rankHost() {
      return backend().rankHost();
    }

    /** The processes that its ranks are; empty if this JVM has all ranks. */
    default Optional<Lockstep> lockstep() {
      return Optional.empty();
    }

    /** The raw, C-shaped surface, if there is one. */
    default Optional<NcclAbi> raw() {
      return Optional.empty();
    }

    /**
     * Whether the library behind the raw surface exports a C name; empty if there is no such
     * library.
     */
    default Optional<Predicate<String>> exports() {
      return Optional.empty();
    }

    /** What can be asked about misuse, leaks and waiting ranks; empty if there is no simulator. */
    default Optional<Inspection> inspection() {
      return Optional.empty();
    }

    /** Closes the backend and what is behind it. */
    @Override
    void close();
  }
}
