package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Everything the JDK calls restricted: opening a library, making a downcall handle, reading memory
 * at a bare address. The one place that needs native access, and that says how to grant it.
 */
@SuppressWarnings("restricted")
public final class NativeAccess {
  /** A function that is nowhere is found when the library is opened, not by the end of this JVM. */
  private static final int RTLD_NOW = 2;

  private static final long LONGEST_TEXT = 1 << 16;

  /** A text without an end is no reason for a message without one. */
  private static final int MOST_SHOWN = 4096;

  private NativeAccess() {}

  /**
   * Makes sure that native access is granted, before a class initialiser finds out.
   *
   * @throws IllegalCallerException naming the flag to start java with
   */
  static void require() {
    restricted(() -> MemorySegment.NULL.reinterpret(0));
  }

  /** A handle without a bound symbol: the function's address is its first argument. */
  static MethodHandle downcall(FunctionDescriptor shape) {
    return restricted(() -> Linker.nativeLinker().downcallHandle(shape));
  }

  /**
   * Opens a library by path or soname, as {@code dlopen} finds it. It stays loaded: unloading what
   * has registered GPU code is a risk, and keeping it costs address space alone.
   *
   * @return its symbols, or empty; {@link #whyNot} then says why
   */
  public static Optional<SymbolLookup> open(String pathOrName) {
    if (!loads(pathOrName)) {
      return Optional.empty();
    }
    return restricted(
        () -> {
          try {
            return Optional.of(SymbolLookup.libraryLookup(pathOrName, Arena.global()));
          } catch (IllegalArgumentException cannotOpen) {
            return Optional.empty();
          }
        });
  }

  /** The JDK's own way drops the loader's words, and prints a warning of its own in some cases. */
  private static boolean loads(String pathOrName) {
    return reason(pathOrName).isEmpty();
  }

  /** The dynamic loader's own words on why it does not open a library. */
  public static String whyNot(String pathOrName) {
    String words = reason(pathOrName);
    return words.isEmpty() ? "the loader does not open it" : words;
  }

  /** Tries; an empty text means that it worked, or that there is no way to ask. */
  private static String reason(String pathOrName) {
    String file = pathOrName.indexOf('/') >= 0 ? pathOrName : LoaderPath.fileOf(pathOrName);
    String objection = file == null ? null : ElfFile.objection(Path.of(file), List.of(), List.of());
    return objection == null ? loadersReason(pathOrName) : file + ": " + objection;
  }

  private static String loadersReason(String pathOrName) {
    SymbolLookup libc = Linker.nativeLinker().defaultLookup();
    Optional<MemorySegment> dlopen = libc.find("dlopen");
    Optional<MemorySegment> dlerror = libc.find("dlerror");
    if (dlopen.isEmpty() || dlerror.isEmpty()) {
      return "";
    }
    MethodHandle open = downcall(FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT));
    MethodHandle error = downcall(FunctionDescriptor.of(JAVA_LONG));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(pathOrName);
      long handle = (long) open.invokeExact(dlopen.get(), name, RTLD_NOW);
      return handle != 0 ? "" : text((long) error.invokeExact(dlerror.get()));
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable broken) {
      throw new AssertionError(broken);
    }
  }

  /** The file that {@code symbol} was loaded from, if the loader knows. */
  static Optional<String> fileOf(MemorySegment symbol) {
    Optional<MemorySegment> dladdr = Linker.nativeLinker().defaultLookup().find("dladdr");
    if (dladdr.isEmpty()) {
      return Optional.empty();
    }
    MethodHandle ask = downcall(FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(4 * ADDRESS.byteSize(), ADDRESS.byteAlignment());
      int found = (int) ask.invokeExact(dladdr.get(), symbol.address(), info);
      long name = info.get(JAVA_LONG, 0);
      return found == 0 || name == 0 ? Optional.empty() : Optional.of(text(name));
    } catch (RuntimeException | Error failure) {
      throw failure;
    } catch (Throwable broken) {
      throw new AssertionError(broken);
    }
  }

  /** The C string at {@code address}. */
  static String text(long address) {
    if (address == 0) {
      return "";
    }
    long readable = ReadableMemory.bytesAt(address, LONGEST_TEXT);
    if (readable == 0) {
      return "(no text: the library gave the address 0x"
          + Long.toHexString(address)
          + ", where nothing can be read)";
    }
    byte[] bytes =
        restricted(() -> MemorySegment.ofAddress(address).reinterpret(readable)).toArray(JAVA_BYTE);
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    String text = new String(bytes, 0, Math.min(end, MOST_SHOWN), StandardCharsets.UTF_8);
    return end <= MOST_SHOWN && end < bytes.length ? text : text + "…";
  }

  /** The memory of {@code bytes} at {@code address}, which someone else keeps alive. */
  public static MemorySegment memory(long address, long bytes) {
    return restricted(() -> MemorySegment.ofAddress(address).reinterpret(bytes));
  }

  /** The same, until {@code owner} is closed. */
  public static MemorySegment memory(long address, long bytes, Arena owner) {
    return restricted(() -> MemorySegment.ofAddress(address).reinterpret(bytes, owner, null));
  }

  /** The same; {@code atEnd} then gives the memory back. */
  public static MemorySegment memory(long address, long bytes, Arena owner, Runnable atEnd) {
    return restricted(
        () -> MemorySegment.ofAddress(address).reinterpret(bytes, owner, gone -> atEnd.run()));
  }

  /** A C function that calls {@code target}, for as long as this JVM lives. */
  static MemorySegment upcall(MethodHandle target, FunctionDescriptor shape) {
    return restricted(() -> Linker.nativeLinker().upcallStub(target, shape, Arena.global()));
  }

  private static <T> T restricted(Supplier<T> body) {
    try {
      return body.get();
    } catch (IllegalCallerException denied) {
      throw new IllegalCallerException(howToGrant(NativeAccess.class.getModule()), denied);
    }
  }

  static String howToGrant(Module module) {
    String who = module.isNamed() ? module.getName() + ",jcuda" : "ALL-UNNAMED";
    return "jccl needs native access to call NCCL and CUDA, and this JVM denies it: start java"
        + " with --enable-native-access="
        + who;
  }
}
