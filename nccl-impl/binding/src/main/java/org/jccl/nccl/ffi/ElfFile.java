package org.jccl.nccl.ffi;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A shared library as a file: read before the loader maps it. A loader that maps a file which was
 * cut off ends this JVM with SIGBUS at the first touch of what is missing, and one that opens a
 * pipe waits for ever.
 */
final class ElfFile {
  private static final int HEADER_BYTES = 64;
  private static final int SEGMENT_BYTES = 56;
  private static final int SECTION_BYTES = 64;
  private static final int SYMBOL_BYTES = 24;
  private static final int MOST_TABLE_BYTES = 64 << 20;

  private static final int MAGIC = 0x7f454c46;
  private static final int CLASS_64 = 2;
  private static final int LITTLE_ENDIAN = 1;
  private static final int SHARED_OBJECT = 3;
  private static final int LOAD = 1;
  private static final int NO_BITS = 8;
  private static final int DYNAMIC_SYMBOLS = 11;

  /**
   * Types of symbols that may be called: none given, a function, one that is chosen when loaded.
   */
  private static final Set<Integer> FUNCTIONS = Set.of(0, 2, 10);

  /** ELF's number of each machine that Java names. */
  private static final Map<String, Integer> MACHINES =
      Map.of("amd64", 62, "x86_64", 62, "aarch64", 183);

  private static final Map<Integer, String> MACHINE_NAMES =
      Map.of(3, "x86", 21, "ppc64", 40, "arm", 62, "x86_64", 183, "aarch64", 243, "riscv");

  private final FileChannel file;
  private final long length;

  private ElfFile(FileChannel file) throws IOException {
    this.file = file;
    this.length = file.size();
  }

  /**
   * Why the loader must not be given {@code path}: no file, no shared library of this machine, cut
   * off, without one of {@code symbols}, or with one of {@code functions} that is none. Null if
   * nothing speaks against it.
   */
  static @Nullable String objection(Path path, List<String> symbols, List<String> functions) {
    if (!Files.exists(path)) {
      return "there is no such file";
    }
    if (Files.isDirectory(path)) {
      return "it is a folder";
    }
    if (!Files.isRegularFile(path)) {
      return "it is no regular file, but a pipe, a socket or a device"; // opening it may block
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return new ElfFile(channel).objection(symbols, functions);
    } catch (EOFException cut) {
      return "it is cut off: " + cut.getMessage();
    } catch (IOException unreadable) {
      return "it cannot be read: " + unreadable;
    }
  }

  private @Nullable String objection(List<String> symbols, List<String> functions)
      throws IOException {
    if (length < Integer.BYTES || read(0, Integer.BYTES, "magic").getInt(0) != MAGIC) {
      return "it is not an ELF file";
    }
    ByteBuffer header = read(0, HEADER_BYTES, "header (file too short)");
    String foreign = foreign(header);
    if (foreign != null) {
      return foreign;
    }
    requireSegments(header.order(ByteOrder.LITTLE_ENDIAN));
    List<ByteBuffer> sections = sections(header);
    Map<String, Boolean> exported = exported(sections);
    if (exported == null) {
      return null; // stripped of its sections: the loader will say
    }
    List<String> lacking = new ArrayList<>(symbols);
    lacking.removeAll(exported.keySet());
    if (!lacking.isEmpty()) {
      return lacking(lacking, symbols.size());
    }
    for (String function : functions) {
      if (Boolean.FALSE.equals(exported.get(function))) {
        return "its symbol " + function + " is data, not a function";
      }
    }
    return null;
  }

  private static String lacking(List<String> lacking, int of) {
    return "it lacks "
        + lacking.size()
        + " of "
        + of
        + " functions that every NCCL has: it has no symbol "
        + String.join(", ", lacking.subList(0, Math.min(3, lacking.size())))
        + (lacking.size() > 3 ? ", …" : "");
  }

