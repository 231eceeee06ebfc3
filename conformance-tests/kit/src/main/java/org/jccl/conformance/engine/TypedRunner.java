package org.jccl.conformance.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jccl.CollectiveException;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.cases.CallForm;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.cases.ProgramStep;
import org.jccl.conformance.cases.Refused;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.WorldRank;
import org.jccl.spi.Calls;
import org.jspecify.annotations.Nullable;

/** A program on the typed surface: what comes of a call is an exception's class, or nothing. */
public final class TypedRunner extends Runner {
  private final Map<Integer, Communicator> communicators = new HashMap<>();
  private final List<PreMulSum> scaled = new ArrayList<>();

  TypedRunner(Prepared prepared, Failures failures, WorldRank rank) {
    super(prepared, failures, rank);
    for (int index : program().usedCommunicators()) {
      Communicator open = bench().communicator(index, program().communicators().get(index));
      if (open != null) {
        communicators.put(index, open);
      }
    }
    if (hasBarrier()) {
      communicators.values().forEach(bench()::meetAtBarrier);
    }
  }

  private Communicator communicator(int index) {
    return Objects.requireNonNull(communicators.get(index));
  }

  /** A call's class of exception, with NCCL's code if it has one; else {@code ok}. */
  private String outcome(Runnable call) {
    if (failures() == Failures.THROWN) {
      call.run();
      return "ok";
    }
    try {
      call.run();
      return "ok";
    } catch (CollectiveException failed) {
      return failed.getClass().getSimpleName() + " " + failed.code();
    } catch (IllegalArgumentException | IllegalStateException | NullPointerException refused) {
      return refused.getClass().getSimpleName();
    }
  }

  private @Nullable DeviceBuffer buffer(MemoryPlan.@Nullable Place place, DataType type) {
    return place == null
        ? null
        : memory().slice(place.at(), place.elements() * type.bytes()).as(type);
  }

  private @Nullable ReduceOp reduction(
      Communicator comm, CallSpec call, GroupMember me, long scalarAt) {
    if (!call.form().reduces() || call.fold() != Fold.SCALED_SUM) {
      return call.form().reduces() ? call.fold().builtin() : null;
    }
    DataType type = call.type();
    PreMulSum made =
        scalarAt < 0
            ? comm.preMulSum(type, type.decode(prepared().inputs().scalar(call, me)))
            : comm.preMulSum(memory().slice(scalarAt, type.bytes()).as(type));
    scaled.add(made);
    return made;
  }

  @Override
  String issue(Placed placed, MemoryPlan.Places places) {
    CallSpec call = placed.call();
    Communicator comm = communicator(placed.communicator());
    GroupMember me = member(placed.communicator());
    DeviceBuffer send = buffer(places.send(), call.type());
    DeviceBuffer recv = buffer(places.recv(), call.type());
    return outcome(
        () ->
            make(
                call,
                comm,
                me,
                send,
                recv,
                reduction(comm, call, me, places.scalarAt()),
                stream(placed.stream())));
  }

  private static void make(
      CallSpec call,
      Communicator comm,
      GroupMember me,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      Stream stream) {
    int root = call.rootIn(me.size());
    CallForm form = call.form();
    if (form.isBarrier()) {
      comm.barrier(stream);
    } else if (form.isUneven()) {
      boolean pairs = form.sendsBlocks() && form.receivesBlocks();
      long[] sent = blocks(me, j -> pairs ? call.block(me.rank(), j) : call.block(j));
      long[] received = blocks(me, j -> call.block(j, me.rank()));
      Calls.issueUneven(comm, form.operation(), send, recv, sent, received, op, root, stream);
    } else {
      issueEven(comm, form, me, send, recv, op, root, stream);
    }
  }

  /** Makes a call of an even form, or exchanges messages. */
  @SuppressWarnings("NullAway") // Both buffers of an exchange are there.
  public static void issueEven(
      Collectives on,
      CallForm form,
      GroupMember me,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      @Nullable ReduceOp op,
      int root,
      Stream stream) {
    if (form.isExchange()) {
      int to = (me.rank() + root) % me.size();
      on.sendRecv(send, to, recv, form.sourceOf(0, me.rank(), root, me.size()), stream);
    } else {
      Calls.issue(on, form.operation(), send, recv, op, root, stream);
    }
  }

  private static long[] blocks(GroupMember me, IntToLongFunction length) {
    return IntStream.range(0, me.size()).mapToLong(length).toArray();
  }

  @Override
  @SuppressWarnings("NullAway") // null is what is wrong
  String issue(Refused refused) {
    Communicator comm = communicator(refused.communicator());
    Stream stream = stream(refused.stream());
    int count = refused.count() + 1;
    DataType type = DataType.INT32;
    DeviceBuffer send = buffer(new MemoryPlan.Place(MemoryPlan.GUARD, count), type);
    DeviceBuffer recv =
        buffer(new MemoryPlan.Place(MemoryPlan.GUARD + MemoryPlan.SPARE, count), type);
    return outcome(
        () -> {
          switch (refused.wrong()) {
            case ROOT_TOO_LARGE -> comm.broadcast(send, recv, comm.worldSize(), stream);
            case ROOT_NEGATIVE -> comm.reduce(send, recv, ReduceOp.SUM, -1, stream);
            case PEER_TOO_LARGE -> comm.send(send, comm.worldSize(), stream);
            case TYPE -> comm.allReduce(send, recv.as(DataType.FLOAT32), ReduceOp.SUM, stream);
            case COUNT_OR_TYPE ->
                comm.allReduce(send, recv.slice(0, count - 1), ReduceOp.SUM, stream);
            case REDUCTION -> comm.allReduce(send, recv, null, stream);
            case REDUCTION_OR_BUFFER -> comm.allReduce(null, recv, ReduceOp.SUM, stream);
            case STALE_REDUCTION -> {
              PreMulSum stale = comm.preMulSum(type, 2);
              stale.close();
              comm.allReduce(send, recv, stale, stream);
            }
            case REDUCTION_OF_OTHER_TYPE -> {
              try (PreMulSum other = comm.preMulSum(DataType.FLOAT32, 2)) {
                comm.allReduce(send, recv, other, stream);
              }
            }
            case COMMUNICATOR_OR_BUFFER -> comm.allGather(send, null, stream);
          }
        });
  }

  @Override
  void group(ProgramStep.Group group) {
    int half = group.nested() ? group.acts().size() / 2 : group.acts().size();
    Communicator world = communicator(0);
    note(
        "group",
        outcome(
            () ->
                world.group(
                    outer -> {
                      group.acts().subList(0, half).forEach(this::act);
                      if (group.nested()) {
                        world.group(
                            inner ->
                                group.acts().subList(half, group.acts().size()).forEach(this::act));
                      }
                    })));
  }

  @Override
  String ask(ProgramStep.Ask ask) {
    Communicator comm = communicator(ask.communicator());
    return switch (ask.question()) {
      case SIZE, SIZE_OF_NULL -> Integer.toString(comm.worldSize());
      case RANK, RANK_INTO_NULL -> Integer.toString(comm.rank());
      case STATE -> comm.asyncError().toString();
      case GROUP_END -> outcome(() -> comm.group(empty -> {}));
      case DESTROY_BUILT_IN -> comm.state().toString();
    };
  }

  @Override
  String state(int communicator) {
    Communicator comm = communicator(communicator);
    return comm.state() + " " + comm.asyncError();
  }

  @Override
  public void close() {
    super.close();
    scaled.forEach(PreMulSum::close);
  }
}
