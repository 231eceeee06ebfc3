package org.jccl.nccl.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jccl.BackendUnavailableException;
import org.jccl.ops.NcclFunction;
import org.jspecify.annotations.Nullable;

/**
 * One loaded NCCL: where it came from, its version, the addresses of its functions. Several may be
 * loaded at once; each has a {@link NcclBinding} of its own and all share the downcall handles.
 */
public final class NcclLibrary {
  /** The oldest release that jccl works with, 2.19.1. */
  public static final int OLDEST = 21901;

  /** What every release that jccl works with has: a file without them is not loaded. */
  private static final List<String> IN_EVERY_RELEASE =
      Arrays.stream(NcclFunction.values())
          .filter(function -> function.isIn(OLDEST))
          .map(NcclFunction::symbol)
          .toList();

  /** What no release has as anything but a function. */
  private static final List<String> EVER_RELEASED =
      Arrays.stream(NcclFunction.values()).map(NcclFunction::symbol).toList();

  private final String description;
  private final Map<NcclFunction, MemorySegment> addresses = new EnumMap<>(NcclFunction.class);
  private final Set<NcclFunction> missing = EnumSet.noneOf(NcclFunction.class);
  private final NcclBinding binding;
  private final Function<String, Optional<MemorySegment>> lookup;
  private final int version;

  private NcclLibrary(String description, Function<String, Optional<MemorySegment>> lookup) {
    this.description = description;
    this.lookup = lookup;
    for (NcclFunction function : NcclFunction.values()) {
      Optional<MemorySegment> address = lookup.apply(function.symbol());
      addresses.put(function, address.orElse(MemorySegment.NULL));
      if (address.isEmpty()) {
        missing.add(function);
      }
    }
    if (missing.contains(NcclFunction.GET_VERSION)) {
      throw new BackendUnavailableException(
          description + " is no NCCL: it has no symbol ncclGetVersion");
    }
    this.binding = new NcclBinding(this, addresses);
    this.version = askVersion();
  }

  /**
   * Opens a file, or what the loader finds under a soname. A library that this machine has not
   * tried yet is tried in a process of its own first.
   *
   * @throws BackendUnavailableException saying why not: no such file, no ELF file, the loader's
   *     words, not NCCL, too old; it hangs, exits or crashes when it is loaded
   * @throws IllegalCallerException if this JVM denies native access, naming the flag
   */
  public static NcclLibrary open(String pathOrName) {
    return open(pathOrName, LibraryProbe.ofThisMachine());
  }

  static NcclLibrary open(String pathOrName, LibraryProbe probe) {
    NativeAccess.require();
    String file = pathOrName.indexOf('/') >= 0 ? pathOrName : LoaderPath.fileOf(pathOrName);
    String objection = file == null ? null : objection(file, probe);
    if (objection != null) {
      throw unusable(pathOrName.equals(file) ? pathOrName : pathOrName + " at " + file, objection);
    }
    return load(pathOrName);
  }

  /** The same without a look at it: what the library does to a process, it does to this one. */
  static NcclLibrary load(String pathOrName) {
    SymbolLookup symbols =
        NativeAccess.open(pathOrName)
            .orElseThrow(() -> unusable(pathOrName, NativeAccess.whyNot(pathOrName)));
    String loaded =
        symbols
            .find(NcclFunction.GET_VERSION.symbol())
            .flatMap(NativeAccess::fileOf)
            .orElse(pathOrName);
    NcclLibrary library = new NcclLibrary(loaded, symbols::find);
    if (library.version < OLDEST) {
      throw new BackendUnavailableException(
          loaded
              + " is NCCL "
              + NcclFunction.text(library.version)
              + ", too old: jccl needs "
              + NcclFunction.text(OLDEST)
              + " or newer");
    }
    library.requireItsFunctions();
    return library;
  }

  /** A build that lacks what its version has is broken: it would fail in the midst of a program. */
  private void requireItsFunctions() {
    List<String> lacking =
        missing.stream()
            .filter(function -> function.isIn(version))
            .map(NcclFunction::symbol)
            .toList();
    if (!lacking.isEmpty()) {
      throw new BackendUnavailableException(
          description
              + " says that it is NCCL "
              + NcclFunction.text(version)
              + " and lacks "
              + lacking.size()
              + " functions of that version: "
              + String.join(", ", lacking.subList(0, Math.min(3, lacking.size())))
              + (lacking.size() > 3 ? ", …" : ""));
    }
  }

  /**
   * A library made of addresses that the caller has: functions of its own that behave like NCCL's.
   *
   * @param description for people, in place of a path
   * @param lookup the address of each C name, which must stay valid; empty if it is missing
   */
  public static NcclLibrary ofSymbols(
      String description, Function<String, Optional<MemorySegment>> lookup) {
    NativeAccess.require();
    return new NcclLibrary(description, lookup);
  }

  /** What is known of a file before the loader is given it; null if nothing is wrong. */
  static @Nullable String objection(String path, LibraryProbe probe) {
    Path file = Path.of(path);
    String objection = ElfFile.objection(file, IN_EVERY_RELEASE, EVER_RELEASED);
    return objection == null ? probe.objection(file) : objection;
  }

  private static BackendUnavailableException unusable(String what, String why) {
    return new BackendUnavailableException(what + " cannot be opened: " + why);
  }

  private int askVersion() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment slot = arena.allocate(JAVA_INT);
      int result = binding.getVersion(slot);
      if (result != 0) {
        throw new BackendUnavailableException(
            description + ": ncclGetVersion failed with " + result);
      }
      return slot.get(JAVA_INT, 0);
    }
  }

  /** Path of the file, or the description of a library made of symbols. */
  public String description() {
    return description;
  }

  /** Version code (rule VER-01). */
  public int version() {
    return version;
  }

  /** One method per C function. */
  public NcclBinding binding() {
    return binding;
  }

  /** The functions this library lacks. */
  public Set<NcclFunction> missing() {
    return Set.copyOf(missing);
  }

  /** Whether this library has {@code function}. */
  public boolean has(NcclFunction function) {
    return !missing.contains(function);
  }

  /** Whether it exports this C name, bound here or not (rule VER-03). */
  public boolean exports(String symbol) {
    return lookup.apply(symbol).isPresent();
  }

  /** What calling a function that is missing throws. */
  UnsupportedOperationException lacks(NcclFunction function) {
    String words =
        function.isIn(version)
            ? function.symbol()
                + " is part of NCCL "
                + NcclFunction.text(version)
                + ", but this build lacks it:"
            : function.missingIn(version).getMessage() + " at";
    return new UnsupportedOperationException(words + " " + description);
  }

  @Override
  public String toString() {
    return "NCCL " + NcclFunction.text(version) + " at " + description;
  }
}
