package org.jccl.spi;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jccl.CallListener;
import org.jccl.CollectiveException;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.Graph;
import org.jccl.IssuedCall;
import org.jccl.ProcessGroup;
import org.jccl.Stream;
import org.jccl.config.ConfigField;
import org.jccl.config.TimeLimit;
import org.jccl.observe.Observers;
import org.jccl.ops.CallArguments;
import org.jspecify.annotations.Nullable;

/**
 * Tells a communicator's listeners of its calls. Exists only where there is a listener; one object
 * is shown for call after call.
 */
final class CallHook {
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
  private final ShownCall shown;

  /** Tells when calls have run; null if no listener asks for it. */
  private @Nullable Completions completions;

  /** Calls of one sort: how many are issued, and how many of a group are told beyond those. */
  private static final class Tally {
    long issued;
    int begun;
    int failed;
  }

  private CallHook(
      CallListener.Endpoint where,
      List<CallListener> listeners,
      Device device,
      boolean isOrdered,
      ShownCall.Way way) {
    this.where = where;
    this.listeners = listeners.toArray(CallListener[]::new);
    this.shown = new ShownCall(where, isOrdered, way);
    if (isOrdered && listeners.stream().anyMatch(CallListener::hearsCompletion)) {
      completions = new Completions(where, device, this::completed);
    }
  }

  /** Whether anybody wants to hear of a communicator that opens with {@code config}. */
  static boolean isWanted(CommunicatorConfig config) {
    return !config.listeners().isEmpty() || !Installed.FACTORIES.isEmpty();
  }

  /**
   * Makes the listeners of one rank's end; null if none could be made.
   *
   * @param way says what is known of the way of a call
   */
  static @Nullable CallHook open(
      CommunicatorConfig config, CallListener.Endpoint where, Device device, ShownCall.Way way) {
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
    // A nonblocking call comes back before its work is on the stream.
    boolean isOrdered = config.field(ConfigField.BLOCKING).orElse(1) != 0;
    return made.isEmpty() ? null : new CallHook(where, made, device, isOrdered, way);
  }

  /** The communicator was opened over that process group. */
  void attached(ProcessGroup group) {
    tell(listener -> listener.attached(group));
  }

  /** Shows the call that is told next; {@code isOnly}: the only collective of its group. */
  CallHook show(CallArguments call, Stream stream, int inGroupOf, boolean isOnly) {
    shown.show(call, null, stream, inGroupOf, isOnly);
    return this;
  }

  /** Shows a one-sided operation, which the table of operations does not have. */
  CallHook show(String operation, CallArguments call, Stream stream) {
    shown.show(call, operation, stream, 1, true);
    return this;
  }

  /**
   * The call that is shown is about to be issued.
   *
   * @throws CollectiveException if a listener says that it must not be; all have been told then
   */
  void before() {
    Completions timed = completions;
    if (timed != null) {
      timed.before(shown);
    }
    Tally tally = tally();
    shown.number = tally.issued + tally.begun++;
    CollectiveException verdict = null;
    for (int i = 0; i < listeners.length; i++) {
      try {
        listeners[i].before(shown);
      } catch (CollectiveException against) {
        verdict = verdict == null ? against : verdict;
      } catch (RuntimeException failed) {
        drop(i, failed);
      }
    }
    if (verdict != null) {
      throw verdict;
    }
    if (timed != null) {
      timed.begin(shown);
    }
  }

  /**
   * The call that is shown has been issued.
   *
   * @return what a listener finds wrong, for the caller; null if none does
   */
  @Nullable CollectiveException after() {
    Tally tally = tally();
    tally.begun--;
    shown.number = tally.issued++;
    Completions timed = completions;
    if (timed != null) {
      timed.end(shown);
    }
    CollectiveException verdict = null;
    for (int i = 0; i < listeners.length; i++) {
      try {
        listeners[i].after(shown);
      } catch (CollectiveException against) {
        verdict = verdict == null ? against : verdict;
      } catch (RuntimeException failed) {
        drop(i, failed);
      }
    }
    return verdict;
  }

  /** Launches the graph that issues these calls, and tells of each of them. */
  void launch(Graph graph, CallRecording kept, Stream stream) {
    for (int i = 0; i < kept.size(); i++) {
      showPrepared(kept, i, stream);
      before();
    }
    try {
      graph.launch(stream);
    } catch (RuntimeException | Error failure) {
      for (int i = 0; i < kept.size(); i++) {
        showPrepared(kept, i, stream);
        failed(failure);
      }
      throw failure;
    }
    for (int i = 0; i < kept.size(); i++) {
      showPrepared(kept, i, stream);
      after();
    }
  }

  private void showPrepared(CallRecording kept, int i, Stream stream) {
    shown.showPrepared(kept.call(i), stream, kept.groupSize(i), kept.isOnlyCollective(i));
  }

  private void completed(IssuedCall call, double micros) {
    for (int i = 0; i < listeners.length; i++) {
      try {
        if (listeners[i].hearsCompletion()) {
          listeners[i].completed(call, micros);
        }
      } catch (RuntimeException failed) {
        drop(i, failed);
      }
    }
  }

  /** The call that is shown has failed. */
  void failed(Throwable failure) {
    Tally tally = tally();
    shown.number = tally.issued + tally.failed++;
    if (tally.failed == tally.begun) { // all that was begun gives its number back
      tally.failed = 0;
      tally.begun = 0;
    }
    if (completions != null) {
      completions.failed();
    }
    tell(listener -> listener.failed(shown, failure));
  }

  private Tally tally() {
    return shown.isMessage() ? messages : collectives;
  }

  void aborted() {
    tell(CallListener::aborted);
  }

  /**
   * The communicator is about to be closed. What has run is told, for which listeners that hear of
   * completion wait; then the listeners hear that all work has ended.
   *
   * @param left how long to wait at most
   * @param found where verdicts of listeners go, and what the work has failed with
   */
  void finish(TimeLimit left, List<CollectiveException> found) {
    Completions timed = completions;
    if (timed != null && !timed.await(left, found)) {
      return;
    }
    ending();
    for (int i = 0; i < listeners.length; i++) {
      try {
        listeners[i].finished();
      } catch (CollectiveException verdict) {
        found.add(verdict);
      } catch (RuntimeException failed) {
        drop(i, failed);
      }
    }
  }

  /** The end, also after an abort. */
  void ending() {
    if (completions != null) {
      completions.close();
      completions = null;
    }
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

  @Override
  public String toString() {
    return where + ": " + shown;
  }
}
