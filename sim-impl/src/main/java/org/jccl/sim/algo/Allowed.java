package org.jccl.sim.algo;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringTokenizer;
import java.util.function.Function;
import org.jccl.CollectiveException;
import org.jccl.ResultCode;
import org.jccl.config.Algorithm;
import org.jccl.config.Protocol;
import org.jccl.ops.Operation;
import org.jccl.sim.machine.Variables;

/**
 * What NCCL's variables leave of algorithms and protocols (rule ENV-06): names divided by commas,
 * after a caret those that are not wanted, for some operations alone as in {@code
 * "ring,tree;allreduce:nvls"}. Immutable.
 */
public final class Allowed {
  private static final int AUTOMATIC = 2;
  private static final Map<Operation, Set<Algorithm>> OF = new EnumMap<>(Operation.class);

  static {
    Set<Algorithm> scattered =
        EnumSet.of(Algorithm.RING, Algorithm.COLLNET_DIRECT, Algorithm.NVLS, Algorithm.PAT);
    Set<Algorithm> rooted = EnumSet.of(Algorithm.RING);
    Set<Algorithm> others = EnumSet.complementOf(EnumSet.of(Algorithm.PAT));
    for (Operation each : Operation.values()) {
      if (!each.isMadeOfMessages()) {
        OF.put(each, each.hasRoot() ? rooted : each.hasBlocks() ? scattered : others);
      }
    }
  }

  private static final Allowed EVERYTHING =
      new Allowed(new EnumMap<>(Operation.class), new EnumMap<>(Operation.class), AUTOMATIC, true);

  private final Map<Operation, Set<Algorithm>> algorithms;
  private final Map<Operation, Set<Protocol>> protocols;
  private final int pat;
  private final boolean multicast;

  private Allowed(
      Map<Operation, Set<Algorithm>> algorithms,
      Map<Operation, Set<Protocol>> protocols,
      int pat,
      boolean multicast) {
    this.algorithms = algorithms;
    this.protocols = protocols;
    this.pat = pat;
    this.multicast = multicast;
  }

  /** No variable is set. */
  public static Allowed everything() {
    return EVERYTHING;
  }

  /**
   * What {@code NCCL_ALGO}, {@code NCCL_PROTO}, {@code NCCL_PAT_ENABLE} and {@code
   * NCCL_NVLS_ENABLE} say. {@code NCCL_COLLNET_ENABLE} changes nothing: no profile has a network
   * that reduces.
   *
   * @throws CollectiveException if a list is malformed: then no communicator can be created
   */
  public static Allowed parse(Map<String, String> environment) {
    return new Allowed(
        lists("NCCL_ALGO", environment, Algorithm.class, Algorithm::nativeName),
        lists("NCCL_PROTO", environment, Protocol.class, Protocol::nativeName),
        (int) Variables.number(environment, "NCCL_PAT_ENABLE", AUTOMATIC),
        Variables.number(environment, "NCCL_NVLS_ENABLE", AUTOMATIC) != 0);
  }

  /**
   * The same where only these may be used, by the operations that have them: a broadcast goes on
   * although all-reduces are pinned to trees.
   */
  public Allowed pinned(Optional<Algorithm> algorithm, Optional<Protocol> protocol) {
    Map<Operation, Set<Algorithm>> byAlgorithm = new EnumMap<>(Operation.class);
    Map<Operation, Set<Protocol>> byProtocol = new EnumMap<>(Operation.class);
    byAlgorithm.putAll(algorithms);
    byProtocol.putAll(protocols);
    OF.forEach(
        (operation, has) -> {
          algorithm
              .filter(has::contains)
              .ifPresent(only -> byAlgorithm.put(operation, Set.of(only)));
          protocol.ifPresent(only -> byProtocol.put(operation, Set.of(only)));
        });
    return new Allowed(byAlgorithm, byProtocol, pat, multicast);
  }

