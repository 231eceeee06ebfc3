package org.jccl.conformance.liars;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jccl.Communicator;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/**
 * One call of either surface, on its way to the honest implementation.
 *
 * @param target the honest object
 * @param owner the honest communicator that a typed operation belongs to, if it belongs to one
 * @param method what is called
 * @param arguments the arguments, in order; those that were wrapped are the honest ones
 */
public record ForwardedCall(
    Object target, @Nullable Communicator owner, Method method, List<@Nullable Object> arguments) {
  /** Whether it is a call of one of these methods. */
  public boolean is(String... names) {
    return Arrays.asList(names).contains(method.getName());
  }

  /** Whether it is a call of a C function. */
  public boolean isRaw() {
    return target instanceof NcclAbi;
  }

  /** Whether it is a C function that takes a stream. */
  public boolean isOperation() {
    return isRaw() && has("stream");
  }

  /** Whether the method has a parameter of that name. */
  public boolean has(String parameter) {
    return indexOf(parameter) >= 0;
  }

  private int indexOf(String parameter) {
    Parameter[] all = method.getParameters();
    for (int i = 0; i < all.length; i++) {
      if (all[i].getName().equals(parameter)) {
        return i;
      }
    }
    return -1;
  }

  /** The argument of that name, null if the method has none. */
  public @Nullable Object argument(String parameter) {
    int index = indexOf(parameter);
    return index < 0 ? null : arguments.get(index);
  }

  /** The argument of that name, a number; 0 if the method has none. */
  public long number(String parameter) {
    return argument(parameter) instanceof Number number ? number.longValue() : 0;
  }

  /** The argument of that name, memory of the host; null memory if the method has none. */
  public MemorySegment memory(String parameter) {
    return argument(parameter) instanceof MemorySegment memory ? memory : MemorySegment.NULL;
  }

  /** The argument of that name, memory of a device, if there is one. */
  public @Nullable DeviceBuffer buffer(String parameter) {
    return argument(parameter) instanceof DeviceBuffer buffer ? buffer : null;
  }

  /** The stream of a typed operation. */
  public Stream stream() {
    return (Stream) Objects.requireNonNull(argument("stream"));
  }

  /** The honest communicator of a typed operation. */
  public Communicator by() {
    return Objects.requireNonNull(owner);
  }

  /** The honest C functions. */
  public NcclAbi abi() {
    return (NcclAbi) target;
  }

  /** The same call with another value, where the method has a parameter of that name. */
  public ForwardedCall with(String parameter, @Nullable Object value) {
    int index = indexOf(parameter);
    if (index < 0) {
      return this;
    }
    List<@Nullable Object> changed = new ArrayList<>(arguments);
    boolean narrow = method.getParameterTypes()[index] == int.class;
    changed.set(index, narrow && value instanceof Long wide ? (Integer) wide.intValue() : value);
    return new ForwardedCall(target, owner, method, Collections.unmodifiableList(changed));
  }

  /** The rank of the communicator that a C function is called with; -1 if there is none. */
  public int rank() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment slot = arena.allocate(ValueLayout.JAVA_INT);
      return abi().commUserRank(number("comm"), slot) == 0 ? slot.get(ValueLayout.JAVA_INT, 0) : -1;
    }
  }

  /** What the honest implementation answers. */
  public @Nullable Object honest() throws Throwable {
    try {
      return method.invoke(target, arguments.toArray());
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  /** The same for functions that return a result code. */
  public int code() throws Throwable {
    return honest() instanceof Integer code ? code : 0;
  }
}
