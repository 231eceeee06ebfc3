package org.jccl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What one rank tells the others before a communicator is made: what it has, or why nothing. */
sealed interface Offer {
  /** It can go on. */
  record Able(Capability capability, boolean warmUp) implements Offer {}

  /** It cannot; {@code reason} may have several lines. */
  record Unable(String reason) implements Offer {}

  /** Longest text in bytes; longer ones are cut. */
  int MAX_TEXT = 8192;

  /** First byte of an encoded offer; changes with the layout. */
  int FORMAT = 0x72;

  /** The bytes that travel. */
  default byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      switch (this) {
        case Able(Capability own, boolean warmUp) -> {
          out.writeBoolean(true);
          out.writeBoolean(warmUp);
          out.writeInt(own.version());
          writeText(out, own.backend());
          writeText(out, own.library());
          writeText(out, own.device());
          out.writeBoolean(own.sharesDevice());
        }
        case Unable(String reason) -> {
          out.writeBoolean(false);
          writeText(out, reason);
        }
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** The offer in these bytes; anything else counts as a rank that cannot go on. Never throws. */
  static Offer of(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readUnsignedByte() != FORMAT) {
        return unreadable(bytes);
      }
      Offer offer;
      if (in.readBoolean()) {
        boolean warmUp = in.readBoolean();
        int version = in.readInt();
        String backend = readText(in);
        String library = readText(in);
        String device = readText(in);
        boolean shares = in.readBoolean();
        offer = new Able(new Capability(backend, version, library, device, shares), warmUp);
      } else {
        offer = new Unable(readText(in));
      }
      return in.read() < 0 ? offer : unreadable(bytes);
    } catch (IOException malformed) {
      return unreadable(bytes);
    }
  }

  private static Offer unreadable(byte[] bytes) {
    return new Unable(
        "sent "
            + bytes.length
            + " bytes that this version of jccl cannot read: use one version on all ranks");
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, MAX_TEXT);
    while (length < bytes.length && (bytes[length] & 0xC0) == 0x80) {
      length--;
    }
    out.writeShort(length);
    out.write(bytes, 0, length);
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readUnsignedShort();
    if (length > MAX_TEXT) {
      throw new IOException("text of " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("text ends early");
    }
    return CleanText.lines(new String(bytes, StandardCharsets.UTF_8));
  }
}
