package org.jccl.observe;

import java.lang.System.Logger.Level;
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

  /** One thread writes, so plain increments of volatile fields are whole. */
  private static final class Counters implements CallListener, CommunicatorMXBean {
    private final Endpoint where;
    private volatile long collectives;
    private volatile long messages;
    private volatile long failures;
    private volatile long bytes;
    private volatile long last;
    private volatile int pending;
    private volatile String operation = "";
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

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void before(IssuedCall call) {
      last = System.nanoTime();
      operation = call.method();
      pending++;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void after(IssuedCall call) {
      pending--;
      bytes += call.bytes();
      if (call.isMessage()) {
        messages++;
      } else {
        collectives++;
      }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void failed(IssuedCall call, Throwable failure) {
      pending--;
      failures++;
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
      return collectives;
    }

    @Override
    public long getMessages() {
      return messages;
    }

    @Override
    public long getFailures() {
      return failures;
    }

    @Override
    public long getBytes() {
      return bytes;
    }

    @Override
    public String getLastOperation() {
      return operation;
    }

    @Override
    public long getMillisSinceLastCall() {
      return operation.isEmpty() ? -1 : (System.nanoTime() - last) / NANOS_PER_MILLI;
    }

    @Override
    public boolean isInCall() {
      return pending > 0;
    }
  }
}
