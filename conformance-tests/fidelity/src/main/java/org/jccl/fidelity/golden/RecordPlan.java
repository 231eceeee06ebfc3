package org.jccl.fidelity.golden;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What a run records: communicators, in processes that are started with the variables that pin
 * them.
 *
 * @param ranks of every communicator
 * @param seed of the inputs: a type's seed is this and the type's code
 * @param quick whether a few cases of each set are enough
 * @param pins the processes
 */
record RecordPlan(int ranks, long seed, boolean quick, List<Pin> pins) {
  /** Seed of the first recordings. */
  static final long DEFAULT_SEED = 100;

  private static final int QUICK_CASES = 10;
  private static final List<String> PROTOCOLS = List.of("Simple", "LL", "LL128");

  /**
   * A communicator to be recorded.
   *
   * @param like what the recording will say of it; rings and trees are not known yet
   * @param set name of its cases
   */
  record Planned(RecordedCommunicator like, String set) {}

  /**
   * A process and its communicators.
   *
   * @param environment what it must be started with
   */
  record Pin(Map<String, String> environment, List<Planned> communicators) {}

  /** The cases of a communicator. */
  List<CaseCalls> cases(Planned planned) {
    return CaseSets.of(planned.set(), ranks, seed, quick ? QUICK_CASES : 0);
  }

  /**
   * A plan.
   *
   * @param phases a regular expression on names of phases
   * @throws IllegalArgumentException if no phase has such a name
   */
  static RecordPlan of(int ranks, long seed, boolean quick, String phases) {
    Predicate<String> wanted;
    try {
      wanted = Pattern.compile(phases).asPredicate();
    } catch (PatternSyntaxException broken) {
      throw new IllegalArgumentException(
          "'" + phases + "' is no regular expression: " + broken.getDescription(), broken);
    }
    Drawing drawing = new Drawing(ranks, wanted);
    drawing.all();
    if (drawing.byEnvironment.isEmpty()) {
      throw new IllegalArgumentException(
          "no phase is called '" + phases + "': there are " + String.join(", ", drawing.names));
    }
    List<Pin> pins = new ArrayList<>();
    drawing.byEnvironment.forEach((variables, own) -> pins.add(new Pin(variables, own)));
    return new RecordPlan(ranks, seed, quick, pins);
  }

  /** Collects communicators by the environment that they need. */
  private static final class Drawing {
    private final int ranks;
    private final Predicate<String> wanted;
    private final Map<Map<String, String>, List<Planned>> byEnvironment = new LinkedHashMap<>();
    private final Set<String> names = new LinkedHashSet<>();
    private int next;

    Drawing(int ranks, Predicate<String> wanted) {
      this.ranks = ranks;
      this.wanted = wanted;
    }

    void all() {
      add("default", "default", "default", null, null, 0, Map.of());
      for (String protocol : PROTOCOLS) {
        add("pinned", "ring-" + protocol, "full_ring", "Ring", protocol, 0, Map.of());
        add("pinned", "tree-" + protocol, "full", "Tree", protocol, 0, Map.of());
      }
      for (int ctas : new int[] {1, 5}) {
        for (String protocol : PROTOCOLS) {
          String name = "ring-" + protocol + "-cta" + ctas;
          add("ctas", name, "mapping", "Ring", protocol, ctas, Map.of());
        }
      }
      Map<String, String> small =
          Map.of("NCCL_BUFFSIZE", "131072", "NCCL_LL128_BUFFSIZE", "131072");
      for (String protocol : List.of("Simple", "LL128")) {
        add("smallbuf", "ring-" + protocol + "-small", "mapping", "Ring", protocol, 2, small);
        add("smallbuf", "tree-" + protocol + "-small", "mapping_ar", "Tree", protocol, 2, small);
      }
      add("pat", "pat", "pat", "PAT", "Simple", 0, Map.of("NCCL_PAT_ENABLE", "1"));
      add("moves", "moves", "moves", null, null, 0, Map.of());
      add("groups", "groups", "groups", null, null, 0, Map.of());
      for (String protocol : PROTOCOLS) {
        add("ringgroups", "groups-ring-" + protocol, "groups", "Ring", protocol, 0, Map.of());
      }
      add("registered", "registered", "registered", null, null, 0, Map.of());
      add("windows", "windows", "windows", null, null, 0, Map.of());
      add("windowgroups", "windowgroups", "windowgroups", null, null, 0, Map.of());
      add("shifted", "shifted", "shifted", null, null, 0, Map.of());
      for (String kernel :
          List.of(
              "AllReduce_AGxLL_R",
              "AllReduce_RSxLD_AGxST",
              "ReduceScatter_LL",
              "ReduceScatter_LD")) {
        Map<String, String> variable = Map.of("NCCL_SYM_KERNEL", kernel);
        add("kernels", "windows-" + kernel, "windows", null, null, 0, variable);
        add("shifted", "shifted-" + kernel, "shifted", null, null, 0, variable);
      }
      add("timing", "timing", "timing", null, null, 0, Map.of());
      add("timing", "sim", "sim", null, null, 0, Map.of());
    }

    private void add(
        String phase,
        String name,
        String set,
        @Nullable String algorithm,
        @Nullable String protocol,
        int ctas,
        Map<String, String> environment) {
      String own = phase + "-n" + ranks;
      names.add(own);
      if (!wanted.test(own)) {
        return;
      }
      RecordedCommunicator like =
          new RecordedCommunicator(
              next++,
              own,
              name,
              ranks,
              algorithm,
              protocol,
              ctas,
              environment,
              List.of(),
              List.of());
      byEnvironment
          .computeIfAbsent(new TreeMap<>(like.variables()), none -> new ArrayList<>())
          .add(new Planned(like, set));
    }
  }
}
