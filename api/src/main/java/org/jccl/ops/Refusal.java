package org.jccl.ops;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.PreMulSum;
import org.jspecify.annotations.Nullable;

/** The words of {@link ArgumentRules}: who, which call, which argument, both values, what to do. */
final class Refusal {
  private Refusal() {}

  static String head(Communicator comm, Operation operation) {
    return comm.name()
        + ", rank "
        + comm.rank()
        + "/"
        + comm.worldSize()
        + ", "
        + operation.label()
        + ": ";
  }

  static IllegalArgumentException outOfRange(Communicator comm, Operation operation, int given) {
    String which = operation.hasRoot() ? "root " : "peer ";
    return refuse(
        comm, operation, which + given + " is not a rank: pass 0 to " + (comm.worldSize() - 1));
  }

  static IllegalArgumentException missing(
      Communicator comm, Operation operation, String which, int root) {
    String where = operation.hasRoot() ? " on the root (rank " + root + ")" : "";
    return refuse(comm, operation, which + " buffer is null, but it is needed" + where);
  }

  static IllegalArgumentException otherDevice(
      Communicator comm, Operation operation, String which, Device device) {
    return refuse(
        comm,
        operation,
        which
            + " belongs to "
            + place(device)
            + ", the communicator to "
            + place(comm.device())
            + ": make it on the communicator's device");
  }

  private static String place(Device device) {
    return device.backend().name() + " device " + device.index();
  }

  static IllegalArgumentException otherType(
      Communicator comm, Operation operation, @Nullable DataType send, DataType recv) {
    return refuse(
        comm,
        operation,
        "send type " + send + ", recv type " + recv + ": both must have one element type");
  }

  static IllegalArgumentException wrongCount(
      Communicator comm, Operation operation, String which, long given, long expected) {
    String advice =
        given > expected ? "pass a slice of " + expected + " elements" : "pass a larger buffer";
    return refuse(
        comm, operation, which + " count " + given + ", expected " + expected + ": " + advice);
  }

  static RuntimeException foreignReduction(
      Communicator comm, Operation operation, PreMulSum op, @Nullable DataType type) {
    if (op.isClosed()) {
      return new IllegalStateException(head(comm, operation) + "the reduction is closed: " + op);
    }
    String belongs =
        op.owner() != comm
            ? "belongs to " + op.owner().name() + ", rank " + op.owner().rank()
            : "is for " + op.type() + ", the buffers have " + type;
    return refuse(
        comm, operation, "the " + op + " " + belongs + ": make one by preMulSum on " + comm.name());
  }

  static IllegalArgumentException overlap(
      Communicator comm, Operation operation, long bytesBetween) {
    return refuse(
        comm,
        operation,
        "send and recv overlap (send starts "
            + bytesBetween
            + " bytes from recv); they "
            + operation.inPlace().words()
            + " (COL-05)");
  }

  private static IllegalArgumentException refuse(
      Communicator comm, Operation operation, String what) {
    return new IllegalArgumentException(head(comm, operation) + what);
  }

  /** NCCL has no function that takes a configuration for this operation (CFG-25). */
  static IllegalArgumentException notConfigurable(Communicator comm, Operation operation) {
    return new IllegalArgumentException(
        head(comm, operation)
            + "NCCL takes no configuration for it: call it on the communicator itself (CFG-25)");
  }
}
