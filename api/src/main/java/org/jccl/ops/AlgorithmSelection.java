package org.jccl.ops;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * Which algorithms the text of a configuration of a call leaves (rule CFG-28). Commas divide
 * alternatives, a plus what must all hold, and a caret excludes; a name stands for all that begin
 * with it. Immutable.
 */
public final class AlgorithmSelection {
  private final Set<AlgorithmName> names;
  private final @Nullable String wrong;

  private AlgorithmSelection(Set<AlgorithmName> names, @Nullable String wrong) {
    this.names = names;
    this.wrong = wrong;
  }

  /**
   * {@return what {@code text} leaves; null if it selects nothing, so that NCCL chooses}
   *
   * @param text the text, as NCCL takes it
   */
  public static @Nullable AlgorithmSelection parse(String text) {
    String bare = text.replaceAll("[ \t\n\r]", "");
    if (bare.isEmpty()) {
      return text.isEmpty() ? null : new AlgorithmSelection(Set.of(), "it names nothing");
    }
    EnumSet<AlgorithmName> left = EnumSet.noneOf(AlgorithmName.class);
    StringTokenizer terms = new StringTokenizer(bare, ",");
    String wrong = terms.hasMoreTokens() ? null : "it names nothing";
    while (terms.hasMoreTokens() && wrong == null) {
      String term = terms.nextToken();
      EnumSet<AlgorithmName> own = EnumSet.allOf(AlgorithmName.class);
      wrong = narrow(term, own);
      if (wrong == null && own.isEmpty()) {
        wrong = "nothing is '" + term + "'";
      }
      left.addAll(own);
    }
    return new AlgorithmSelection(wrong == null ? left : Set.of(), wrong);
  }

  /** Takes away what {@code term} excludes; what is wrong with it, or null. */
  private static @Nullable String narrow(String term, Set<AlgorithmName> own) {
    StringTokenizer factors = new StringTokenizer(term, "+");
    if (!factors.hasMoreTokens()) {
      return "'" + term + "' names nothing";
    }
    while (factors.hasMoreTokens()) {
      String factor = factors.nextToken();
      boolean excludes = factor.startsWith("^");
      String tag = excludes ? factor.substring(1) : factor;
      Set<AlgorithmName> named = tag.isEmpty() ? Set.of() : AlgorithmName.beginningWith(tag);
      if (named.isEmpty()) {
        return "no algorithm's name begins with '" + tag + "'";
      }
      if (excludes) {
        own.removeAll(named);
      } else {
        own.retainAll(named);
      }
    }
    return null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AlgorithmSelection own
        && names.equals(own.names)
        && Objects.equals(wrong, own.wrong);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  /** The names that are left. */
  @Override
  public String toString() {
    return wrong == null ? names.toString() : wrong;
  }

  /** {@return what is wrong with the text, in words; null if it can be read} */
  public @Nullable String wrong() {
    return wrong;
  }

  /**
   * {@return whether {@code operation} may take {@code name}}
   *
   * @param operation the operation
   * @param name an algorithm
   */
  public boolean allows(Operation operation, AlgorithmName name) {
    return names.contains(name) && name.isOf(operation);
  }

  /**
   * {@return whether anything is left for {@code operation}}
   *
   * @param operation the operation
   */
  public boolean leaves(Operation operation) {
    return leaves(operation, false) || leaves(operation, true);
  }

  /**
   * {@return whether a kernel for symmetric windows, or something else, is left for {@code
   * operation}}
   *
   * @param operation the operation
   * @param symmetric whether it is asked for kernels for symmetric windows
   */
  public boolean leaves(Operation operation, boolean symmetric) {
    for (AlgorithmName each : names) {
      if (each.isSymmetric() == symmetric && each.isOf(operation)) {
        return true;
      }
    }
    return false;
  }
}
