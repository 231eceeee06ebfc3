package org.jccl.conformance.engine;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.ReduceOp;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.cases.Refused;
import org.jccl.conformance.data.Elements;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/** A program on the raw surface: what comes of a call is NCCL's result code. */
final class RawRunner extends Runner {
  private static final int HOST_IMMEDIATE = 1;
  private static final int DEVICE = 0;

  /** A reduction that is to be destroyed on the communicator where it was made. */
  private record Scaled(int op, long communicator) {}

  private final RawWorkbench raw;
  private final NcclAbi abi;
  private final Map<Integer, Long> communicators = new HashMap<>();
  private final List<Scaled> scaled = new ArrayList<>();

  RawRunner(Prepared prepared, Failures failures, WorldRank rank) {
    super(prepared, failures, rank);
    this.raw = RawWorkbench.of(rank);
    this.abi = raw.abi();
    for (int index : program().usedCommunicators()) {
      communicators.put(
          index, raw.communicator(rank, index, program().communicators().get(index), bench()));
    }
  }

  private long communicator(int index) {
    return communicators.getOrDefault(index, 0L);
  }

  private long address(MemoryPlan.@Nullable Place place) {
    return place == null ? 0 : memory().address() + place.at();
  }

  @Override
  String issue(Placed placed, MemoryPlan.Places places) {
    CallSpec call = placed.call();
    CallForm form = call.form();
    long send = address(places.send());
    long recv = address(places.recv());
    long comm = communicator(placed.communicator());
    long stream = stream(placed.stream()).handle();
    GroupMember me = member(placed.communicator());
    int root = call.rootIn(me.size());
    int type = call.type().code();
    long count = call.count();
    if (form.isExchange()) {
      noteCode("ncclGroupStart", abi.groupStart());
      int to = (me.rank() + root) % me.size();
      noteCode("ncclSend", abi.send(send, count, type, to, comm, stream));
      int from = form.sourceOf(0, me.rank(), root, me.size());
      noteCode("ncclRecv", abi.recv(recv, count, type, from, comm, stream));
      return Integer.toString(abi.groupEnd());
    }
    int op = call.form().reduces() ? reduction(call, me, places, comm) : 0;
    return Integer.toString(
        abi.issue(form.operation(), send, recv, count, type, op, root, comm, stream));
  }

  private void noteCode(String what, int code) {
    note(what, Integer.toString(code));
  }

  private int reduction(CallSpec call, GroupMember me, MemoryPlan.Places places, long comm) {
    if (call.fold() != Fold.SCALED_SUM) {
      return call.fold().builtin().code();
    }
    long scalar = memory().address() + places.scalarAt();
    boolean onDevice = places.scalarAt() >= 0;
    if (!onDevice) {
      MemorySegment host = raw.slot().asSlice(16);
      Elements.set(host, call.type(), 0, prepared().inputs().scalar(call, me));
      scalar = host.address();
    }
    int op = make(call.type(), scalar, onDevice ? DEVICE : HOST_IMMEDIATE, comm);
    scaled.add(new Scaled(op, comm));
    return op;
  }

  private int make(DataType type, long scalar, int residence, long comm) {
    MemorySegment out = raw.slot();
    int code = abi.redOpCreatePreMulSum(out, scalar, type.code(), residence, comm);
    noteCode("ncclRedOpCreatePreMulSum", code);
    return out.get(JAVA_INT, 0);
  }

  @Override
  String issue(Refused refused) {
    long comm = communicator(refused.communicator());
    int size = member(refused.communicator()).size();
    long stream = stream(refused.stream()).handle();
    long s = memory().address() + MemoryPlan.GUARD;
    long r = s + MemoryPlan.SPARE;
    int count = refused.count();
    int type = DataType.INT32.code();
    int sum = ReduceOp.SUM.code();
    int code =
        switch (refused.wrong()) {
          case ROOT_TOO_LARGE -> abi.broadcast(s, r, count, type, size, comm, stream);
          case ROOT_NEGATIVE -> abi.reduce(s, r, count, type, sum, -1, comm, stream);
          case PEER_TOO_LARGE -> abi.send(s, count, type, size, comm, stream);
          case TYPE -> abi.allReduce(s, r, count, 12, sum, comm, stream);
          case COUNT_OR_TYPE -> abi.allGather(s, r, count, -1, comm, stream);
          case REDUCTION -> abi.allReduce(s, r, count, type, -1, comm, stream);
          case REDUCTION_OR_BUFFER -> abi.reduceScatter(s, r, count, type, 99, comm, stream);
          case STALE_REDUCTION -> {
            int stale = scale(DataType.INT32, comm);
            noteCode("ncclRedOpDestroy", abi.redOpDestroy(stale, comm));
            yield abi.allReduce(s, r, count, type, stale, comm, stream);
          }
          case REDUCTION_OF_OTHER_TYPE -> {
            int other = scale(DataType.FLOAT32, comm);
            int refusal = abi.allReduce(s, r, count + 1, type, other, comm, stream); // PMS-05
            noteCode("ncclRedOpDestroy", abi.redOpDestroy(other, comm));
            yield refusal;
          }
          case COMMUNICATOR_OR_BUFFER -> abi.allReduce(s, r, count, type, sum, 0, stream);
        };
    return Integer.toString(code);
  }

  /** A sum scaled by 2. */
  private int scale(DataType type, long comm) {
    MemorySegment host = raw.slot().asSlice(16);
    Elements.set(host, type, 0, type.encode(2));
    return make(type, host.address(), HOST_IMMEDIATE, comm);
  }

  @Override
  void group(ProgramStep.Group group) {
    int half = group.nested() ? group.acts().size() / 2 : group.acts().size();
    noteCode("ncclGroupStart", abi.groupStart());
    group.acts().subList(0, half).forEach(this::act);
    if (group.nested()) {
      noteCode("ncclGroupStart", abi.groupStart());
      group.acts().subList(half, group.acts().size()).forEach(this::act);
      noteCode("ncclGroupEnd", abi.groupEnd());
    }
    noteCode("ncclGroupEnd", abi.groupEnd());
  }

  @Override
  String ask(ProgramStep.Ask ask) {
    long comm = communicator(ask.communicator());
    MemorySegment out = raw.slot();
    out.set(JAVA_INT, 0, -77);
    int code =
        switch (ask.question()) {
          case SIZE -> abi.commCount(comm, out);
          case RANK -> abi.commUserRank(comm, out);
          case STATE -> abi.commGetAsyncError(comm, out);
          case SIZE_OF_NULL -> abi.commCount(0, out);
          case RANK_INTO_NULL -> abi.commUserRank(comm, MemorySegment.NULL);
          case GROUP_END -> abi.groupEnd();
          case DESTROY_BUILT_IN -> abi.redOpDestroy(ReduceOp.SUM.code(), comm);
        };
    return code + ", " + out.get(JAVA_INT, 0);
  }

  @Override
  String state(int communicator) {
    MemorySegment out = raw.slot();
    out.set(JAVA_INT, 0, -77);
    int code = abi.commGetAsyncError(communicator(communicator), out);
    return code + ", " + out.get(JAVA_INT, 0);
  }

  @Override
  public void close() {
    super.close();
    scaled.forEach(each -> abi.redOpDestroy(each.op(), each.communicator()));
  }
}
