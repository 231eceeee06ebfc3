package org.jccl.process;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What the members of a TCP group share, and how they prove to each other that they know it without
 * sending it: HMAC-SHA256 over fresh random numbers of both sides and what the member claims to be.
 *
 * <p>From the same numbers come the keys of the {@link FrameSeal}s of what is said afterwards, one
 * for each direction. Nothing is encrypted.
 */
final class Secret {
  /** Bytes of a random number. */
  static final int NONCE_BYTES = 32;

  /** Bytes of a proof. */
  static final int PROOF_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";

  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec key;
  private final boolean empty;

  Secret(String secret) {
    this.empty = secret.isEmpty();
    // A prefix, since HMAC takes no empty key and groups share secrets with other programs.
    byte[] bytes = ("jccl process group\n" + secret).getBytes(StandardCharsets.UTF_8);
    this.key = new SecretKeySpec(bytes, ALGORITHM);
  }

  boolean isEmpty() {
    return empty;
  }

  byte[] nonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return nonce;
  }

  /** What a member answers to the leader's number. */
  byte[] memberProof(byte[] leaderNonce, byte[] memberNonce, int rank, int worldSize) {
    return proof('M', leaderNonce, memberNonce, rank, worldSize);
  }

  /** What the leader answers to the member's number. */
  byte[] leaderProof(byte[] leaderNonce, byte[] memberNonce, int rank, int worldSize) {
    return proof('L', leaderNonce, memberNonce, rank, worldSize);
  }

  /** The seals of what the member says; none without a secret, since a stranger could make them. */
  @Nullable FrameSeal memberSeal(byte[] leaderNonce, byte[] memberNonce, int rank, int worldSize) {
    return seal('m', leaderNonce, memberNonce, rank, worldSize);
  }

  /** The seals of what the leader says. */
  @Nullable FrameSeal leaderSeal(byte[] leaderNonce, byte[] memberNonce, int rank, int worldSize) {
    return seal('l', leaderNonce, memberNonce, rank, worldSize);
  }

  private @Nullable FrameSeal seal(
      char role, byte[] leaderNonce, byte[] memberNonce, int rank, int worldSize) {
    return empty ? null : new FrameSeal(proof(role, leaderNonce, memberNonce, rank, worldSize));
  }

  private byte[] proof(char role, byte[] leaderNonce, byte[] memberNonce, int rank, int worldSize) {
    ByteBuffer said = ByteBuffer.allocate(2 + 2 * NONCE_BYTES + 2 + 2 * Integer.BYTES);
    said.putChar(role).put(leaderNonce, 0, NONCE_BYTES).put(memberNonce, 0, NONCE_BYTES);
    said.putShort(Frame.VERSION).putInt(rank).putInt(worldSize);
    return mac(key).doFinal(said.array());
  }

  /** HMAC-SHA256 with this key. */
  static Mac mac(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, impossible);
    }
  }

  static Mac mac(byte[] key) {
    return mac(new SecretKeySpec(key, ALGORITHM));
  }

  /** A secret that nobody can guess, in hexadecimal digits. */
  static String random() {
    byte[] bytes = new byte[NONCE_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Compares without telling by its duration where two proofs differ. */
  static boolean same(byte[] expected, byte[] given) {
    return MessageDigest.isEqual(expected, given);
  }
}
