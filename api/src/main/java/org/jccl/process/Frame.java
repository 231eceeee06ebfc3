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
 * What travels between the members of a TCP group: a header of 40 bytes, big-endian, a payload, and
 * once the greeting is over and there is a secret, a {@link FrameSeal} over both.
 *
 * <pre>
 * magic 4 | version 2 | kind 1 | operation 1 | rank 4 | world size 4 | root 4 | position 8 | part 8 | length 4
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
    LEAVE,
    /** Leader to member: the process of a member has ended without a word; text. */
    LOST,
    /** Member to leader: I am in this part of the group; my rank there and its size. */
    ENTER,
    /** Member to leader: I have failed and will not come any more; text. */
    FALL,
    /**
     * Member to leader: ask all members of the part this; its position is the asker's number,
     * milliseconds, the question. Leader to member: answer this; the leader's number, the question.
     */
    ASK,
    /**
     * Member to leader: the answer to that number. Leader to member: what all have answered to that
     * number, a kind, a length and the bytes of each by rank.
     */
    ANSWER,
    /**
     * Member to leader: what is to be told of me from now on. Leader to member, before it goes:
     * what is to be told of all that have gone, in the form of an {@link #ANSWER}.
     */
    LAST;

    private static final Kind[] BY_ID = values();

    private static @Nullable Kind ofId(int id) {
      return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }
  }

  static final int MAGIC = 0x4A43434C; // "JCCL"
  static final short VERSION = 7;

  /** Bytes of a header. */
  static final int HEADER = 40;

  /** Most bytes of a frame whose sender has not proven anything yet. */
  static final int MAX_UNPROVEN = 4096;

  private static final ControlCall NO_CALL = new ControlCall(ControlOperation.JOIN, 0, 0);
  private static final int MAX_TEXT = 2048;

  /** A frame outside any call. */
  static Frame of(Kind kind, int rank, int worldSize, byte[] payload) {
    return new Frame(kind, rank, worldSize, NO_CALL, payload);
  }

  /** A frame of a part of the group, outside any call. */
  static Frame of(Kind kind, long part, int rank, int worldSize, byte[] payload) {
    ControlCall none = new ControlCall(ControlOperation.JOIN, 0, 0, part);
    return new Frame(kind, rank, worldSize, none, payload);
  }

  /** A question to a member, to all members, or what comes of it; {@code number} names it. */
  static Frame talk(Kind kind, long part, long number, int rank, int worldSize, byte[] payload) {
    ControlCall numbered = new ControlCall(ControlOperation.JOIN, 0, number, part);
    return new Frame(kind, rank, worldSize, numbered, payload);
  }

  /** Writes it without a seal: during the greeting, and where there is no secret. */
  void write(DataOutputStream out) throws IOException {
    write(out, null);
  }

  void write(DataOutputStream out, @Nullable FrameSeal seal) throws IOException {
    byte[] header = header();
    out.write(header);
    out.write(payload);
    if (seal != null) {
      out.write(seal.next(header, payload));
    }
  }

  private byte[] header() {
    return ByteBuffer.allocate(HEADER)
        .putInt(MAGIC)
        .putShort(VERSION)
        .put((byte) kind.ordinal())
        .put((byte) call.operation().ordinal())
        .putInt(rank)
        .putInt(worldSize)
        .putInt(call.root())
        .putLong(call.position())
        .putLong(call.part())
        .putInt(payload.length)
        .array();
  }

  /** The next frame, without a seal. */
  static Frame read(DataInputStream in, int maxPayload) throws IOException {
    return read(in, maxPayload, null);
  }

  /**
   * The next frame.
   *
   * @param seal what the sender must have sealed it with, or null
   * @throws EOFException if the stream ends
   * @throws ProtocolException if these are not frames of this version, or the seal is wrong
   */
  static Frame read(DataInputStream in, int maxPayload, @Nullable FrameSeal seal)
      throws IOException {
    byte[] header = exactly(in, HEADER);
    ByteBuffer fields = ByteBuffer.wrap(header);
    if (fields.getInt() != MAGIC) {
      throw new ProtocolException("what answers is no jccl process group");
    }
    short version = fields.getShort();
    if (version != VERSION) {
      throw new ProtocolException(
          "the peer speaks version " + version + " of the protocol, this jccl " + VERSION);
    }
    Kind kind = Kind.ofId(fields.get() & 0xFF);
    ControlOperation operation = ControlOperation.ofId(fields.get() & 0xFF);
    int rank = fields.getInt();
    int worldSize = fields.getInt();
    int root = fields.getInt();
    long position = fields.getLong();
    long part = fields.getLong();
    int length = fields.getInt();
    if (kind == null || operation == null || length < 0 || length > maxPayload) {
      throw new ProtocolException("a frame is malformed, or its " + length + " bytes are too many");
    }
    byte[] payload = exactly(in, length);
    if (seal != null && !Secret.same(seal.next(header, payload), exactly(in, FrameSeal.BYTES))) {
      throw new ProtocolException("a message was changed on its way, repeated, or left out");
    }
    return new Frame(
        kind, rank, worldSize, new ControlCall(operation, root, position, part), payload);
  }

  private static byte[] exactly(DataInputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the connection ended");
    }
    return bytes;
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
