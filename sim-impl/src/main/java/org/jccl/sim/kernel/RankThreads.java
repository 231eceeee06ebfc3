package org.jccl.sim.kernel;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Makes the virtual threads of ranks: on a {@link Carrier} of their own where the JVM was started
 * with {@code --add-opens java.base/java.lang=org.jccl.sim}, as jccl's launcher does, otherwise on
 * the JVM's common scheduler. What a simulation does is the same; a change of threads costs several
 * times as much on the common scheduler, unless {@code -Djdk.virtualThreadScheduler.parallelism=1}
 * gives that one carrier, too.
 */
public final class RankThreads {
  /** The system property that asks for a carrier of their own: {@code own}. Not sound yet. */
  public static final String PROPERTY = "jccl.sim.threads";

  /** JDK 25 has no public way to a scheduler of one's own, but the builder's own method. */
  private static final @Nullable MethodHandle NEW_THREAD = newThread();

  private static final @Nullable MethodHandle CURRENT_CARRIER = carrier();

  private final @Nullable Carrier carrier;

  RankThreads() {
    boolean own =
        NEW_THREAD != null
            && CURRENT_CARRIER != null
            && "own".equals(System.getProperty(PROPERTY));
    carrier = own ? new Carrier() : null;
  }

  /** Whether ranks have a carrier of their own. */
  public boolean isOwn() {
    return carrier != null;
  }

  /** A thread that is to be started. */
  Thread unstarted(String name, Runnable body) {
    MethodHandle constructor = NEW_THREAD;
    Carrier own = carrier;
    if (own == null || constructor == null) {
      return Thread.ofVirtual().name(name).unstarted(body);
    }
    try {
      return (Thread) constructor.invokeExact((Executor) own, name, 0, body);
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Rank programs run, or have ended. */
  void running(boolean value) {
    if (carrier != null) {
      carrier.waits(value);
    }
  }

  /** The calling rank may block its carrier. */
  void release() {
    if (carrier != null) {
      carrier.release();
    }
  }

  /** The platform thread that runs the calling thread; only where {@link #isOwn}. */
  static Thread currentCarrier() {
    MethodHandle question = CURRENT_CARRIER;
    if (question == null) {
      return Thread.currentThread();
    }
    try {
      return (Thread) question.invokeExact();
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static @Nullable MethodHandle newThread() {
    return find(
        "java.lang.ThreadBuilders",
        "newVirtualThread",
        MethodType.methodType(
            Thread.class, Executor.class, String.class, int.class, Runnable.class));
  }

  private static @Nullable MethodHandle carrier() {
    return find("java.lang.Thread", "currentCarrierThread", MethodType.methodType(Thread.class));
  }

  private static @Nullable MethodHandle find(String owner, String name, MethodType type) {
    if (!Object.class.getModule().isOpen("java.lang", RankThreads.class.getModule())) {
      return null;
    }
    try {
      Class<?> holder = Class.forName(owner);
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(holder, MethodHandles.lookup());
      return lookup.findStatic(holder, name, type);
    } catch (ReflectiveOperationException | RuntimeException other) {
      return null; // Another JDK: the common scheduler serves.
    }
  }
}
