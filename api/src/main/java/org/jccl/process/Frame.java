package org.jccl.process;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jccl.CleanText;
import org.jspecify.annotations.Nullable;

/**
 * What travels between the members of a TCP group: a header of 32 bytes, big-endian, and a payload.
 *
 * <pre>
 * magic 4 | version 2 | kind 1 | operation 1 | rank 4 | world size 4 | root 4 | position 8 | length 4
 * </pre>
 *
 * <p>Bytes only, with lengths checked before they are believed; nothing of this is ever
 * deserialized into objects.
 *
 * @param rank the sender; in a result, the rank whose payload it is
 * @param worldSize what the sender takes the world size to be
 */
record Frame(Kind kind, int rank, int worldSize, ControlCall call, byte[] payload) {
  /** What a frame says. */
  enum Kind {
    /** Leader to member: prove that you know the secret. */
    CHALLENGE,
    /** Member to leader: the proof. */
    HELLO,
    /** Leader to member: the leader's own proof. */
    WELCOME,
    /** Leader to member: not you; text. */
    REFUSED,
    /** Member to leader: I have come to this call. */
    ARRIVE,
    /** Leader to member: one part of a call's result. */
    RESULT,
    /** Leader to member: the group broke down; code and text. */
    FAILED,
    /** Member to leader: I have waited long enough; milliseconds. */
    GIVE_UP,
    /** Member to leader: I will not come any more; text. */
    LEAVE;

    private static final Kind[] BY_ID = values();

    private static @Nullable Kind ofId(int id) {
      return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }
  }

  static final int MAGIC = 0x4A43434C; // "JCCL"
  static final short VERSION = 1;

  /** Most bytes of a frame whose sender has not proven anything yet. */
  static final int MAX_UNPROVEN = 4096;

  private static final ControlCall NO_CALL = new ControlCall(ControlOperation.JOIN, 0, 0);
  private static final int MAX_TEXT = 2048;

  /** A frame outside any call. */
  static Frame of(Kind kind, int rank, int worldSize, byte[] payload) {
    return new Frame(kind, rank, worldSize, NO_CALL, payload);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeInt(MAGIC);
    out.writeShort(VERSION);
    out.writeByte(kind.ordinal());
    out.writeByte(call.operation().ordinal());
    out.writeInt(rank);
    out.writeInt(worldSize);
    out.writeInt(call.root());
    out.writeLong(call.position());
    out.writeInt(payload.length);
    out.write(payload);
  }

  /**
   * The next frame.
   *
   * @throws EOFException if the stream ends
   * @throws ProtocolException if these are not frames of this version
   */
  static Frame read(DataInputStream in, int maxPayload) throws IOException {
    try {
      return next(in, maxPayload);
    } catch (EOFException end) {
      throw ended();
    }
  }

  private static EOFException ended() {
    return new EOFException("the connection ended");
  }

  private static Frame next(DataInputStream in, int maxPayload) throws IOException {
    int magic = in.readInt();
    if (magic != MAGIC) {
      throw new ProtocolException("what answers is no jccl process group");
    }
    short version = in.readShort();
    if (version != VERSION) {
      throw new ProtocolException(
          "the peer speaks version " + version + " of the protocol, this jccl " + VERSION);
    }
    Kind kind = Kind.ofId(in.readUnsignedByte());
    ControlOperation operation = ControlOperation.ofId(in.readUnsignedByte());
    int rank = in.readInt();
    int worldSize = in.readInt();
    ControlCall call =
        new ControlCall(
            operation == null ? ControlOperation.JOIN : operation, in.readInt(), in.readLong());
    int length = in.readInt();
    if (kind == null || operation == null || length < 0 || length > maxPayload) {
      throw new ProtocolException("a frame is malformed, or its " + length + " bytes are too many");
    }
    byte[] payload = in.readNBytes(length);
    if (payload.length < length) {
      throw ended();
    }
    return new Frame(kind, rank, worldSize, call, payload);
  }

  static byte[] bytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= MAX_TEXT ? bytes : Arrays.copyOf(bytes, MAX_TEXT);
  }

  /** The payload as text, without what could confuse a terminal. */
  String text() {
    return text(ByteBuffer.wrap(payload));
  }

  static String text(ByteBuffer bytes) {
    return CleanText.line(StandardCharsets.UTF_8.decode(bytes).toString());
  }
}
