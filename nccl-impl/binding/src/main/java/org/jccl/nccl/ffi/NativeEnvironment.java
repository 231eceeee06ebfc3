package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Environment variables as native code sees them: {@link System#getenv} is a copy of them, made
 * when the JVM began.
 */
public final class NativeEnvironment {
  private NativeEnvironment() {}

  /**
   * {@return the value of a variable, or null}
   *
   * @param name its name
   */
  public static @Nullable String get(String name) {
    Optional<MemorySegment> getenv = find("getenv");
    if (getenv.isEmpty()) {
      return null;
    }
    MethodHandle get = NativeAccess.downcall(FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      long value = (long) get.invokeExact(getenv.get(), arena.allocateFrom(name));
      return value == 0 ? null : NativeAccess.text(value);
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable broken) {
      throw new AssertionError(broken);
    }
  }

  /**
   * Sets a variable, for libraries that have not read it yet.
   *
   * @param name its name
   * @param value its value
   * @return whether this system could do that
   */
  public static boolean set(String name, String value) {
    Optional<MemorySegment> setenv = find("setenv");
    if (setenv.isEmpty()) {
      return false;
    }
    MethodHandle set =
        NativeAccess.downcall(FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocateFrom(name);
      return (int) set.invokeExact(setenv.get(), key, arena.allocateFrom(value), 1) == 0;
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable broken) {
      throw new AssertionError(broken);
    }
  }

  private static Optional<MemorySegment> find(String function) {
    SymbolLookup libc = Linker.nativeLinker().defaultLookup();
    return libc.find(function);
  }
}