  private static <E extends Enum<E>> Map<Operation, Set<E>> lists(
      String variable, Map<String, String> environment, Class<E> type, Function<E, String> name) {
    String value = environment.getOrDefault(variable, "");
    Map<Operation, Set<E>> lists = new EnumMap<>(Operation.class);
    StringTokenizer clauses = new StringTokenizer(value, ";");
    boolean isFirst = !value.startsWith(";");
    while (clauses.hasMoreTokens()) {
      StringTokenizer parts = new StringTokenizer(clauses.nextToken(), ":");
      String prefix = parts.hasMoreTokens() ? parts.nextToken() : "";
      String list = parts.hasMoreTokens() ? parts.nextToken() : null;
      if (prefix.isEmpty() || (list == null && !isFirst)) {
        throw malformed(variable, value, "All entries except the first must have a prefix");
      }
      Set<E> named = names(variable, value, list == null ? prefix : list, type, name);
      boolean isKnown = list == null;
      for (Operation operation : OF.keySet()) {
        if (list == null || nativeName(operation).equalsIgnoreCase(prefix)) {
          lists.put(operation, named);
          isKnown = true;
        }
      }
      if (!isKnown) {
        throw malformed(variable, value, "Unrecognized prefix token " + prefix);
      }
      isFirst = false;
    }
    return lists;
  }

  private static CollectiveException malformed(String variable, String value, String why) {
    return new CollectiveException(
        ResultCode.INVALID_USAGE,
        why + " when parsing " + variable + "=" + value + ": no communicator is created (ENV-06)");
  }

  private static <E extends Enum<E>> Set<E> names(
      String variable, String value, String list, Class<E> type, Function<E, String> name) {
    boolean excludes = list.startsWith("^");
    StringTokenizer names = new StringTokenizer(excludes ? list.substring(1) : list, ",");
    EnumSet<E> named = EnumSet.noneOf(type);
    while (names.hasMoreTokens()) {
      String each = names.nextToken();
      boolean isKnown = false;
      for (E constant : EnumSet.allOf(type)) {
        if (name.apply(constant).equalsIgnoreCase(each)) {
          named.add(constant);
          isKnown = true;
        }
      }
      if (!isKnown) {
        throw malformed(variable, value, "Unrecognized element token " + each);
      }
    }
    return excludes ? EnumSet.complementOf(named) : named;
  }

  private static String nativeName(Operation operation) {
    return operation.name().toLowerCase(Locale.ROOT).replace("_", "");
  }

  /** Whether NCCL has code for this combination at all; messages between pairs have none. */
  public static boolean exists(Operation operation, Algorithm algorithm, Protocol protocol) {
    Set<Algorithm> has = OF.get(operation);
    boolean anyProtocol = algorithm == Algorithm.RING || algorithm == Algorithm.TREE;
    return has != null && has.contains(algorithm) && (anyProtocol || protocol == Protocol.SIMPLE);
  }

  /** Whether the variables leave {@code algorithm} to {@code operation}. */
  public boolean allows(Operation operation, Algorithm algorithm) {
    Set<Algorithm> left = algorithms.get(operation);
    return left == null || left.contains(algorithm);
  }

  /** Whether the variables leave {@code protocol} to {@code operation}. */
  public boolean allows(Operation operation, Protocol protocol) {
    Set<Protocol> left = protocols.get(operation);
    return left == null || left.contains(protocol);
  }

  /** Whether variables or pins say something of {@code operation}: they win over its calls. */
  public boolean isForced(Operation operation) {
    return algorithms.containsKey(operation) || protocols.containsKey(operation);
  }

  /** Whether protocols are listed: then LL128 needs no favourable topology. */
  public boolean listsProtocols(Operation operation) {
    return protocols.containsKey(operation);
  }

  /** Whether a communicator of {@code ranks} on {@code hosts} may use PAT. */
  public boolean allowsPat(int ranks, int hosts) {
    return pat == AUTOMATIC ? ranks == hosts : pat != 0;
  }

  /** Whether the switch's multicast may be used. */
  public boolean allowsMulticast() {
    return multicast;
  }

  /** Whether any algorithm of {@code operation} is left; messages need none. */
  public boolean leaves(Operation operation) {
    if (!OF.containsKey(operation)) {
      return true;
    }
    for (Algorithm algorithm : Algorithm.values()) {
      for (Protocol protocol : Protocol.values()) {
        if (exists(operation, algorithm, protocol)
            && allows(operation, algorithm)
            && allows(operation, protocol)) {
          return true;
        }
      }
    }
    return false;
  }
}
