package org.jccl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens a communicator over a process group.
 *
 * <p>Whatever may go wrong on one rank alone is tried before the ranks commit themselves, and told
 * to the others: a rank without a library, or with a wrong device, must not leave its peers waiting
 * in NCCL's own rendezvous, which has no time-out (rule INIT-02).
 */
final class Handshake {
  private static final byte ID = 0;
  private static final byte NO_ID = 1;

  private Handshake() {}

  /** See {@link Communicator#open}. */
  public static Communicator open(ProcessGroup group, Device device, CommunicatorConfig config) {
    return open(group, device, config, made -> {});
  }

  /**
   * The same; {@code made} is given the communicator as soon as it exists, before the warm-up, so
   * that another thread can abort it.
   */
  public static Communicator open(
      ProcessGroup group,
      Device device,
      CommunicatorConfig config,
      Consumer<? super Communicator> made) {
    agree(group, device, config);
    UniqueId id = shareId(group, device);
    Communicator communicator =
        device.backend().newCommunicator(id, group.rank(), group.worldSize(), device, config);
    made.accept(communicator);
    awaitOpen(communicator, config);
    if (config.warmUp()) {
      warmUp(communicator);
    }
    return communicator;
  }

  /** A nonblocking creation has returned before its end. */
  private static void awaitOpen(Communicator communicator, CommunicatorConfig config) {
    try {
      communicator.awaitReady(config.initTimeout());
    } catch (RuntimeException failure) {
      giveUp(communicator, failure);
      throw failure;
    }
  }

  private static void agree(
      ProcessGroup group, @Nullable Device device, @Nullable CommunicatorConfig config) {
    Throwable own = null;
    Offer offer;
    try {
      offer = offer(device, config);
    } catch (RuntimeException | LinkageError failure) {
      own = failure;
      offer = new Offer.Unable(reason(failure));
    }
    List<Offer> offers = group.allGather(offer.toBytes()).stream().map(Offer::of).toList();
    Optional<String> refusal = Agreement.refusal(offers);
    if (refusal.isPresent()) {
      BackendUnavailableException same = new BackendUnavailableException(refusal.get());
      if (own != null) {
        same.addSuppressed(own);
      }
      throw same;
    }
  }

  /** Null arguments are refused here, so that the other ranks hear of them too. */
  private static Offer offer(@Nullable Device device, @Nullable CommunicatorConfig config) {
    if (device == null || config == null) {
      return new Offer.Unable((device == null ? "device" : "configuration") + " is null");
    }
    return new Offer.Able(device.backend().capability(device, config), config.warmUp());
  }

  private static String reason(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof BackendUnavailableException && message != null) {
      return message;
    }
    return failure.toString();
  }

  /** Rank 0 makes the id; its bytes, or why there is none, reach everyone. */
  private static UniqueId shareId(ProcessGroup group, Device device) {
    byte[] own = {};
    Throwable cause = null;
    if (group.rank() == 0) {
      try {
        byte[] id = device.backend().newUniqueId().toBytes();
        own = ByteBuffer.allocate(1 + id.length).put(ID).put(id).array();
      } catch (RuntimeException | LinkageError failure) {
        cause = failure;
        own = failureMarker(failure);
      }
    }
    ByteBuffer shared = ByteBuffer.wrap(group.broadcast(own, 0));
    byte kind = shared.hasRemaining() ? shared.get() : NO_ID;
    if (kind == ID && shared.remaining() == UniqueId.BYTES) {
      byte[] id = new byte[UniqueId.BYTES];
      shared.get(id);
      return UniqueId.of(id);
    }
    int code = shared.remaining() >= Integer.BYTES ? shared.getInt() : -1;
    String words = StandardCharsets.UTF_8.decode(shared).toString();
    throw new CollectiveException(
        ResultCode.of(code), head(group) + "rank 0 could not make the unique id: " + words, cause);
  }

  private static byte[] failureMarker(Throwable failure) {
    int code = failure instanceof CollectiveException known ? known.code().code() : -1;
    byte[] words = failure.toString().getBytes(StandardCharsets.UTF_8);
    int length = Math.min(words.length, Offer.MAX_TEXT);
    ByteBuffer marker = ByteBuffer.allocate(1 + Integer.BYTES + length);
    return marker.put(NO_ID).putInt(code).put(words, 0, length).array();
  }

  private static String head(ProcessGroup group) {
    return "open, rank " + group.rank() + "/" + group.worldSize() + ": ";
  }

  /** Proves the connections and pays their cost now; what PyNcclCommunicator does as well. */
  private static void warmUp(Communicator communicator) {
    DeviceBuffer zero = null;
    try {
      zero = communicator.device().allocate(DataType.FLOAT32, 1);
      Stream stream = communicator.defaultStream();
      zero.fill((byte) 0, stream);
      communicator.allReduce(zero, zero, ReduceOp.SUM, stream);
      communicator.awaitReady(communicator.config().initTimeout());
      stream.synchronize();
    } catch (RuntimeException failure) {
      giveUp(communicator, failure);
      throw coldFailure(communicator, failure);
    } catch (Error failure) {
      giveUp(communicator, failure);
      throw failure;
    } finally {
      // After the abort: freeing memory of an operation in flight would be a misuse of its own.
      if (zero != null) {
        zero.close();
      }
    }
  }

  private static RuntimeException coldFailure(Communicator communicator, Throwable failure) {
    String text =
        communicator.name()
            + ", rank "
            + communicator.rank()
            + "/"
            + communicator.worldSize()
            + ": made, but its first all-reduce failed: "
            + failure.getMessage();
    if (failure instanceof CollectiveTimeoutException) {
      return new CollectiveTimeoutException(text, failure);
    }
    ResultCode code =
        failure instanceof CollectiveException known ? known.code() : ResultCode.UNKNOWN;
    return new CollectiveException(code, text, failure);
  }

  private static void giveUp(Communicator communicator, Throwable failure) {
    try {
      communicator.abort();
    } catch (RuntimeException second) {
      failure.addSuppressed(second);
    }
    try {
      communicator.close();
    } catch (RuntimeException second) {
      failure.addSuppressed(second);
    }
  }
}
