package org.jccl.conformance.cases;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jccl.DataType;
import org.jccl.ops.InPlace;
import org.jccl.ops.NcclFunction;
import org.jccl.ops.Operation;
import org.jccl.spi.NcclAbi;

/**
 * One call on the raw surface of a world of one rank, with right or wrong arguments: what differs
 * between two subjects is the result code.
 *
 * @param function the C function; those of groups among them
 * @param onNull whether the communicator is null
 */
public record RawCall(
    NcclFunction function, long count, int type, int op, int rootOrPeer, boolean onNull) {
  /** Bytes of memory that a call may touch. */
  public static final int BYTES = 64;

  private static final List<NcclFunction> FUNCTIONS =
      Stream.concat(
              Stream.of(
                  NcclFunction.GROUP_START,
                  NcclFunction.GROUP_END,
                  NcclFunction.BCAST,
                  NcclFunction.RED_OP_DESTROY),
              Arrays.stream(Operation.values()).map(Operation::function))
          .toList();

  /** Any call, right in most of its arguments, of a library of that version. */
  public static Arbitrary<RawCall> any(int version) {
    return Combinators.combine(
            Arbitraries.of(FUNCTIONS).filter(function -> function.since() <= version),
            Arbitraries.of(1L, 0L, 2L),
            Arbitraries.of(7, 7, 7, 0, 2, 10, 11, -1, 12),
            Arbitraries.of(0, 0, 0, 2, 4, -1, 5, 99),
            Arbitraries.of(0, 0, 0, 0, -1, 1),
            Arbitraries.of(false, false, false, false, true))
        .as(RawCall::new);
  }

  /**
   * Makes the call on memory of {@link #BYTES} bytes; its result code.
   *
   * <p>Messages always have the length of one byte, since two that meet must be equally long.
   */
  public int make(NcclAbi abi, long memory, long own, long stream) {
    long comm = onNull ? 0 : own;
    return switch (function) {
      case GROUP_START -> abi.groupStart();
      case GROUP_END -> abi.groupEnd();
      case BCAST -> abi.bcast(memory, count, type, rootOrPeer, comm, stream);
      case RED_OP_DESTROY -> abi.redOpDestroy(op, comm);
      default -> make(operation(), abi, memory, comm, stream);
    };
  }

  private Operation operation() {
    return Arrays.stream(Operation.values())
        .filter(each -> each.function() == function)
        .findFirst()
        .orElseThrow();
  }

  private int make(Operation operation, NcclAbi abi, long memory, long comm, long stream) {
    boolean message = operation.hasPeer();
    long apart = !message && operation.inPlace() == InPlace.NEVER ? BYTES / 2 : 0;
    long elements = message ? 1 : count;
    int code = message && DataType.isCode(type) ? 0 : type;
    long recv = memory + apart;
    return abi.issue(operation, memory, recv, elements, code, op, rootOrPeer, comm, stream);
  }
}
