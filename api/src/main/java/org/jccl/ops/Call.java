package org.jccl.ops;

import java.util.function.IntFunction;
import org.jccl.DataType;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp.Builtin;
import org.jspecify.annotations.Nullable;

/**
 * One call as it is compared across ranks, traced and reported: raw values, so that it can also say
 * what the typed API excludes.
 *
 * @param operation the operation
 * @param sequence number of the call among the communicator's collectives, from 0; for
 *     point-to-point among the messages to that peer
 * @param count NCCL's count argument
 * @param type NCCL's code of the type
 * @param reduction identity of the reduction: NCCL's code, and the same for every PreMulSum
 * @param rootOrPeer root, peer, or 0
 * @param inPlace whether it has the in-place form
 * @param captured whether it was recorded into a graph
 * @param site where the user called it, if it is known: its text says
 * @param partOf the method of the API that it carries out, or null if it is called as itself
 * @param setting the configuration of the call, or null
 * @param ownKernel whether one of jccl's own kernels carries it out (rule KRN-02)
 */
public record Call(
    Operation operation,
    long sequence,
    long count,
    int type,
    int reduction,
    int rootOrPeer,
    boolean inPlace,
    boolean captured,
    @Nullable Object site,
    @Nullable Composite partOf,
    @Nullable CallSetting setting,
    boolean ownKernel) {
  /** The identity that every PreMulSum shares: handles need not agree across ranks (PMS-06). */
  public static final int PRE_MUL_SUM = Builtin.COUNT;

  /**
   * {@return the same call, made at {@code where}}
   *
   * @param where where the call is made
   */
  public Call at(@Nullable Object where) {
    return new Call(
        operation,
        sequence,
        count,
        type,
        reduction,
        rootOrPeer,
        inPlace,
        captured,
        where,
        partOf,
        setting,
        ownKernel);
  }

  /**
   * {@return the first argument in which this call differs from another rank's call at the same
   * position, or null if they agree (rule COL-01)}
   *
   * @param other what to compare with
   */
  public Operation.@Nullable Argument differsFrom(Call other) {
    if (operation != other.operation || isBarrier() != other.isBarrier()) {
      return Operation.Argument.OPERATION;
    }
    if (count == other.count
        && type == other.type
        && reduction == other.reduction
        && rootOrPeer == other.rootOrPeer
        && setting == other.setting) {
      return null; // as always but once
    }
    for (Operation.Argument argument : operation.agreeing()) {
      if (argument == Operation.Argument.CONFIG
          ? !CallSetting.agree(setting, other.setting)
          : value(argument) != other.value(argument)) {
        return argument;
      }
    }
    return null;
  }

  private boolean isBarrier() {
    return partOf == Composite.BARRIER;
  }

  /** {@return its name in reports, as the program has written it: {@code barrier}} */
  public String label() {
    return isBarrier() ? Composite.BARRIER.label() : operation.label();
  }

  private long value(Operation.Argument argument) {
    return switch (argument) {
      case OPERATION -> operation.ordinal();
      case COUNT -> count;
      case TYPE -> type;
      case REDUCTION -> reduction;
      case ROOT -> rootOrPeer;
      case CONFIG -> throw new IllegalArgumentException("a configuration is no number");
    };
  }

  /**
   * {@return one argument in words: {@code count 7}}
   *
   * @param argument which argument
   */
  public String describe(Operation.Argument argument) {
    return describe(argument, Call::own);
  }

  /**
   * {@return one argument in words}
   *
   * @param argument which argument
   * @param names what the ranks of the communicator are called: {@code rank 2 (1 in tp)}
   */
  public String describe(Operation.Argument argument, IntFunction<String> names) {
    return switch (argument) {
      case OPERATION -> label();
      case COUNT -> "count " + count;
      case TYPE -> "type " + typeName();
      case REDUCTION -> "reduction " + reductionName();
      case ROOT -> root(names);
      case CONFIG -> setting == null ? "no configuration" : "configuration (" + setting + ")";
    };
  }

  /** The call in words: {@code all_reduce #3 (count 7, type FLOAT32, reduction sum)}. */
  @Override
  public String toString() {
    return toString(Call::own);
  }

  private static String own(int rank) {
    return "rank " + rank;
  }

  /** The root, which is a rank of the communicator: {@code root 1 (rank 2)}. */
  private String root(IntFunction<String> names) {
    String name = names.apply(rootOrPeer);
    String known = "root " + rootOrPeer;
    int end = name.indexOf(" (");
    return end < 0 ? known : known + " (" + name.substring(0, end) + ")";
  }

  /**
   * {@return the call in words}
   *
   * @param names what the ranks of the communicator are called: {@code rank 2 (1 in tp)}
   */
  public String toString(IntFunction<String> names) {
    StringBuilder text = new StringBuilder(label()).append(" #").append(sequence);
    if (isBarrier()) {
      return text.append(captured ? " (captured)" : "").toString();
    }
    text.append(" (count ").append(count).append(", ").append(typeName());
    if (operation.reduces()) {
      text.append(", ").append(reductionName());
    }
    if (operation.hasRoot()) {
      text.append(", ").append(root(names));
    }
    if (operation.hasPeer()) {
      text.append(operation == Operation.SEND ? ", to " : ", from ");
      text.append(names.apply(rootOrPeer));
    }
    if (setting != null) {
      text.append(", ").append(setting);
    }
    if (partOf != null) {
      text.append(", of ").append(partOf.label());
    }
    if (inPlace) {
      text.append(", in place");
    }
    return text.append(captured ? ", captured)" : ")").toString();
  }

  private String typeName() {
    return DataType.isCode(type) ? DataType.ofCode(type).name() : "type code " + type;
  }

  /** {@return the reduction in words: {@code sum}} */
  public String reductionName() {
    if (reduction >= PRE_MUL_SUM) {
      return PreMulSum.LABEL;
    }
    return Builtin.isCode(reduction) ? Builtin.ofCode(reduction).label() : "op code " + reduction;
  }
}
