package org.jccl.observe;

import java.lang.System.Logger.Level;
import org.jccl.CallListener;
import org.jccl.DataType;
import org.jccl.IssuedCall;
import org.jccl.Work;

/**
 * Looks at what every call of floating type sends and receives, and fails at the first NaN or
 * infinity: with rank, operation, buffer, element and line. Inputs are looked at before the call
 * and outputs behind it, on the call's own stream, so nobody waits; the stream's next wait throws a
 * {@link org.jccl.WorkFailedException} whose cause is a {@link NotFiniteException}.
 *
 * <p>On a GPU each buffer is copied to the host and looked at there: a means for hunting a bug, not
 * for production. A call that is captured is looked at in each launch of its graph. Calls of
 * nonblocking communicators are not looked at.
 */
public final class NanCheck implements CallListener.Factory {
  private static final System.Logger LOG = System.getLogger("org.jccl");

  private final boolean allowsInfinities;

  /** A check for NaN and infinities. */
  public NanCheck() {
    this(false);
  }

  private NanCheck(boolean allowsInfinities) {
    this.allowsInfinities = allowsInfinities;
  }

  /** {@return a check for NaN alone: infinities are right in this program, as in masks} */
  public static NanCheck allowingInfinities() {
    return new NanCheck(true);
  }

  @Override
  public CallListener listen(CallListener.Endpoint where) {
    return new Looks(where, new FloatScan(allowsInfinities));
  }

  /** Looks at the calls of one rank's end. */
  private static final class Looks implements CallListener {
    private final Endpoint where;
    private final FloatScan scan;
    private final CallSites lines = new CallSites();
    private boolean toldNonblocking;

    Looks(Endpoint where, FloatScan scan) {
      this.where = where;
      this.scan = scan;
    }

    @Override
    public void before(IssuedCall call) {
      BufferShape sent = BufferShape.sent(call, where.rank(), where.worldSize());
      if (sent != null) {
        look(call, sent, "input");
      }
    }

    @Override
    public void after(IssuedCall call) {
      BufferShape received = BufferShape.received(call, where.rank(), where.worldSize());
      if (received != null) {
        look(call, received, "output");
      }
    }

    private void look(IssuedCall call, BufferShape buffer, String side) {
      DataType type = call.type();
      if (type == null || !type.isFloating() || buffer.bytes() == 0) {
        return;
      }
      if (!call.takesWork()) {
        if (!toldNonblocking) {
          toldNonblocking = true;
          LOG.log(Level.WARNING, where + ": nonblocking, so its numbers are not looked at");
        }
        return;
      }
      String head =
          where + ": " + call.method() + " #" + call.number() + CallSites.place(lines.of(call));
      call.enqueue(
          Work.named("NaN check of " + side + ", " + call.method()).reads(buffer),
          memory -> {
            long bad = scan.firstBad(memory.of(buffer), type);
            if (bad >= 0) {
              throw new NotFiniteException(
                  head
                      + ": "
                      + side
                      + ", "
                      + buffer.words(bad)
                      + " is "
                      + scan.words(memory.of(buffer), type, bad)
                      + " ("
                      + type
                      + ")",
                  bad,
                  side.equals("input"));
            }
          });
    }
  }
}
