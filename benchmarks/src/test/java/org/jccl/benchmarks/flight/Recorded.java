package org.jccl.benchmarks.flight;

import org.jccl.CallListener;
import org.jccl.DataType;
import org.jccl.IssuedCall;

/** One rank's end of a communicator whose calls a recorder hears of. */
final class Recorded {
  private final CallListener listener;
  private long collectives;
  private long messages;

  Recorded(CallListener.Factory recorder, String name, int rank, int ranks) {
    listener = recorder.listen(new CallListener.Endpoint(name, rank, ranks, rank));
  }

  Recorded sum(long count) {
    return issued(new Call("all_reduce", collectives++, count, DataType.FLOAT32, 0, -1, false));
  }

  /** The library is inside of it still. */
  void sumThatDoesNotComeBack(long count) {
    listener.before(new Call("all_reduce", collectives++, count, DataType.FLOAT32, 0, -1, false));
  }

  Recorded max(long count) {
    return issued(new Call("all_reduce", collectives++, count, DataType.FLOAT32, 2, -1, false));
  }

  Recorded gather(long count) {
    return issued(new Call("all_gather", collectives++, count, DataType.INT64, -1, -1, false));
  }

  Recorded broadcast(int root) {
    return issued(new Call("broadcast", collectives++, 8, DataType.INT32, -1, root, false));
  }

  /** A group of a send to one rank and a receive from another. */
  Recorded exchange(int to, int from, long count) {
    Call send = new Call("send", messages++, count, DataType.FLOAT16, -1, to, true);
    Call recv = new Call("recv", messages++, count, DataType.FLOAT16, -1, from, true);
    listener.before(send);
    listener.before(recv);
    listener.after(send);
    listener.after(recv);
    return this;
  }

  Recorded message(String operation, int peer, long count) {
    return issued(new Call(operation, messages++, count, DataType.INT32, -1, peer, true));
  }

  private Recorded issued(IssuedCall call) {
    listener.before(call);
    listener.after(call);
    return this;
  }

  private record Call(
      String operation,
      long number,
      long count,
      DataType type,
      int reduction,
      int rootOrPeer,
      boolean isMessage)
      implements IssuedCall {
    @Override
    public String method() {
      return operation;
    }

    @Override
    public long bytes() {
      return count * type.bytes();
    }

    @Override
    public long sendAddress() {
      return 0;
    }

    @Override
    public long receiveAddress() {
      return 0;
    }

    @Override
    public long streamHandle() {
      return 0;
    }

    @Override
    public int groupSize() {
      return isMessage ? 2 : 1;
    }
  }
}
