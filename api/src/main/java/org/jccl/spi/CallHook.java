package org.jccl.spi;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jccl.CallListener;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.IssuedCall;
import org.jccl.Stream;
import org.jccl.observe.Observers;
import org.jccl.ops.CallArguments;
import org.jccl.ops.Composite;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Tells a communicator's listeners of its calls. Exists only where there is a listener; one object
 * is shown for call after call.
 */
final class CallHook implements IssuedCall {
  private static final System.Logger LOG = System.getLogger("org.jccl");

  /** Listeners of the whole process, found once. */
  private static final class Installed {
    static final List<CallListener.Factory> FACTORIES = new ArrayList<>();

    static {
      for (CallListener.Factory found :
          ServiceLoader.load(
              CallListener.Factory.class, CallListener.Factory.class.getClassLoader())) {
        FACTORIES.add(found);
      }
      FACTORIES.addAll(Observers.wanted());
    }
  }

  private final CallListener.Endpoint where;
  private final CallListener[] listeners;
  private final Tally collectives = new Tally();
  private final Tally messages = new Tally();
  private CallArguments call = new CallArguments();
  private @Nullable String oneSided;
  private long stream;
  private long number;
  private int groupSize = 1;

  /** Calls of one sort: how many are issued, and how many of a group are told beyond those. */
  private static final class Tally {
    long issued;
    int begun;
    int failed;
  }

  private CallHook(CallListener.Endpoint where, List<CallListener> listeners) {
    this.where = where;
    this.listeners = listeners.toArray(CallListener[]::new);
  }

  /** Whether anybody wants to hear of a communicator that opens with {@code config}. */
  static boolean isWanted(CommunicatorConfig config) {
    return !config.listeners().isEmpty() || !Installed.FACTORIES.isEmpty();
  }

  /** Makes the listeners of one rank's end; null if none could be made. */
  static @Nullable CallHook open(CommunicatorConfig config, CallListener.Endpoint where) {
    List<CallListener> made = new ArrayList<>();
    List<CallListener.Factory> factories = new ArrayList<>(Installed.FACTORIES);
    factories.addAll(config.listeners());
    for (CallListener.Factory factory : factories) {
      try {
        made.add(factory.listen(where));
      } catch (RuntimeException failed) {
        LOG.log(Level.WARNING, where + ": " + factory + " makes no listener", failed);
      }
    }
    return made.isEmpty() ? null : new CallHook(where, made);
  }

  /** Shows the call that is told next. */
  CallHook show(CallArguments shown, Stream itsStream, int inGroupOf) {
    call = shown;
    oneSided = null;
    stream = itsStream.handle();
    groupSize = inGroupOf;
    return this;
  }

  /** Shows a one-sided operation, which the table of operations does not have. */
  CallHook show(String operation, CallArguments shown, Stream itsStream) {
    show(shown, itsStream, 1);
    oneSided = operation;
    return this;
  }

  /** The call that is shown is about to be issued. */
  void before() {
    Tally tally = tally();
    number = tally.issued + tally.begun++;
    for (int i = 0; i < listeners.length; i++) {
      try {
        listeners[i].before(this);
      } catch (RuntimeException failed) {
        drop(i, failed);
      }
    }
  }

  /** The call that is shown has been issued. */
  void after() {
    Tally tally = tally();
    tally.begun--;
    number = tally.issued++;
    for (int i = 0; i < listeners.length; i++) {
      try {
        listeners[i].after(this);
      } catch (RuntimeException failed) {
        drop(i, failed);
      }
    }
  }

  /** The call that is shown has failed. */
  void failed(Throwable failure) {
    Tally tally = tally();
    number = tally.issued + tally.failed++;
    if (tally.failed == tally.begun) { // all that was begun gives its number back
      tally.failed = 0;
      tally.begun = 0;
    }
    tell(listener -> listener.failed(this, failure));
  }

  private Tally tally() {
    return isMessage() ? messages : collectives;
  }

  void aborted() {
    tell(CallListener::aborted);
  }

  void closed() {
    tell(CallListener::closed);
  }

  private void tell(Consumer<CallListener> news) {
    for (int i = 0; i < listeners.length; i++) {
      try {
        news.accept(listeners[i]);
      } catch (RuntimeException failed) {
        drop(i, failed);
      }
    }
  }

  /** A listener that fails is told once, and is not asked again. */
  private void drop(int i, RuntimeException failed) {
    LOG.log(
        Level.WARNING,
        where + ": a listener has failed and hears no more: " + listeners[i],
        failed);
    listeners[i] = new CallListener() {};
  }

  // ---- the call that is shown

  @Override
  public String operation() {
    return oneSided == null ? call.operation().label() : oneSided;
  }

  @Override
  public String method() {
    Composite method = call.partOf();
    return method == null || oneSided != null ? operation() : method.label();
  }

  @Override
  public long number() {
    return number;
  }

  @Override
  public long count() {
    return call.count();
  }

  @Override
  public @Nullable DataType type() {
    return DataType.isCode(call.type()) ? DataType.ofCode(call.type()) : null;
  }

  @Override
  public int reduction() {
    return oneSided == null && call.operation().reduces() ? call.reduction() : NO_RANK;
  }

  @Override
  public int rootOrPeer() {
    Operation operation = call.operation();
    return operation.hasRoot() || isMessage() ? call.rootOrPeer() : NO_RANK;
  }

  @Override
  public boolean isMessage() {
    return oneSided != null || call.operation().hasPeer();
  }

  @Override
  public long bytes() {
    DataType type = type();
    if (type == null) {
      return 0;
    }
    return oneSided == null
        ? call.operation().measuredBytes(call.count(), where.worldSize(), type.bytes())
        : call.count() * type.bytes();
  }

  @Override
  public long sendAddress() {
    return call.send();
  }

  @Override
  public long receiveAddress() {
    return call.recv();
  }

  @Override
  public long streamHandle() {
    return stream;
  }

  @Override
  public int groupSize() {
    return groupSize;
  }

  @Override
  public String toString() {
    return where + ": call " + number + ", " + operation();
  }
}