  private static @Nullable String foreign(ByteBuffer header) {
    if (header.get(4) != CLASS_64) {
      return "it is a library for 32 bits, this JVM has 64";
    }
    if (header.get(5) != LITTLE_ENDIAN) {
      return "it is a library of the other byte order";
    }
    header.order(ByteOrder.LITTLE_ENDIAN);
    int machine = Short.toUnsignedInt(header.getShort(18));
    String here = System.getProperty("os.arch", "");
    Integer wanted = MACHINES.get(here);
    if (wanted != null && wanted != machine) {
      String found = MACHINE_NAMES.getOrDefault(machine, "machine " + machine);
      return "it is a library for " + found + ", this machine is " + here;
    }
    if (header.getShort(16) != SHARED_OBJECT) {
      return "it is no shared library, but a program, an object file or a core dump";
    }
    return null;
  }

  /** Everything that the loader maps lies inside the file. */
  private void requireSegments(ByteBuffer header) throws IOException {
    long offset = header.getLong(32);
    int size = Short.toUnsignedInt(header.getShort(54));
    int count = Short.toUnsignedInt(header.getShort(56));
    if (count == 0 || size < SEGMENT_BYTES) {
      throw new EOFException("it has no segments");
    }
    ByteBuffer table = read(offset, (long) size * count, "program headers");
    for (int i = 0; i < count; i++) {
      int at = i * size;
      if (table.getInt(at) == LOAD) {
        requireInside(table.getLong(at + 8), table.getLong(at + 32), "segment " + i);
      }
    }
  }

  /** The section headers, each with its content inside the file. */
  private List<ByteBuffer> sections(ByteBuffer header) throws IOException {
    long offset = header.getLong(40);
    int size = Short.toUnsignedInt(header.getShort(58));
    int count = Short.toUnsignedInt(header.getShort(60));
    List<ByteBuffer> sections = new ArrayList<>(count);
    if (offset == 0 || size < SECTION_BYTES) {
      return sections;
    }
    ByteBuffer table = read(offset, (long) size * count, "section headers");
    for (int i = 0; i < count; i++) {
      ByteBuffer section = table.slice(i * size, size).order(ByteOrder.LITTLE_ENDIAN);
      if (section.getInt(4) != NO_BITS) {
        requireInside(section.getLong(24), section.getLong(32), "section " + i);
      }
      sections.add(section);
    }
    return sections;
  }

  /** The names that it exports, and whether each may be a function; null if it does not say. */
  private @Nullable Map<String, Boolean> exported(List<ByteBuffer> sections) throws IOException {
    for (ByteBuffer section : sections) {
      int names = section.getInt(40);
      if (section.getInt(4) == DYNAMIC_SYMBOLS && names > 0 && names < sections.size()) {
        return names(content(section, "symbols"), content(sections.get(names), "symbol names"));
      }
    }
    return null;
  }

  private static Map<String, Boolean> names(ByteBuffer symbols, ByteBuffer texts) {
    Map<String, Boolean> names = new HashMap<>();
    for (int at = 0; at + SYMBOL_BYTES <= symbols.limit(); at += SYMBOL_BYTES) {
      int name = symbols.getInt(at);
      boolean isDefined = symbols.getShort(at + 6) != 0;
      if (isDefined && name > 0 && name < texts.limit()) {
        names.put(text(texts, name), FUNCTIONS.contains(symbols.get(at + 4) & 0xf));
      }
    }
    return names;
  }

  private static String text(ByteBuffer texts, int from) {
    int end = from;
    while (end < texts.limit() && texts.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - from];
    texts.get(from, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private ByteBuffer content(ByteBuffer section, String what) throws IOException {
    return read(section.getLong(24), section.getLong(32), what);
  }

  private void requireInside(long offset, long size, String what) throws EOFException {
    if (offset < 0 || size < 0 || size > length || offset > length - size) {
      throw new EOFException(
          what + " ends at " + (offset + size) + ", the file has " + length + " bytes");
    }
  }

  private ByteBuffer read(long offset, long size, String what) throws IOException {
    requireInside(offset, size, what);
    if (size > MOST_TABLE_BYTES) {
      throw new EOFException(what + " of " + size + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, offset + bytes.position()) < 0) {
        throw new EOFException(what);
      }
    }
    // The magic is compared in the order in which it stands there.
    return bytes.flip().order(offset == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }
}
