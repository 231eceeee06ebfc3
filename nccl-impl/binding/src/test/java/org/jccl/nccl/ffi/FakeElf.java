package org.jccl.nccl.ffi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jccl.ops.NcclFunction;

/**
 * Writes small shared libraries for x86-64 that the dynamic loader takes: NCCL's functions in a few
 * bytes of machine code, with or without a constructor.
 */
final class FakeElf {
  /** Machine code. */
  static final class Code {
    static final byte[] RETURN_0 = bytes(0x31, 0xc0, 0xc3); // xor eax, eax; ret
    static final byte[] RETURN = bytes(0xc3);
    static final byte[] LOOP = bytes(0xeb, 0xfe); // jmp to itself
    static final byte[] CRASH = bytes(0x0f, 0x0b); // ud2
    static final byte[] EXIT_0 = // mov eax, 231; xor edi, edi; syscall: exit_group(0)
        bytes(0xb8, 231, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05);

    /** Stores a number where the first argument points, and succeeds. */
    static byte[] stores(int number) {
      ByteBuffer code = ByteBuffer.allocate(9).order(ByteOrder.LITTLE_ENDIAN);
      code.put(bytes(0xc7, 0x07)).putInt(number).put(RETURN_0); // mov dword [rdi], number
      return code.array();
    }

    /** Returns a number, or an address, of 64 bits. */
    static byte[] returns(long number) {
      ByteBuffer code = ByteBuffer.allocate(11).order(ByteOrder.LITTLE_ENDIAN);
      code.put(bytes(0x48, 0xb8)).putLong(number).put((byte) 0xc3); // movabs rax, number; ret
      return code.array();
    }

    private static byte[] bytes(int... values) {
      byte[] code = new byte[values.length];
      for (int i = 0; i < values.length; i++) {
        code[i] = (byte) values[i];
      }
      return code;
    }
  }

  private static final int HEADER = 64;
  private static final int SEGMENT = 56;
  private static final int SECTION = 64;
  private static final int SYMBOL = 24;
  private static final int SYMBOL_FUNCTION = 0x12; // global function
  private static final int SYMBOL_DATA = 0x11; // global object

  private final Map<String, byte[]> code = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private final List<String> data = new ArrayList<>();
  private byte[] constructor = Code.RETURN;
  private boolean sections = true;

  /** An NCCL of that version: all its functions succeed and do nothing. */
  FakeElf(int version) {
    for (NcclFunction function : NcclFunction.values()) {
      if (function.isIn(version)) {
        names.add(function.symbol());
      }
    }
    code.put("ncclGetVersion", Code.stores(version));
  }

  /** What a function does. */
  FakeElf with(String function, byte[] does) {
    code.put(function, does);
    return this;
  }

  /** A function that is data. */
  FakeElf asData(String function) {
    data.add(function);
    return this;
  }

  /** What happens when it is loaded. */
  FakeElf constructor(byte[] does) {
    constructor = does;
    return this;
  }

  /** Without the table of sections, which the dynamic loader does not need. */
  FakeElf stripped() {
    sections = false;
    return this;
  }

  /** Writes it. */
  Path write(Path to) throws IOException {
    Files.createDirectories(to.getParent());
    return Files.write(to, bytes());
  }

  private byte[] bytes() {
    ByteBuffer file = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    int count = names.size() + 1;
    int at = HEADER + 3 * SEGMENT;
    final int symbols = at;
    final int texts = symbols + count * SYMBOL;
    at = texts + 1;
    for (int i = 0; i < names.size(); i++) {
      byte[] name = names.get(i).getBytes(StandardCharsets.US_ASCII);
      file.putInt(symbols + (i + 1) * SYMBOL, at - texts);
      file.put(at, name);
      at += name.length + 1;
    }
    final int textBytes = at - texts;
    final int hash = at = (at + 15) & -16;
    file.putInt(hash, 1).putInt(hash + 4, count).putInt(hash + 8, 1);
    for (int i = 1; i < count; i++) {
      file.putInt(hash + 12 + 4 * i, i + 1 < count ? i + 1 : 0);
    }
    at = hash + 12 + 4 * count;
    for (int i = 0; i < names.size(); i++) {
      at = (at + 15) & -16;
      String name = names.get(i);
      byte[] body = code.getOrDefault(name, Code.RETURN_0);
      int symbol = symbols + (i + 1) * SYMBOL;
      file.put(symbol + 4, (byte) (data.contains(name) ? SYMBOL_DATA : SYMBOL_FUNCTION));
      file.putShort(symbol + 6, (short) 1)
          .putLong(symbol + 8, at)
          .putLong(symbol + 16, body.length);
      file.put(at, body);
      at += body.length;
    }
    final int init = at = (at + 15) & -16;
    file.put(init, constructor);
    final int dynamic = (init + constructor.length + 15) & -16;
    long[] entries = {4, hash, 5, texts, 6, symbols, 10, textBytes, 11, SYMBOL, 12, init, 0, 0};
    file.position(dynamic);
    Arrays.stream(entries).forEach(file::putLong);
    int table = file.position();
    int end = sections ? table + 3 * SECTION : table;
    if (sections) {
      section(file, table + SECTION, 11, symbols, count * SYMBOL, 2);
      section(file, table + 2 * SECTION, 3, texts, textBytes, 0);
    }
    header(file, sections ? table : 0);
    segment(file, 0, 1, 7, 0, end);
    segment(file, 1, 2, 6, dynamic, entries.length * Long.BYTES);
    segment(file, 2, 0x6474e551, 6, 0, 0); // a stack that is not executable
    return Arrays.copyOf(file.array(), end);
  }

  private static void header(ByteBuffer file, int sectionTable) {
    file.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
    file.putShort(16, (short) 3).putShort(18, (short) 62).putInt(20, 1);
    file.putLong(32, HEADER).putLong(40, sectionTable).putShort(52, (short) HEADER);
    file.putShort(54, (short) SEGMENT).putShort(56, (short) 3);
    file.putShort(58, (short) SECTION).putShort(60, (short) (sectionTable == 0 ? 0 : 3));
  }

  private static void segment(ByteBuffer file, int i, int type, int flags, int at, long bytes) {
    int to = HEADER + i * SEGMENT;
    file.putInt(to, type).putInt(to + 4, flags).putLong(to + 8, at).putLong(to + 16, at);
    file.putLong(to + 24, at).putLong(to + 32, bytes).putLong(to + 40, bytes);
    file.putLong(to + 48, type == 1 ? 4096 : 16);
  }

  private static void section(ByteBuffer file, int to, int type, int at, int bytes, int link) {
    file.putInt(to + 4, type).putLong(to + 24, at).putLong(to + 32, bytes).putInt(to + 40, link);
  }
}
