package org.jccl.observe;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes a pickle of Python, protocol 2: data alone. Containers are begun, filled and ended. */
final class Pickle {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);

  Pickle() {
    out.write(0x80); // PROTO
    out.write(2);
  }

  byte[] end() {
    out.write('.');
    return out.toByteArray();
  }

  Pickle beginMap() {
    out.write('}');
    out.write('(');
    return this;
  }

  Pickle endMap() {
    out.write('u');
    return this;
  }

  Pickle beginList() {
    out.write(']');
    out.write('(');
    return this;
  }

  Pickle endList() {
    out.write('e');
    return this;
  }

  Pickle beginTuple() {
    out.write('(');
    return this;
  }

  Pickle endTuple() {
    out.write('t');
    return this;
  }

  Pickle text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write('X');
    out.writeBytes(little(4).putInt(bytes.length).array());
    out.writeBytes(bytes);
    return this;
  }

  Pickle number(long value) {
    if (value == (int) value) {
      out.write('J');
      out.writeBytes(little(4).putInt((int) value).array());
    } else {
      out.write(0x8a); // LONG1
      out.write(Long.BYTES);
      out.writeBytes(little(Long.BYTES).putLong(value).array());
    }
    return this;
  }

  Pickle truth(boolean value) {
    out.write(value ? 0x88 : 0x89);
    return this;
  }

  Pickle none() {
    out.write('N');
    return this;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
