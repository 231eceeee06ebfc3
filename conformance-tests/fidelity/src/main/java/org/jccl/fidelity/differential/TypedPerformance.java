package org.jccl.fidelity.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jccl.CollectiveException;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.data.Fold;
import org.jccl.conformance.harness.WorldRank;
import org.jspecify.annotations.Nullable;

/** A program on the typed surface: what comes of a call is an exception's class, or nothing. */
final class TypedPerformance extends Performance {
  private final Map<Integer, Communicator> communicators = new HashMap<>();
  private final List<PreMulSum> scaled = new ArrayList<>();

  TypedPerformance(Prepared prepared, WorldRank rank) {
    super(prepared, rank);
    for (int index : program().usedCommunicators()) {
      Communicator open = bench().communicator(rank, index);
      if (open != null) {
        communicators.put(index, open);
      }
    }
  }

  private Communicator communicator(int index) {
    return Objects.requireNonNull(communicators.get(index));
  }

  /** A call's class of exception, with NCCL's code if it has one; else {@code ok}. */
  private static String outcome(Runnable call) {
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
        : memory().slice(place.at(), (long) place.elements() * type.bytes()).as(type);
  }

  private ReduceOp reduction(Communicator comm, Call call, int scalarAt) {
    if (call.fold() != Fold.SCALED_SUM) {
      return call.fold().builtin();
    }
    PreMulSum made =
        scalarAt < 0
            ? comm.preMulSum(call.type(), Fold.scalar(comm.rank()))
            : comm.preMulSum(memory().slice(scalarAt, call.type().bytes()).as(call.type()));
    scaled.add(made);
    return made;
  }

  @Override
  String issue(Call call, MemoryPlan.Places places) {
    Communicator comm = communicator(call.communicator());
    DeviceBuffer send = buffer(places.send(), call.type());
    DeviceBuffer recv = buffer(places.recv(), call.type());
    return outcome(() -> make(call, comm, places, send, recv, stream(call.stream())));
  }

  @SuppressWarnings("NullAway") // Which buffers may be null is the operation table's knowledge.
  private void make(
      Call call,
      Communicator comm,
      MemoryPlan.Places places,
      @Nullable DeviceBuffer send,
      @Nullable DeviceBuffer recv,
      Stream stream) {
    int size = comm.worldSize();
    int root = call.rootIn(size);
    int scalar = places.scalarAt();
    switch (call.kind()) {
      case ALL_REDUCE -> comm.allReduce(send, recv, reduction(comm, call, scalar), stream);
      case BROADCAST -> comm.broadcast(send, recv, root, stream);
      case REDUCE -> comm.reduce(send, recv, reduction(comm, call, scalar), root, stream);
      case ALL_GATHER -> comm.allGather(send, recv, stream);
      case REDUCE_SCATTER -> comm.reduceScatter(send, recv, reduction(comm, call, scalar), stream);
      case ALL_TO_ALL -> comm.allToAll(send, recv, stream);
      case GATHER -> comm.gather(send, recv, root, stream);
      case SCATTER -> comm.scatter(send, recv, root, stream);
      case ROTATION ->
          comm.sendRecv(
              send,
              (comm.rank() + root) % size,
              recv,
              Math.floorMod(comm.rank() - root, size),
              stream);
      case ALL_GATHER_V -> comm.allGatherV(send, recv, blocks(call, size), stream);
      case REDUCE_SCATTER_V ->
          comm.reduceScatterV(
              send, recv, blocks(call, size), reduction(comm, call, scalar), stream);
      case ALL_TO_ALL_V ->
          comm.allToAllV(
              send,
              IntStream.range(0, size).mapToLong(j -> call.block(comm.rank(), j)).toArray(),
              recv,
              IntStream.range(0, size).mapToLong(j -> call.block(j, comm.rank())).toArray(),
              stream);
      case GATHER_V -> comm.gatherV(send, recv, blocks(call, size), root, stream);
      case SCATTER_V -> comm.scatterV(send, recv, blocks(call, size), root, stream);
      case BARRIER -> comm.barrier(stream);
    }
  }

  private static long[] blocks(Call call, int size) {
    return IntStream.range(0, size).mapToLong(call::block).toArray();
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
  void group(Step.Group group) {
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
  String ask(Step.Ask ask) {
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
