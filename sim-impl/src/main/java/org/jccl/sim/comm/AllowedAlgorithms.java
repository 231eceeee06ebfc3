package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What {@code NCCL_ALGO} leaves of the algorithms (rule ENV-06): names divided by commas, after a
 * caret those that are not wanted, for some operations alone as in {@code
 * "ring,tree;allreduce:nvls"}.
 */
final class AllowedAlgorithms {
  private static final String ALL_REDUCE = "tree ring collnetdirect collnetchain nvls nvlstree";
  private static final String SCATTERED = "ring collnetdirect nvls pat";
  private static final String KNOWN = ALL_REDUCE + " pat";

  /** The algorithms that an operation has; those that are messages between pairs have none. */
  private static final Map<Operation, String> OF = new EnumMap<>(Operation.class);

  static {
    OF.put(Operation.ALL_REDUCE, ALL_REDUCE);
    OF.put(Operation.BROADCAST, "ring");
    OF.put(Operation.REDUCE, "ring");
    OF.put(Operation.ALL_GATHER, SCATTERED);
    OF.put(Operation.REDUCE_SCATTER, SCATTERED);
  }

  private final List<String> clauses;

  private AllowedAlgorithms(List<String> clauses) {
    this.clauses = clauses;
  }

  /**
   * What a value of the variable says.
   *
   * @return null if it is malformed: then no communicator can be created
   */
  static @Nullable AllowedAlgorithms parse(@Nullable String value) {
    List<String> clauses = new ArrayList<>();
    if (value != null) {
      for (String clause : value.toLowerCase(Locale.ROOT).split(";")) {
        boolean mayBeForAll = clauses.isEmpty();
        if (!isClause(clause) || !(mayBeForAll || clause.contains(":"))) {
          return null;
        }
        clauses.add(clause);
      }
    }
    return new AllowedAlgorithms(clauses);
  }

  private static boolean isClause(String clause) {
    String list = clause.substring(clause.indexOf(':') + 1);
    for (String name : names(list)) {
      if (!List.of(KNOWN.split(" ")).contains(name)) {
        return false;
      }
    }
    String operation = clause.contains(":") ? clause.substring(0, clause.indexOf(':')) : null;
    return operation == null
        || OF.keySet().stream().anyMatch(each -> nativeName(each).equals(operation));
  }

  private static List<String> names(String list) {
    return List.of((list.startsWith("^") ? list.substring(1) : list).split(","));
  }

  private static String nativeName(Operation operation) {
    return operation.name().toLowerCase(Locale.ROOT).replace("_", "");
  }

  /** Whether any algorithm of {@code operation} is left. */
  boolean leaves(Operation operation) {
    String all = OF.get(operation);
    if (all == null) {
      return true;
    }
    Set<String> left = new LinkedHashSet<>(List.of(all.split(" ")));
    for (String clause : clauses) {
      int colon = clause.indexOf(':');
      if (colon >= 0 && !clause.substring(0, colon).equals(nativeName(operation))) {
        continue;
      }
      String list = clause.substring(colon + 1);
      left = new LinkedHashSet<>(List.of(all.split(" ")));
      if (list.startsWith("^")) {
        left.removeAll(names(list));
      } else {
        left.retainAll(names(list));
      }
    }
    return !left.isEmpty();
  }
}
