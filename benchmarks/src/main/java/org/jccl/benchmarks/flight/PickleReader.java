package org.jccl.benchmarks.flight;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.benchmarks.json.BadFileException;
import org.jccl.file.BoundedFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pickle of Python, protocols 0 to 5, that holds data alone: dictionaries, lists, tuples,
 * texts, numbers, truth values, None. Opcodes that look up a class or call something are refused,
 * so that a file cannot do anything; sizes are checked before anything is made of them.
 *
 * <p>Lists and tuples become lists, dictionaries become maps with texts or whole numbers as keys.
 * What a file refers to twice is one object here, too, also a list in itself: nobody may follow it
 * without a bound.
 */
final class PickleReader {
  private static final int MOST_BYTES = 256 << 20;
  private static final int MOST_VALUES = 8 << 20;
  private static final int MOST_CONTAINERS = 1 << 20;
  private static final int MOST_MEMO = 4 << 20;
  private static final int MOST_DIGITS = 4_096;
  private static final int NEWEST_PROTOCOL = 5;

  /** Marks where the elements of a container begin. */
  private static final Object MARK = new Object();

  /** Stands for None where null cannot. */
  private static final Object NONE = new Object();

  private final String file;
  private final ByteBuffer in;
  private final List<Object> stack = new ArrayList<>();
  private final ArrayDeque<Integer> marks = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private int values;
  private int containers;
  private int at;

