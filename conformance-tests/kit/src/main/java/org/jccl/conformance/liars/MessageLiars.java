package org.jccl.conformance.liars;

import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.INVALID_USAGE;
import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.after;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.isInPlace;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.recode;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.spoil;
import static org.jccl.conformance.liars.Lies.typed;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jccl.Communicator;
import org.jccl.DeviceBuffer;
import org.jspecify.annotations.Nullable;

/** Liars about messages between two ranks (chapter 5: P2P). */
final class MessageLiars {
  private MessageLiars() {}

  static List<Liar> all() {
    Predicate<ForwardedCall> messages = raw("send", "recv");
    Predicate<ForwardedCall> toSelf =
        messages.and(call -> call.number("comm") != 0 && call.number("peer") == call.rank());
    return List.of(
        liar("Delivers the last message of a group first", new Reversed())
            .breaks("P2P-01", "what came from rank"),
        liar("Sends elements, not bytes", change(typed("sendRecv"), MessageLiars::half))
            .breaks("P2P-02", "bytes of doubles is"),
        liar(
                "Thinks that an empty message is none",
                answer(raw("send").and(call -> call.number("count") == 0), SUCCESS))
            .breaks("P2P-04", "waits for"),
        liar("Loses messages to self", answer(toSelf, SUCCESS))
            .breaks("P2P-05", "a lone ncclSend to self returned 0")
            .breaks("P2P-06", "messages to self, last place first is [0.0")
            .breaks("P2P-07", "the next message is [0.0]"),
        liar("Sends to self in pairs of calls only", conceal(typed("send", "recv")))
            .breaks("P2P-05", "a lone send to self threw nothing")
            .breaks("P2P-16", "peer -1 threw nothing"),
        liar(
                "Moves what a rank sends itself in place",
                after(typed("sendRecv"), MessageLiars::touch))
            .breaks("P2P-07", "a buffer sent to itself is"),
        liar("Sends to its neighbour only", change(raw("send", "recv"), "peer", peer -> 0))
            .breaks("P2P-09", "wait"),
        liar("Forgets sends in a group", skip(typed("send")))
            .breaks("P2P-10", "INVALID_USAGE")
            .breaks("P2P-14", "UNMATCHED_P2P")
            .breaks("P2P-17", "INVALID_USAGE"),
        liar("Keeps a small send for itself", skip(typed("send", "recv")))
            .breaks("P2P-11", "the simulated send ended before its receive")
            .breaks("P2P-18", "a stream whose message never came is idle"),
        liar("Waits for the receiver of each send", recode(raw("send"), SUCCESS, INVALID_USAGE))
            .breaks("P2P-12", "ncclSend to rank 1 returned 5")
            .breaks("P2P-13", "ncclSend to rank 1 returned 5"),
        liar("Runs an all-to-all behind the messages of its group", skip(raw("allToAll")))
            .breaks("P2P-15", "the blocks is [0.0, 0.0]"),
        liar(
                "Looks at messages as at collectives",
                answer(messages.and(call -> call.number("buffer") < 4096), INVALID_ARGUMENT))
            .breaks("P2P-20", "returned 4"));
  }

  private static ForwardedCall half(ForwardedCall call) {
    DeviceBuffer send = call.buffer("send");
    DeviceBuffer recv = call.buffer("recv");
    boolean bytes = send != null && recv != null && send.type() != recv.type();
    return bytes && send != null && recv != null
        ? call.with("send", send.slice(0, 1)).with("recv", recv.slice(0, send.type().bytes()))
        : call;
  }

  private static void touch(ForwardedCall call) throws Throwable {
    if (isInPlace(call)) {
      spoil(0, 1, 0x44).on(call);
    }
  }

  /** Holds the sends of a group back and makes them in the opposite order. */
  private static final class Reversed implements Lie {
    private final ThreadLocal<List<ForwardedCall>> held = ThreadLocal.withInitial(ArrayList::new);

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      if (call.is("send") && !(call.target() instanceof Communicator) && !call.isRaw()) {
        held.get().addFirst(call);
        return null;
      }
      return call.argument("body") instanceof Consumer<?> body && !call.isRaw()
          ? call.with("body", releasing(body)).honest()
          : call.honest();
    }

    @SuppressWarnings("unchecked") // What it takes is what the honest group hands out.
    private Consumer<Object> releasing(Consumer<?> body) {
      return view -> {
        ((Consumer<Object>) body).accept(view);
        for (ForwardedCall send : held.get()) {
          try {
            send.honest();
          } catch (Throwable failure) {
            throw new IllegalStateException(failure);
          }
        }
        held.remove();
      };
    }
  }
}
