package org.jccl.spi;

import org.jccl.DataType;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Operation;

/**
 * What a library older than 2.28.3 lacks, all-to-all, gather and scatter, as newer ones carry it
 * out inside (P2P-15): a group of sends and receives, the own block included (P2P-05).
 */
final class MessageExchange {
  private MessageExchange() {}

  /** Makes the messages of one call; {@code comm} and {@code stream} are native handles. */
  static int issue(
      NcclAbi abi, CallArguments call, int rank, int worldSize, long comm, long stream) {
    long count = call.count();
    if (count == 0) {
      return 0; // As the real call (COL-02); an empty message would still have to be matched.
    }
    Operation operation = call.operation();
    int type = call.type();
    int root = call.rootOrPeer();
    long block = count * DataType.ofCode(type).bytes();
    long sendStep = operation.sendsBlocks() ? block : 0;
    long recvStep = operation.receivesBlocks() ? block : 0;
    boolean sends = operation.sendsAt(rank, root);
    boolean receives = operation.receivesAt(rank, root);
    int code = abi.groupStart();
    if (!NcclAbi.isGood(code)) {
      return code; // there is no group to end
    }
    for (int peer = 0; peer < worldSize; peer++) {
      if (NcclAbi.isGood(code) && sends && operation.receivesAt(peer, root)) {
        code = abi.send(call.send() + peer * sendStep, count, type, peer, comm, stream);
      }
      if (NcclAbi.isGood(code) && receives && operation.sendsAt(peer, root)) {
        code = abi.recv(call.recv() + peer * recvStep, count, type, peer, comm, stream);
      }
    }
    int end = abi.groupEnd();
    // A call's own code says more than the end of the group that it has spoilt (GRP-11).
    return NcclAbi.isGood(code) ? end : code;
  }
}
