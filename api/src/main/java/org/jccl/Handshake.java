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
  private static final byte REFUSED = 2;

  /** Most bytes of a refusal, which has a line for each rank. */
  private static final int MAX_REFUSAL = 1 << 20;

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
    UniqueId id = agree(group, device, config);
    CommunicatorConfig chosen =
        config.tuning().isOn() ? device.backend().tuned(group, device, config) : config;
    try {
      return created(
          device.backend().newCommunicator(id, group, device, chosen),
          communicator -> {
            made.accept(communicator);
            communicator.attach(group);
            if (config.watchdog() && group.spansProcesses()) {
              communicator.watch(group);
            }
          });
    } catch (CollectiveException failure) {
      throw named(group, failure);
    }
  }

  /** The failure with the member whose process has ended meanwhile, if one has. */
  private static CollectiveException named(ProcessGroup group, CollectiveException failure) {
    Optional<String> lost = group.lostMember();
    String message = String.valueOf(failure.getMessage());
    return lost.isEmpty() || message.contains(lost.get())
        ? failure
        : new CollectiveException(
            failure.code(), head(group) + lost.get() + "; " + message, failure);
  }

  /** See {@link Communicator#join}. */
  static Communicator join(
      UniqueId id, int rank, int worldSize, Device device, CommunicatorConfig config) {
    if (worldSize < 1 || rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "join: rank " + rank + " of " + worldSize + " cannot be: ranks are 0 to world size - 1");
    }
    device.backend().capability(device, config); // Throws if there is none.
    return created(
        device.backend().newCommunicator(id, rank, worldSize, device, config), made -> {});
  }

  private static Communicator created(
      Communicator communicator, Consumer<? super Communicator> made) {
    made.accept(communicator);
    awaitOpen(communicator);
    if (communicator.config().warmUp()) {
      warmUp(communicator);
    }
    return communicator;
  }

  /** A nonblocking creation has returned before its end. */
  private static void awaitOpen(Communicator communicator) {
    try {
      communicator.awaitReady(communicator.config().initTimeout());
    } catch (RuntimeException failure) {
      giveUp(communicator, failure);
      throw failure;
    }
  }

  /**
   * Decides with the other ranks whether to go on; the unique id if so. One gather and one
   * broadcast: rank 0 judges for all, so that the cost grows linearly with the ranks.
   */
  private static UniqueId agree(
      ProcessGroup group, @Nullable Device device, @Nullable CommunicatorConfig config) {
    Throwable own = null;
    Offer offer;
    try {
      offer = offer(device, config);
    } catch (RuntimeException | LinkageError failure) {
      own = failure;
      offer = new Offer.Unable(reason(failure));
    }
    List<byte[]> offers = group.gather(offer.toBytes(), 0);
    byte[] verdict = {};
    if (group.rank() == 0) {
      Optional<String> refusal = Agreement.refusal(offers.stream().map(Offer::of).toList());
      if (refusal.isPresent() || device == null) {
        verdict = marker(REFUSED, -1, refusal.orElse(""), MAX_REFUSAL);
      } else {
        try {
          byte[] id = device.backend().newUniqueId().toBytes();
          verdict = ByteBuffer.allocate(1 + id.length).put(ID).put(id).array();
        } catch (RuntimeException | LinkageError failure) {
          own = failure;
          int code = failure instanceof CollectiveException known ? known.code().code() : -1;
          verdict = marker(NO_ID, code, CleanText.of(failure), Offer.MAX_TEXT);
        }
      }
    }
    return read(group, ByteBuffer.wrap(group.broadcast(verdict, 0)), own);
  }

  /** Null arguments are refused here, so that the other ranks hear of them too. */
  private static Offer offer(@Nullable Device device, @Nullable CommunicatorConfig config) {
    if (device == null || config == null) {
      return new Offer.Unable((device == null ? "device" : "configuration") + " is null");
    }
    return new Offer.Able(
        device.backend().capability(device, config),
        config.warmUp(),
        config.tuning().isOn() ? config.tuning().keepsBits() ? "same bits" : "on" : "off");
  }

  private static String reason(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof BackendUnavailableException && message != null) {
      return message;
    }
    return CleanText.of(failure);
  }

  /**
   * What rank 0 says to all: the id, or why there is none.
   *
   * @param own what went wrong on this rank, or null
   */
  private static UniqueId read(ProcessGroup group, ByteBuffer verdict, @Nullable Throwable own) {
    byte kind = verdict.hasRemaining() ? verdict.get() : NO_ID;
    if (kind == ID && verdict.remaining() == UniqueId.BYTES) {
      byte[] id = new byte[UniqueId.BYTES];
      verdict.get(id);
      return UniqueId.of(id);
    }
    int code = verdict.remaining() >= Integer.BYTES ? verdict.getInt() : -1;
    String sent = CleanText.report(StandardCharsets.UTF_8.decode(verdict).toString());
    String words = sent.isBlank() ? "it sent no reason; do all ranks run one jccl?" : sent;
    if (kind == REFUSED) {
      BackendUnavailableException same = new BackendUnavailableException(words);
      if (own != null) {
        same.addSuppressed(own);
      }
      throw same;
    }
    throw new CollectiveException(
        ResultCode.of(code), head(group) + "rank 0 could not make the unique id: " + words, own);
  }

  private static byte[] marker(byte kind, int code, String text, int most) {
    byte[] words = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(words.length, most);
    ByteBuffer marker = ByteBuffer.allocate(1 + Integer.BYTES + length);
    return marker.put(kind).putInt(code).put(words, 0, length).array();
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
      communicator
          .blocking(communicator.config().initTimeout())
          .allReduce(zero, zero, ReduceOp.SUM, stream);
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
