package org.jccl.spi;

import java.lang.foreign.MemorySegment;
import org.jccl.ops.Operation;

/**
 * The C functions of collectives that take a configuration of the one call, {@code
 * ncclCollConfig_t}; since 2.31.2 (rule CFG-25). A null configuration makes the plain call.
 */
public interface ConfiguredCalls {
  /**
   * {@code ncclAllReduceConfig}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param op NCCL's code of the reduction
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @param config an {@code ncclCollConfig_t}, or null
   * @return NCCL's result code
   */
  int allReduceConfig(
      long send,
      long recv,
      long count,
      int type,
      int op,
      long comm,
      long stream,
      MemorySegment config);

  /**
   * {@code ncclBroadcastConfig}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param root rank of the root
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @param config an {@code ncclCollConfig_t}, or null
   * @return NCCL's result code
   */
  int broadcastConfig(
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream,
      MemorySegment config);

  /**
   * {@code ncclReduceConfig}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param op NCCL's code of the reduction
   * @param root rank of the root
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @param config an {@code ncclCollConfig_t}, or null
   * @return NCCL's result code
   */
  int reduceConfig(
      long send,
      long recv,
      long count,
      int type,
      int op,
      int root,
      long comm,
      long stream,
      MemorySegment config);

  /**
   * {@code ncclAllGatherConfig}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @param config an {@code ncclCollConfig_t}, or null
   * @return NCCL's result code
   */
  int allGatherConfig(
      long send, long recv, long count, int type, long comm, long stream, MemorySegment config);

  /**
   * {@code ncclReduceScatterConfig}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param op NCCL's code of the reduction
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @param config an {@code ncclCollConfig_t}, or null
   * @return NCCL's result code
   */
  int reduceScatterConfig(
      long send,
      long recv,
      long count,
      int type,
      int op,
      long comm,
      long stream,
      MemorySegment config);

  /**
   * {@code ncclAlltoAllConfig}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @param config an {@code ncclCollConfig_t}, or null
   * @return NCCL's result code
   */
  int allToAllConfig(
      long send, long recv, long count, int type, long comm, long stream, MemorySegment config);

  /**
   * {@code ncclGatherConfig}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param root rank of the root
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @param config an {@code ncclCollConfig_t}, or null
   * @return NCCL's result code
   */
  int gatherConfig(
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream,
      MemorySegment config);

  /**
   * {@code ncclScatterConfig}.
   *
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param root rank of the root
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @param config an {@code ncclCollConfig_t}, or null
   * @return NCCL's result code
   */
  int scatterConfig(
      long send,
      long recv,
      long count,
      int type,
      int root,
      long comm,
      long stream,
      MemorySegment config);

  /**
   * {@return the C function of {@code operation} with a configuration; arguments that it does not
   * have are ignored}
   *
   * @param operation the operation; one that has such a function
   * @param send device address of what is sent
   * @param recv device address of what is received
   * @param count NCCL's count argument
   * @param type NCCL's code of the element type
   * @param reduction NCCL's code of the reduction, or 0
   * @param root the root, or 0
   * @param comm the communicator's handle
   * @param stream the stream's handle
   * @param config an {@code ncclCollConfig_t}, or null
   * @throws IllegalArgumentException if NCCL has no such function for the operation
   */
  default int issueConfigured(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int root,
      long comm,
      long stream,
      MemorySegment config) {
    return switch (operation) {
      case ALL_REDUCE -> allReduceConfig(send, recv, count, type, reduction, comm, stream, config);
      case BROADCAST -> broadcastConfig(send, recv, count, type, root, comm, stream, config);
      case REDUCE -> reduceConfig(send, recv, count, type, reduction, root, comm, stream, config);
      case ALL_GATHER -> allGatherConfig(send, recv, count, type, comm, stream, config);
      case REDUCE_SCATTER ->
          reduceScatterConfig(send, recv, count, type, reduction, comm, stream, config);
      case ALL_TO_ALL -> allToAllConfig(send, recv, count, type, comm, stream, config);
      case GATHER -> gatherConfig(send, recv, count, type, root, comm, stream, config);
      case SCATTER -> scatterConfig(send, recv, count, type, root, comm, stream, config);
      case SEND, RECV ->
          throw new IllegalArgumentException(
              "NCCL has no function for " + operation.label() + " with a configuration");
    };
  }
}
