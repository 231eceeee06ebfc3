package org.jccl.conformance.cases;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ReduceOp;
import org.jccl.Stream;
import org.jccl.conformance.data.Elements;
import org.jccl.conformance.data.ExactData;
import org.jccl.conformance.data.Fold;
import org.jccl.ops.InPlace;
import org.jspecify.annotations.Nullable;

/** One rank's buffers of one {@link OperationCase}: filled, handed to the call, looked at. */
public final class CaseBuffers implements AutoCloseable {
  private final OperationCase call;
  private final int rank;
  private final ExactData data;

  /** Memory of the send buffer; in place, of both. Null where the rank passes null. */
  private final @Nullable GuardedBuffer sendMemory;

  /** Memory of the receive buffer; null in place and where the rank passes null. */
  private final @Nullable GuardedBuffer recvMemory;

  private final @Nullable PreMulSum scaled;

  /** Allocates and fills the buffers; waits until the device has them. */
  public CaseBuffers(OperationCase call, Communicator communicator) {
    this.call = call;
    this.rank = communicator.rank();
    this.data = call.data();
    if (call.isInPlace(rank)) {
      long elements = Math.max(call.sendElements(), call.receiveElements());
      sendMemory = memory(communicator, elements);
      recvMemory = null;
    } else {
      boolean present = !call.layout().unusedAbsent();
      sendMemory = call.sendsAt(rank) || present ? memory(communicator, call.sendElements()) : null;
      recvMemory =
          call.receivesAt(rank) || present ? memory(communicator, call.receiveElements()) : null;
    }
    fill();
    this.scaled =
        call.fold() == Fold.SCALED_SUM
            ? communicator.preMulSum(call.type(), Fold.scalar(rank))
            : null;
  }

  private GuardedBuffer memory(Communicator communicator, long elements) {
    return new GuardedBuffer(communicator.device(), call.type(), elements, call.layout().offset());
  }

  private void fill() {
    if (sendMemory != null) {
      if (call.sendsAt(rank)) {
        MemorySegment image = sendMemory.image();
        long first = firstSent();
        for (long i = 0; i < call.sendElements(); i++) {
          Elements.set(image, call.type(), first + i, call.sent(data, rank, i));
        }
      }
      sendMemory.upload();
    }
    if (recvMemory != null) {
      recvMemory.upload();
    }
  }

  /** In place, where the send buffer begins in the memory of both. */
  private long firstSent() {
    boolean own = call.isInPlace(rank) && call.operation().inPlace() == InPlace.SEND_IS_OWN_BLOCK;
    return own ? rank * call.count() : 0;
  }

  /** In place, where the receive buffer begins in the memory of both. */
  private long firstReceived() {
    boolean own = call.isInPlace(rank) && call.operation().inPlace() == InPlace.RECV_IS_OWN_BLOCK;
    return own ? rank * call.count() : 0;
  }

  /** The send buffer as it is passed. */
  public @Nullable DeviceBuffer send() {
    return sendMemory == null ? null : sendMemory.view(firstSent(), call.sendElements());
  }

  /** The receive buffer as it is passed. */
  public @Nullable DeviceBuffer recv() {
    GuardedBuffer memory = received();
    return memory == null ? null : memory.view(firstReceived(), call.receiveElements());
  }

  private @Nullable GuardedBuffer received() {
    return call.isInPlace(rank) ? sendMemory : recvMemory;
  }

  /** The reduction as it is passed. */
  public ReduceOp reduction() {
    return scaled != null ? scaled : call.fold().builtin();
  }

  /** Makes the call. */
  @SuppressWarnings("NullAway") // Which buffers may be null is the operation table's knowledge.
  public void issue(Collectives to, Stream stream) {
    DeviceBuffer send = send();
    DeviceBuffer recv = recv();
    switch (call.operation()) {
      case ALL_REDUCE -> to.allReduce(send, recv, reduction(), stream);
      case BROADCAST -> to.broadcast(send, recv, call.rootOrPeer(), stream);
      case REDUCE -> to.reduce(send, recv, reduction(), call.rootOrPeer(), stream);
      case ALL_GATHER -> to.allGather(send, recv, stream);
      case REDUCE_SCATTER -> to.reduceScatter(send, recv, reduction(), stream);
      case ALL_TO_ALL -> to.allToAll(send, recv, stream);
      case GATHER -> to.gather(send, recv, call.rootOrPeer(), stream);
      case SCATTER -> to.scatter(send, recv, call.rootOrPeer(), stream);
      case SEND -> to.sendRecv(send, call.destination(rank), recv, call.source(rank), stream);
      case RECV -> throw new IllegalStateException("a rotation is written as a send");
    }
  }

  /** Looks at the memory, which no work uses any more, and tells what is wrong. */
  public void verify(Consumer<String> problems) {
    GuardedBuffer target = received();
    if (target != null) {
      byte[] after = target.download();
      boolean receives = call.receivesAt(rank);
      if (receives) {
        verifyElements(target.elementsOf(after), problems);
      }
      verifyOutside(target, after, receives, problems);
    }
    if (!call.isInPlace(rank) && sendMemory != null) {
      long changed = sendMemory.firstChangeOutside(sendMemory.download(), 0, 0);
      if (changed != Long.MIN_VALUE) {
        problems.accept(call + ": byte " + changed + " of the send buffer was written (COL-07)");
      }
    }
  }

  private void verifyElements(MemorySegment after, Consumer<String> problems) {
    long wrong = 0;
    long firstWrong = -1;
    long first = firstReceived();
    for (long i = 0; i < call.receiveElements(); i++) {
      long expected = call.received(data, rank, i);
      if (!data.accepts(expected, Elements.get(after, call.type(), first + i))) {
        firstWrong = wrong++ == 0 ? i : firstWrong;
      }
    }
    if (wrong > 0) {
      problems.accept(
          call
              + ": "
              + wrong
              + " of "
              + call.receiveElements()
              + " elements are wrong; recv["
              + firstWrong
              + "] is "
              + Elements.words(call.type(), Elements.get(after, call.type(), first + firstWrong))
              + ", expected "
              + Elements.words(call.type(), call.received(data, rank, firstWrong)));
    }
  }

  private void verifyOutside(
      GuardedBuffer target, byte[] after, boolean receives, Consumer<String> problems) {
    // In place, a reduce-scatter may leave anything in the other blocks (COL-16).
    boolean anything = call.isInPlace(rank) && call.operation().reduces() && !isSameAddress();
    long first = anything ? 0 : firstReceived();
    long count = anything ? call.sendElements() : receives ? call.receiveElements() : 0;
    long changed = target.firstChangeOutside(after, first, count);
    if (changed != Long.MIN_VALUE) {
      String what = receives ? "outside the receive range" : "of a receive buffer of no receiver";
      problems.accept(call + ": byte " + changed + " " + what + " was written (COL-07)");
    }
  }

  private boolean isSameAddress() {
    return call.operation().inPlace() == InPlace.SAME_ADDRESS;
  }

  /** The bytes that arrived, for comparing two subjects; empty where nothing is received. */
  public byte[] results() {
    GuardedBuffer target = received();
    if (target == null || !call.receivesAt(rank)) {
      return new byte[0];
    }
    int size = call.type().bytes();
    return target
        .elementsOf(target.download())
        .asSlice(firstReceived() * size, call.receiveElements() * size)
        .toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() {
    if (scaled != null) {
      scaled.close();
    }
    if (sendMemory != null) {
      sendMemory.close();
    }
    if (recvMemory != null) {
      recvMemory.close();
    }
  }
}