  private PickleReader(String file, byte[] bytes) {
    this.file = file;
    this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The value that a file holds.
   *
   * @throws BadFileException if it cannot be read, is no pickle, or holds more than data
   */
  static @Nullable Object read(Path file) throws BadFileException {
    try {
      return read(file.toString(), BoundedFile.bytes(file, MOST_BYTES));
    } catch (IOException unreadable) {
      throw new BadFileException(String.valueOf(unreadable.getMessage()));
    }
  }

  static @Nullable Object read(String file, byte[] bytes) throws BadFileException {
    return new PickleReader(file, bytes).read();
  }

  private @Nullable Object read() throws BadFileException {
    while (true) {
      at = in.position();
      int opcode = Byte.toUnsignedInt(bytes(1).get());
      if (opcode == '.') {
        if (!marks.isEmpty() || stack.size() != 1) {
          throw wrong("the end comes before all is put together");
        }
        return plain(stack.getFirst());
      }
      if (!simple(opcode) && !text(opcode) && !container(opcode) && !memo(opcode)) {
        throw refused(opcode);
      }
    }
  }

  private BadFileException refused(int opcode) {
    String what =
        switch (opcode) {
          case 'c', 0x93 -> "looks up a class or function";
          case 'R', 'b', 'i', 'o', 0x81, 0x92 -> "calls something";
          case 'P', 'Q', 0x82, 0x83, 0x84, 0x97, 0x98 -> "refers to something outside";
          default -> "";
        };
    String shown = opcode > ' ' && opcode <= '~' ? "'" + (char) opcode + "'" : "0x" + hex(opcode);
    return wrong(
        what.isEmpty()
            ? "the opcode " + shown + " is unknown: this is no pickle, or a newer one"
            : "the opcode " + shown + " " + what + ": only data is read");
  }

  private static String hex(int opcode) {
    return Integer.toHexString(opcode);
  }

  private BadFileException wrong(String what) {
    return new BadFileException(file + ", byte " + at + ": " + what);
  }

  // ---- values without parts

  private boolean simple(int opcode) throws BadFileException {
    switch (opcode) {
      case 0x80 -> { // PROTO
        int version = unsigned(1);
        if (version > NEWEST_PROTOCOL) {
          throw wrong("protocol " + version + " is newer than " + NEWEST_PROTOCOL);
        }
      }
      case 0x95 -> size(8); // FRAME: how much follows; its content is read as it comes
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) bytes(4).getInt());
      case 'K' -> push((long) unsigned(1));
      case 'M' -> push((long) unsigned(2));
      case 'G' -> push(bytes(8).order(ByteOrder.BIG_ENDIAN).getDouble());
      case 0x8a -> push(integer(unsigned(1)));
      case 0x8b -> push(integer(size(4)));
      case 'I' -> push(lineInteger(true));
      case 'L' -> push(lineInteger(false));
      case 'F' -> push(lineFloat());
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A whole number of so many bytes. */
  private Object integer(int bytes) throws BadFileException {
    if (bytes == 0) {
      return 0L;
    }
    if (bytes > MOST_DIGITS) {
      throw wrong("a number of " + bytes + " bytes is too long");
    }
    ByteBuffer read = bytes(bytes);
    byte[] bigEndian = new byte[bytes];
    for (int i = bytes - 1; i >= 0; i--) {
      bigEndian[i] = read.get();
    }
    return inRange(new BigInteger(bigEndian));
  }

  private Object inRange(BigInteger value) throws BadFileException {
    if (value.bitLength() > 63) {
      // An unsigned address or hash: its bits are kept.
      if (value.signum() > 0 && value.bitLength() == 64) {
        return value.longValue();
      }
      throw wrong("a whole number of more than 64 bits");
    }
    return value.longValueExact();
  }

  private Object lineInteger(boolean mayBeTruth) throws BadFileException {
    String line = line();
    if (mayBeTruth && (line.equals("00") || line.equals("01"))) {
      return line.equals("01");
    }
    String digits = line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
    try {
      return inRange(new BigInteger(digits));
    } catch (NumberFormatException none) {
      throw wrong("no whole number");
    }
  }

  private Object lineFloat() throws BadFileException {
    try {
      return Double.valueOf(line());
    } catch (NumberFormatException none) {
      throw wrong("no number");
    }
  }

  /** The bytes up to the next end of line, for the opcodes of protocol 0. */
  private String line() throws BadFileException {
    int begin = in.position();
    int end = begin;
    while (end < in.limit() && in.get(end) != '\n') {
      end++;
      if (end - begin > MOST_DIGITS) {
        throw wrong("a line of more than " + MOST_DIGITS + " bytes");
      }
    }
    if (end == in.limit()) {
      throw wrong("the file ends in the middle of a value");
    }
    byte[] line = new byte[end - begin];
    in.get(line);
    in.get();
    return new String(line, StandardCharsets.UTF_8);
  }

  private boolean text(int opcode) throws BadFileException {
    switch (opcode) {
      case 'X', 'T', 'B' -> push(text(bytes(size(4))));
      case 0x8c, 'U', 'C' -> push(text(bytes(unsigned(1))));
      case 0x8d, 0x8e, 0x96 -> push(text(bytes(size(8))));
      case 'V' -> push(line());
      case 'S' -> push(quoted(line()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  private static String quoted(String line) {
    boolean isQuoted = line.length() > 1 && (line.startsWith("'") || line.startsWith("\""));
    return isQuoted ? line.substring(1, line.length() - 1) : line;
  }

  // ---- containers

  private boolean container(int opcode) throws BadFileException {
    switch (opcode) {
      case '(' -> {
        marks.push(stack.size());
        push(MARK);
      }
      case '0' -> pop();
      case '1' -> toMark();
      case '2' -> push(top());
      case ']', ')', 0x8f -> push(list(List.of()));
      case 'l', 't', 0x91 -> push(list(toMark()));
      case 0x85 -> push(list(take(1)));
      case 0x86 -> push(list(take(2)));
      case 0x87 -> push(list(take(3)));
      case 'a' -> {
        List<Object> one = take(1);
        topList().addAll(one);
      }
      case 'e', 0x90 -> {
        List<Object> all = toMark();
        topList().addAll(all);
      }
      case '}' -> push(map());
      case 'd' -> {
        List<Object> pairs = toMark();
        Map<Object, Object> made = map();
        push(made);
        put(pairs, made);
      }
      case 's' -> {
        List<Object> pair = take(2);
        put(pair, topMap());
      }
      case 'u' -> {
        List<Object> pairs = toMark();
        put(pairs, topMap());
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void counted() throws BadFileException {
    if (++containers > MOST_CONTAINERS) {
      throw wrong("more than " + MOST_CONTAINERS + " lists and dictionaries");
    }
  }

  private List<Object> list(List<Object> elements) throws BadFileException {
    counted();
    return new ArrayList<>(elements);
  }

  private Map<Object, Object> map() throws BadFileException {
    counted();
    return new LinkedHashMap<>(4);
  }

  private void put(List<Object> pairs, Map<Object, Object> into) throws BadFileException {
    if (pairs.size() % 2 != 0) {
      throw wrong("a key without a value");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      Object key = pairs.get(i);
      if (!(key instanceof String || key instanceof Long)) {
        throw wrong("a key is neither a text nor a whole number");
      }
      into.put(key, pairs.get(i + 1));
    }
  }

  private void push(Object value) throws BadFileException {
    if (++values > MOST_VALUES) {
      throw wrong("more than " + MOST_VALUES + " values");
    }
    stack.add(value);
  }

  private Object top() throws BadFileException {
    if (stack.isEmpty() || stack.getLast() == MARK) {
      throw wrong("a value is missing");
    }
    return stack.getLast();
  }

  private Object pop() throws BadFileException {
    if (!stack.isEmpty() && stack.getLast() == MARK) {
      marks.pop();
      return stack.removeLast();
    }
    top();
    return stack.removeLast();
  }

  @SuppressWarnings("unchecked") // All lists here are made by this class.
  private List<Object> topList() throws BadFileException {
    if (top() instanceof List<?> list) {
      return (List<Object>) list;
    }
    throw wrong("elements for what is no list");
  }

  @SuppressWarnings("unchecked") // All maps here are made by this class.
  private Map<Object, Object> topMap() throws BadFileException {
    if (top() instanceof Map<?, ?> map) {
      return (Map<Object, Object>) map;
    }
    throw wrong("entries for what is no dictionary");
  }

  private List<Object> take(int count) throws BadFileException {
    int begin = stack.size() - count;
    int mark = marks.isEmpty() ? -1 : marks.getFirst();
    if (begin <= mark || begin < 0) {
      throw wrong("a value is missing");
    }
    return cut(begin, begin);
  }

  /** What lies above the last mark; the mark goes, too. */
  private List<Object> toMark() throws BadFileException {
    if (marks.isEmpty()) {
      throw wrong("a mark is missing");
    }
    int mark = marks.pop();
    return cut(mark + 1, mark);
  }

  private List<Object> cut(int begin, int newSize) {
    List<Object> taken = new ArrayList<>(stack.subList(begin, stack.size()));
    stack.subList(newSize, stack.size()).clear();
    return taken;
  }

  // ---- memo

  private boolean memo(int opcode) throws BadFileException {
    switch (opcode) {
      case 'p' -> keep(lineKey());
      case 'q' -> keep(unsigned(1));
      case 'r' -> keep(size(4));
      case 0x94 -> keep(memo.size());
      case 'g' -> push(kept(lineKey()));
      case 'h' -> push(kept(unsigned(1)));
      case 'j' -> push(kept(size(4)));
      default -> {
        return false;
      }
    }
    return true;
  }

  private int lineKey() throws BadFileException {
    try {
      return Integer.parseInt(line());
    } catch (NumberFormatException none) {
      throw wrong("no number of the memo");
    }
  }

  private void keep(int key) throws BadFileException {
    if (memo.size() >= MOST_MEMO) {
      throw wrong("more than " + MOST_MEMO + " values in the memo");
    }
    memo.put(key, top());
  }

  private Object kept(int key) throws BadFileException {
    Object found = memo.get(key);
    if (found == null) {
      throw wrong("the memo has no " + key);
    }
    return found;
  }

  // ---- bytes

  private int unsigned(int width) throws BadFileException {
    ByteBuffer read = bytes(width);
    return width == 1 ? Byte.toUnsignedInt(read.get()) : Short.toUnsignedInt(read.getShort());
  }

  /** A length or a number of the memo; what cannot be in this file is refused. */
  private int size(int width) throws BadFileException {
    long size = width == 4 ? Integer.toUnsignedLong(bytes(4).getInt()) : bytes(8).getLong();
    if (size < 0 || size > Integer.MAX_VALUE) {
      throw wrong("a length of " + Long.toUnsignedString(size) + " bytes");
    }
    return (int) size;
  }

  /** The next bytes, which must be there. */
  private ByteBuffer bytes(int count) throws BadFileException {
    if (count > in.remaining()) {
      throw wrong(
          in.capacity() == 0
              ? "the file is empty"
              : "the file ends in the middle of a value of " + count + " bytes");
    }
    ByteBuffer read = in.slice(in.position(), count).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + count);
    return read;
  }

  /** None as null. */
  static @Nullable Object plain(@Nullable Object value) {
    return value == NONE ? null : value;
  }
}
