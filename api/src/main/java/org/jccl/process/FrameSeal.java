package org.jccl.process;

import java.nio.ByteBuffer;
import javax.crypto.Mac;

/**
 * What one side of a connection puts behind each of its frames, and the other expects there:
 * HMAC-SHA256 over the frame's number, header and payload. The key is that of this direction of
 * this connection. So nobody on the path can change a frame, repeat it, leave it out, send it back,
 * or bring one of another connection.
 */
final class FrameSeal {
  /** Bytes of a seal. */
  static final int BYTES = 32;

  private final Mac mac;
  private long number;

  FrameSeal(byte[] key) {
    this.mac = Secret.mac(key);
  }

  /** The seal of the next frame. */
  byte[] next(byte[] header, byte[] payload) {
    mac.update(ByteBuffer.allocate(Long.BYTES).putLong(number++).array());
    mac.update(header);
    mac.update(payload);
    return mac.doFinal();
  }
}
