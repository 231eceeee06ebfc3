package org.jccl;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What one rank tells the others before a communicator is made: what it has, or why nothing. */
sealed interface Offer {
  /** It can go on. */
  record Able(Capability capability, boolean warmUp, String tuning) implements Offer {
    Able(Capability capability, boolean warmUp) {
      this(capability, warmUp, "off");
    }
  }

  /** It cannot; {@code reason} may have several lines. */
  record Unable(String reason) implements Offer {}

  /** Longest text in bytes; longer ones are cut. */
  int MAX_TEXT = 8192;

  /** First byte of an encoded offer; changes with the layout. */
  int FORMAT = 0x73;

  /** The bytes that travel. */
  default byte[] toBytes() {
    return switch (this) {
      case Able(Capability own, boolean warmUp, String tuning) -> {
        byte[] backend = text(own.backend());
        byte[] library = text(own.library());
        byte[] device = text(own.device());
        byte[] tuned = text(tuning);
        ByteBuffer out =
            ByteBuffer.allocate(
                16 + backend.length + library.length + device.length + tuned.length);
        out.put((byte) FORMAT).put((byte) 1).put((byte) (warmUp ? 1 : 0)).putInt(own.version());
        write(out, backend);
        write(out, library);
        write(out, device);
        write(out, tuned);
        yield out.put((byte) (own.sharesDevice() ? 1 : 0)).array();
      }
      case Unable(String reason) -> {
        byte[] words = text(reason);
        ByteBuffer out = ByteBuffer.allocate(4 + words.length).put((byte) FORMAT).put((byte) 0);
        write(out, words);
        yield out.array();
      }
    };
  }

  /** The offer in these bytes; anything else counts as a rank that cannot go on. Never throws. */
  static Offer of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      if (in.get() != FORMAT) {
        return unreadable(bytes);
      }
      Offer offer;
      if (in.get() != 0) {
        boolean warmUp = in.get() != 0;
        int version = in.getInt();
        String backend = readText(in);
        String library = readText(in);
        String device = readText(in);
        String tuning = readText(in);
        boolean shares = in.get() != 0;
        Capability own = new Capability(backend, version, library, device, shares);
        offer = new Able(own, warmUp, tuning);
      } else {
        offer = new Unable(readText(in));
      }
      return in.hasRemaining() ? unreadable(bytes) : offer;
    } catch (BufferUnderflowException endsEarly) {
      return unreadable(bytes);
    }
  }

  private static Offer unreadable(byte[] bytes) {
    return new Unable(
        "sent "
            + bytes.length
            + " bytes that this version of jccl cannot read: use one version on all ranks");
  }

  private static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, MAX_TEXT);
    while (length < bytes.length && (bytes[length] & 0xC0) == 0x80) {
      length--;
    }
    return length < bytes.length ? Arrays.copyOf(bytes, length) : bytes;
  }

  private static void write(ByteBuffer out, byte[] text) {
    out.putShort((short) text.length).put(text);
  }

  private static String readText(ByteBuffer in) {
    int length = in.getShort() & 0xFFFF;
    if (length > MAX_TEXT) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return CleanText.lines(new String(bytes, StandardCharsets.UTF_8));
  }
}
