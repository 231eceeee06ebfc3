package org.jccl.conformance.rules;

import java.util.Arrays;
import net.jqwik.api.Example;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/**
 * What NCCL leaves open: programs that are right either way come out right (rules P2P-11, COL-16
 * and STR-11), and the simulator does what the book says that it does.
 */
final class OpenRules extends Suite {
  @Example
  public void optional_P2P_11_aSmallSendMayWaitForItsReceiver(WorldRank rank) {
    Communicator comm = rank.communicator();
    DeviceBuffer buffer = rank.memory(DataType.INT32, 5 + rank.rank());
    expectConnected(comm, buffer, rank.rank());
    if (rank.rank() == 0) {
      comm.send(buffer, 1);
      boolean buffered = comm.defaultStream().isIdle(); // on NCCL both are right
      rank.check(
          !buffered || !capabilities().reportsMisuse(),
          "the simulated send ended before its receive");
    }
    rank.processGroup().barrier(PATIENCE);
    if (rank.rank() == 1) {
      comm.recv(buffer, 0);
    }
    comm.defaultStream().synchronize();
    rank.expect("the message", buffer, 5);
  }

  /** A message in the same direction, so that the next one needs no peer on the host (STR-11). */
  private static void expectConnected(Communicator comm, DeviceBuffer buffer, int rank) {
    if (rank == 0) {
      comm.send(buffer, 1);
    } else {
      try (DeviceBuffer in = Values.of(comm.device(), DataType.INT32, 0)) {
        comm.recv(in, 0);
        comm.defaultStream().synchronize();
      }
    }
    comm.defaultStream().synchronize();
  }

  @Example
  @Needs(upTo = 4)
  public void optional_COL_16_theOtherBlocksOfAnInPlaceReduceScatter(WorldRank rank) {
    int n = rank.worldSize();
    double[] own = new double[n];
    Arrays.setAll(own, block -> 10 * block + rank.rank());
    DeviceBuffer all = rank.memory(DataType.INT32, own);
    DeviceBuffer block = all.slice(rank.rank(), 1);
    rank.communicator().reduceScatter(all, block, ReduceOp.SUM);
    rank.communicator().defaultStream().synchronize();
    double sum = 10.0 * rank.rank() * n + n * (n - 1) / 2.0;
    rank.expect("the block of the result", block, sum);
    if (capabilities().reportsMisuse()) {
      own[rank.rank()] = sum;
      rank.expect("all blocks on the simulator", all, own);
    }
  }

  @Example
  public void optional_STR_11_aCallMayReturnBeforeTheOthersCall(WorldRank rank) {
    Communicator comm = rank.own(rank.open("first-contact"));
    DeviceBuffer buffer = rank.memory(DataType.INT32, 1);
    if (rank.rank() == 0 || !capabilities().reportsMisuse()) {
      comm.allReduce(buffer, ReduceOp.SUM); // on NCCL it may wait for the other rank
    }
    rank.processGroup().barrier(PATIENCE); // the simulated call has returned alone
    if (rank.rank() == 1 && capabilities().reportsMisuse()) {
      comm.allReduce(buffer, ReduceOp.SUM);
    }
    comm.defaultStream().synchronize();
    rank.expect("the sum", buffer, 2);
  }
}
