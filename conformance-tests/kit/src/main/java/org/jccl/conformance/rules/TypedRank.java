package org.jccl.conformance.rules;

import java.time.Duration;
import org.jccl.Backend;
import org.jccl.CheckLevel;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.ReduceOp;
import org.jccl.ResultCode;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.conformance.harness.Values;
import org.jccl.conformance.harness.WorldRank;

/** What one rank does and expects on the typed surface. */
final class TypedRank {
  private static final Duration LONG = Duration.ofSeconds(20);

  private TypedRank() {}

  /** Every rank gives its number plus one; all get the sum of {@code expected}. */
  static void expectSum(WorldRank rank, Communicator comm, int own, int expected) {
    DeviceBuffer buffer = rank.own(Values.of(comm.device(), DataType.INT32, own));
    comm.allReduce(buffer, ReduceOp.SUM);
    comm.awaitReady(LONG);
    comm.defaultStream().synchronize();
    rank.expect("the sum over " + comm.name(), buffer, expected);
  }

  /** Notes a problem unless {@code body} throws {@code code}. */
  static void expectCode(WorldRank rank, String what, ResultCode code, Runnable body) {
    try {
      body.run();
      rank.problem(what + " threw nothing, expected " + code);
    } catch (CollectiveException thrown) {
      rank.check(thrown.code() == code, what + " threw " + thrown + ", expected " + code);
    }
  }

  /** Another communicator over the ranks of this world. */
  static Communicator open(WorldRank rank, CommunicatorConfig config) {
    Backend backend = rank.instance().backend();
    byte[] own = rank.rank() == 0 ? backend.newUniqueId().toBytes() : new byte[0];
    UniqueId id = UniqueId.of(rank.processGroup().broadcast(own, 0));
    return backend.newCommunicator(id, rank.rank(), rank.worldSize(), rank.device(), config);
  }

  /** Of a nonblocking communicator. */
  static CommunicatorConfig nonblocking(CheckLevel checks) {
    return CommunicatorConfig.builder().set(ConfigField.BLOCKING, 0).checks(checks).build();
  }
}
