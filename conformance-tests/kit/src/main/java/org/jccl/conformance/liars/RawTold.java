package org.jccl.conformance.liars;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import org.jccl.spi.NcclAbi;

/**
 * One call of a C function as a liar was told to make it.
 *
 * @param abi the honest library
 * @param method which function
 * @param arguments its arguments, in C's order
 */
record RawTold(NcclAbi abi, Method method, List<Object> arguments) {
  private static final String MOVE = "send recv count type comm stream";
  private static final String REDUCTION = "send recv count type op comm stream";
  private static final String ROOTED = "send recv count type root comm stream";
  private static final String MESSAGE = "buffer count type root comm stream";

  /** The arguments' names of those functions that lies are about. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("allReduce", REDUCTION),
          Map.entry("reduceScatter", REDUCTION),
          Map.entry("reduce", "send recv count type op root comm stream"),
          Map.entry("broadcast", ROOTED),
          Map.entry("gather", ROOTED),
          Map.entry("scatter", ROOTED),
          Map.entry("allGather", MOVE),
          Map.entry("allToAll", MOVE),
          Map.entry("bcast", MESSAGE),
          Map.entry("send", MESSAGE),
          Map.entry("recv", MESSAGE),
          Map.entry("redOpCreatePreMulSum", "op scalar type residence comm"));

  /** Whether it is a call of one of these functions. */
  boolean is(String... functions) {
    return List.of(functions).contains(method.getName());
  }

  /** Whether it takes a stream. */
  boolean isOperation() {
    return has("stream");
  }

  /** Whether it is a send or a receive. */
  boolean isMessage() {
    return is("send", "recv");
  }

  boolean has(String name) {
    return indexOf(name) >= 0;
  }

  private int indexOf(String name) {
    String names = NAMES.getOrDefault(method.getName(), "");
    return List.of(names.split(" ")).indexOf(name);
  }

  /** The value of the argument of that name, which the function has. */
  long number(String name) {
    return ((Number) arguments.get(indexOf(name))).longValue();
  }

  /** The value of an argument that is a pointer for results. */
  MemorySegment pointer(int index) {
    return (MemorySegment) arguments.get(index);
  }

  /** The same call with another value, if the function has an argument of that name. */
  RawTold with(String name, long value) {
    int index = indexOf(name);
    if (index < 0) {
      return this;
    }
    List<Object> changed = new java.util.ArrayList<>(arguments);
    Object boxed = changed.get(index) instanceof Integer ? (Object) (int) value : (Object) value;
    changed.set(index, boxed);
    return new RawTold(abi, method, List.copyOf(changed));
  }

  /** The rank of the communicator that is called. */
  int rank() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment slot = arena.allocate(ValueLayout.JAVA_INT);
      abi.commUserRank(number("comm"), slot);
      return slot.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /** What the honest library answers. */
  Object honest() throws Throwable {
    try {
      return method.invoke(abi, arguments.toArray());
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  /** The same for functions that return a result code. */
  int code() throws Throwable {
    return (Integer) honest();
  }
}
