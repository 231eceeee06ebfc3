package org.jccl.conformance.loopback;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.jccl.Device;
import org.jccl.DeviceMemory;
import org.jccl.Event;
import org.jccl.Graph;
import org.jccl.spi.NcclAbi;
import org.jccl.spi.OwnedStream;
import org.jspecify.annotations.Nullable;

/** A simulator that is called from other processes, and the objects of it that they know. */
final class Hosted {
  /** The library itself. */
  static final long ABI = 0;

  /** The devices have the numbers from here on. */
  static final long FIRST_DEVICE = 1;

  /** What stays here when it is an answer; only its number goes out. */
  static final List<Class<?>> KINDS =
      List.of(
          NcclAbi.class,
          Device.class,
          OwnedStream.class,
          Event.class,
          Graph.class,
          DeviceMemory.class,
          CompletableFuture.class);

  /** Most places that are still to be written; the oldest of them were for nothing. */
  private static final int MOST_DUE = 1000;

  private static final Map<Class<?>, Map<String, Method>> METHODS = new ConcurrentHashMap<>();

  private final Loopback loopback;
  private final Map<Long, Object> objects = new HashMap<>();
  private final Map<Object, Long> numbers = new IdentityHashMap<>();
  private final Map<Long, Collection<Due>> due = new ConcurrentHashMap<>();

  /** Memory of a caller that is written after the call has returned. */
  private record Due(long token, MemorySegment memory, BooleanSupplier isWritten, boolean again) {}

  Hosted(Loopback loopback) {
    this.loopback = loopback;
    number(loopback.simulated());
    loopback.backend().devices().forEach(this::number);
  }

  void end() {
    loopback.close();
  }

  private synchronized long number(Object object) {
    Long known = numbers.get(object);
    if (known == null) {
      known = (long) numbers.size();
      numbers.put(object, known);
      objects.put(known, object);
    }
    return known;
  }

  private synchronized Object object(long number) {
    Object object = objects.get(number);
    if (object == null) {
      throw new IllegalArgumentException("no object has the number " + number);
    }
    return object;
  }

  private static Class<?> kind(Object object) {
    return KINDS.stream().filter(kind -> kind.isInstance(object)).findFirst().orElse(Object.class);
  }

  /** Makes a call of that process, on this thread. */
  Wire.Answer answer(long process, Wire.Call call) {
    Object target = object(call.target());
    Method method =
        METHODS.computeIfAbsent(kind(target), RemoteObjects::methods).get(call.method());
    if (method == null) {
      throw new IllegalArgumentException("no method " + call.method());
    }
    LentMemories lent = new LentMemories();
    @Nullable Object[] arguments = new Object[call.arguments().length];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = argument(call.arguments()[i], method.getParameterTypes()[i], lent);
    }
    try {
      Object result = method.invoke(target, arguments);
      keepDue(process, method, arguments, lent);
      return new Wire.Answer(shown(result), null, memory(process, lent));
    } catch (InvocationTargetException thrown) {
      return new Wire.Answer(null, thrown.getCause(), memory(process, lent));
    } catch (IllegalAccessException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private @Nullable Object argument(@Nullable Object given, Class<?> type, LentMemories lent) {
    if (given instanceof Wire.Ref ref) {
      return object(ref.id());
    }
    if (given instanceof Wire.Lent memory) {
      MemorySegment segment = lent.take(memory);
      return type == long.class ? (Object) segment.address() : segment;
    }
    return given == null && type == MemorySegment.class ? MemorySegment.NULL : given;
  }

  private @Nullable Object shown(@Nullable Object result) {
    if (result == null) {
      return null;
    }
    Class<?> kind = kind(result);
    return kind == Object.class ? result : new Wire.Ref(number(result), kind);
  }

  /** A copy goes on after its call, and NCCL may tell a handle later. */
  private void keepDue(
      long process, Method method, @Nullable Object[] arguments, LentMemories lent) {
    boolean copies = method.getName().equals("copyOut");
    Collection<Due> own = due.computeIfAbsent(process, none -> new ConcurrentLinkedQueue<>());
    lent.segments.forEach(
        (token, segment) -> {
          if (copies && arguments[2] instanceof OwnedStream stream) {
            // A stream that is being captured copies whenever its graph runs.
            boolean again = stream.isCapturing();
            CompletableFuture<Void> copied =
                again ? CompletableFuture.completedFuture(null) : stream.completion();
            own.add(new Due(token, segment, copied::isDone, again));
          } else if (lent.lacksHandle(token)) {
            own.add(new Due(token, segment, () -> !lent.lacksHandle(token), false));
          }
        });
    while (own.size() > MOST_DUE) {
      own.remove(own.iterator().next());
    }
  }

  /** What has been written since the caller gave it. */
  private List<Wire.Lent> memory(long process, LentMemories lent) {
    List<Wire.Lent> changed = lent.changed();
    Collection<Due> own = due.getOrDefault(process, List.of());
    for (Iterator<Due> each = own.iterator(); each.hasNext(); ) {
      Due late = each.next();
      if (late.isWritten().getAsBoolean()) {
        if (!late.again()) {
          each.remove();
        }
        changed.add(LentMemories.lent(late.token(), late.memory(), late.again()));
      }
    }
    return changed;
  }

  /** The memory that goes with one call. */
  private static final class LentMemories {
    final Map<Long, MemorySegment> segments = new HashMap<>();
    private final Map<Long, byte[]> before = new HashMap<>();

    MemorySegment take(Wire.Lent memory) {
      MemorySegment segment = LentCopy.of(memory);
      segments.put(memory.token(), segment);
      before.put(memory.token(), segment.toArray(ValueLayout.JAVA_BYTE));
      return segment;
    }

    List<Wire.Lent> changed() {
      List<Wire.Lent> changed = new ArrayList<>();
      segments.forEach(
          (token, segment) -> {
            if (isChanged(token)) {
              changed.add(lent(token, segment, lacksHandle(token)));
            }
          });
      return changed;
    }

    /** Whether this is a place for a handle that is not there: null may stand for it meanwhile. */
    boolean lacksHandle(long token) {
      MemorySegment segment = segments.get(token);
      return segment != null
          && segment.byteSize() == Long.BYTES
          && (!isChanged(token) || segment.get(ValueLayout.JAVA_LONG_UNALIGNED, 0) == 0);
    }

    boolean isChanged(long token) {
      MemorySegment segment = segments.get(token);
      return segment != null
          && !Arrays.equals(before.get(token), segment.toArray(ValueLayout.JAVA_BYTE));
    }

    static Wire.Lent lent(long token, MemorySegment segment, boolean again) {
      return new Wire.Lent(token, segment.toArray(ValueLayout.JAVA_BYTE), Map.of(), false, again);
    }
  }
}
