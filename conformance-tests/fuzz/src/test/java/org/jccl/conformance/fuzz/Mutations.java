package org.jccl.conformance.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Inputs for readers: anything, and valid input with a few changes, which gets much deeper. */
public final class Mutations {
  private static final int MOST_BYTES = 300;
  private static final int MOST_EDITS = 4;

  /** What readers trip over: ends of numbers and of texts, what opens without closing. */
  private static final String[] PIECES = {
    "",
    "0",
    "-1",
    "1",
    "99999999999999999999",
    "2147483648",
    "-2147483649",
    "1e999",
    "NaN",
    "0x10",
    "null",
    "true",
    "[]",
    "{}",
    "[",
    "{",
    "\"",
    "\\",
    ",",
    ":",
    ";",
    "^",
    "\t",
    "\n",
    "\r\n",
    " ",
    "\u0000",
    "\u00e4",
    "\ud83d\ude00",
    "\u0661",
    "#",
    "# ",
    "### ",
    "`",
    "``",
    "`` ",
    "-",
    "*",
    "/"
  };

  private Mutations() {}

  /** Anything, or one of {@code valid} with changes. */
  public static Arbitrary<byte[]> bytes(byte[]... valid) {
    Arbitrary<byte[]> anything =
        Arbitraries.bytes().array(byte[].class).ofMinSize(0).ofMaxSize(MOST_BYTES);
    Arbitrary<byte[]> changed =
        Combinators.combine(Arbitraries.of(Arrays.asList(valid)), edits()).as(Mutations::changed);
    return Arbitraries.frequencyOf(Tuple.of(1, anything), Tuple.of(9, changed));
  }

  /** The same as text. */
  public static Arbitrary<String> texts(String... valid) {
    byte[][] encoded =
        Arrays.stream(valid).map(text -> text.getBytes(UTF_8)).toArray(byte[][]::new);
    return bytes(encoded).map(bytes -> new String(bytes, UTF_8));
  }

  /** One change: {@code length} bytes from a place on are replaced by others. */
  private record Edit(double place, int length, byte[] by) {
    byte[] of(byte[] input) {
      int from = (int) (place * (input.length + 1));
      int to = Math.min(input.length, from + length);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(input, 0, from);
      out.writeBytes(by);
      out.write(input, to, input.length - to);
      return out.toByteArray();
    }
  }

  private static Arbitrary<List<Edit>> edits() {
    Arbitrary<Double> place = Arbitraries.doubles().between(0, false, 1, true).map(d -> 1 - d);
    Arbitrary<Integer> length =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.integers().between(0, 8)),
            Tuple.of(1, Arbitraries.integers().between(0, 4000)));
    Arbitrary<byte[]> by =
        Arbitraries.oneOf(
            Arbitraries.of(PIECES).map(piece -> piece.getBytes(UTF_8)),
            Arbitraries.of(new byte[] {0}, new byte[] {-1}, new byte[] {127}, new byte[] {-128}),
            Arbitraries.of(0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20)
                .map(Mutations::encoded),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(8));
    return Combinators.combine(place, length, by)
        .as(Edit::new)
        .list()
        .ofMinSize(0)
        .ofMaxSize(MOST_EDITS);
  }

  private static byte[] encoded(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static byte[] changed(byte[] valid, List<Edit> edits) {
    byte[] changed = valid;
    for (Edit edit : edits) {
      changed = edit.of(changed);
    }
    return changed;
  }
}
