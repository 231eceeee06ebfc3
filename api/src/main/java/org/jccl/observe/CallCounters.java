package org.jccl.observe;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jccl.CallListener;
import org.jccl.IssuedCall;

/**
 * Counts calls and bytes, and shows them by JMX as {@code
 * org.jccl:type=Communicator,name=…,rank=…}; see {@link CommunicatorMXBean}. The bean goes when its
 * communicator is closed.
 */
public final class CallCounters implements CallListener.Factory {
  private static final System.Logger LOG = System.getLogger("org.jccl");
  private static final AtomicLong SERIAL = new AtomicLong();
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** A factory; all of them are alike. */
  public CallCounters() {}

  @Override
  public CallListener listen(CallListener.Endpoint where) {
    Counters counters = new Counters(where);
    counters.show();
    return counters;
  }

  /**
   * One thread writes, so increments are whole; a reader sees each counter as it was a moment ago.
   * Opaque stores cost what plain ones do.
   */
  private static final class Counters implements CallListener, CommunicatorMXBean {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int COLLECTIVES = 0;
    private static final int MESSAGES = 1;
    private static final int FAILURES = 2;
    private static final int BYTES = 3;
    private static final int LAST = 4;
    private static final int PENDING = 5;
    private static final int CELLS = 6;

    private final Endpoint where;
    private final long[] cells = new long[CELLS];
    private String operation = "";
    private ObjectName name = ObjectName.WILDCARD;

    Counters(Endpoint where) {
      this.where = where;
    }

    void show() {
      try {
        name =
            new ObjectName(
                "org.jccl:type=Communicator,name="
                    + ObjectName.quote(where.communicator())
                    + ",rank="
                    + where.rank()
                    + ",serial="
                    + SERIAL.incrementAndGet());
        ManagementFactory.getPlatformMBeanServer().registerMBean(this, name);
      } catch (JMException failed) {
        LOG.log(Level.WARNING, where + ": its counters cannot be shown by JMX", failed);
      }
    }

    private long get(int cell) {
      return (long) CELL.getOpaque(cells, cell);
    }

    private void add(int cell, long more) {
      CELL.setOpaque(cells, cell, cells[cell] + more);
    }

    @Override
    public void before(IssuedCall call) {
      CELL.setOpaque(cells, LAST, System.nanoTime());
      operation = call.method(); // one of a few constants: read without order
      add(PENDING, 1);
    }

    @Override
    public void after(IssuedCall call) {
      add(PENDING, -1);
      add(BYTES, call.bytes());
      add(call.isMessage() ? MESSAGES : COLLECTIVES, 1);
    }

    @Override
    public void failed(IssuedCall call, Throwable failure) {
      add(PENDING, -1);
      add(FAILURES, 1);
    }

    @Override
    public void closed() {
      MBeanServer server = ManagementFactory.getPlatformMBeanServer();
      try {
        if (server.isRegistered(name)) {
          server.unregisterMBean(name);
        }
      } catch (JMException failed) {
        LOG.log(Level.WARNING, where + ": its counters stay in JMX", failed);
      }
    }

    @Override
    public String getCommunicator() {
      return where.communicator();
    }

    @Override
    public int getRank() {
      return where.rank();
    }

    @Override
    public int getWorldSize() {
      return where.worldSize();
    }

    @Override
    public long getCollectives() {
      return get(COLLECTIVES);
    }

    @Override
    public long getMessages() {
      return get(MESSAGES);
    }

    @Override
    public long getFailures() {
      return get(FAILURES);
    }

    @Override
    public long getBytes() {
      return get(BYTES);
    }

    @Override
    public String getLastOperation() {
      return operation;
    }

    @Override
    public long getMillisSinceLastCall() {
      return operation.isEmpty() ? -1 : (System.nanoTime() - get(LAST)) / NANOS_PER_MILLI;
    }

    @Override
    public boolean isInCall() {
      return get(PENDING) > 0;
    }
  }
}
