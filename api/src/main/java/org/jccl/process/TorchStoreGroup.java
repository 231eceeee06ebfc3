package org.jccl.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jccl.CleanText;
import org.jccl.CollectiveException;
import org.jccl.MemberAnswer;
import org.jccl.MemberVoice;
import org.jccl.ProcessGroup;
import org.jccl.ResultCode;
import org.jccl.config.TimeLimit;
import org.jspecify.annotations.Nullable;

/**
 * A group whose members meet in a store of torch, so that ranks in Python can be members: {@code
 * jccl_torch.py} is their end.
 *
 * <p>A call of rank r is a key {@code <group>/<position>/<call>/<r>} with its payload; a member has
 * met the others when the keys of all are there. The key {@code calls} of a position has a line for
 * each rank, by which disagreement is named. {@code failed} holds why the group broke down, {@code
 * gone} a line for each rank that left, {@code lost} which rank has died ({@link StoreHeart}).
 * Whoever waits looks at these several times a second.
 */
final class TorchStoreGroup extends ProcessGroupBase {
  /** How long a wait goes on before the member looks whether it still makes sense. */
  private static final Duration LOOK = Duration.ofMillis(200);

  /** How long a member that leaves tries to tell. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private static final String JOIN = ControlOperation.JOIN.label() + ".";

  private final TorchStoreClient store;
  private final TcpSettings place;
  private final String prefix;

  /** Of the whole group. */
  private final String wholePrefix;

  private volatile @Nullable GroupFailure failure;

  /** Beats from the joining on. */
  private volatile @Nullable StoreHeart heart;

  /** Keys of this member's last call, which nobody needs once all have come to the next. */
  private List<String> used = List.of();

  private TorchStoreGroup(TorchStoreClient store, TcpSettings place, String name) {
    super(place.rank(), place.worldSize(), place.timeout());
    this.store = store;
    this.place = place;
    this.prefix = name + "/";
    this.wholePrefix = prefix;
  }

  /** A part, with a connection of its own: another thread may be in the whole group. */
  private TorchStoreGroup(
      TorchStoreClient store, TorchStoreGroup whole, String name, int rank, int worldSize) {
    super(rank, worldSize, whole.timeout(), name);
    this.store = store;
    this.place = whole.place;
    this.wholePrefix = whole.wholePrefix;
    this.prefix = wholePrefix + "part/" + Long.toHexString(partId()) + "/";
    this.heart = whole.heart;
  }

  @Override
  public Optional<ProcessGroup> part(String name, int rank, int worldSize) {
    checkPart(rank, worldSize);
    String full = nameOfPart(name);
    TorchStoreClient client =
        call(
            who() + "part",
            () -> TorchStoreClient.connect(place.host(), place.port(), LAST_WORDS),
            LAST_WORDS);
    TorchStoreGroup part = new TorchStoreGroup(client, this, full, rank, worldSize);
    byte[] at = String.valueOf(place.rank()).getBytes(StandardCharsets.UTF_8);
    call(
        who() + "part",
        () -> {
          client.set(part.at(rank), at);
          return true;
        },
        LAST_WORDS);
    return Optional.of(part);
  }

  /** Where it stands which rank of the whole group a rank of a part is. */
  private String at(int rank) {
    return prefix + "at/" + rank;
  }

  private int[] members(TorchStoreClient client) throws IOException {
    int[] members = new int[worldSize()];
    for (int rank = 0; rank < members.length; rank++) {
      members[rank] = rank;
      if (partId() != GroupParts.WHOLE) {
        boolean isKnown = client.isThere(List.of(at(rank)));
        members[rank] =
            isKnown ? number(new String(client.get(at(rank)), StandardCharsets.UTF_8)) : -1;
      }
    }
    return members;
  }

  @Override
  public void answer(MemberVoice voice) {
    StoreHeart beating = heart;
    if (beating != null) {
      beating.talk().answer(voice);
    }
  }

  @Override
  public CompletableFuture<List<MemberAnswer>> ask(byte[] question, Duration within) {
    StoreHeart beating = heart;
    return beating == null
        ? super.ask(question, within)
        : beating.talk().ask(question, within, this::members);
  }

  /**
   * Joins.
   *
   * @param place the store's host and port; the secret is not used
   * @param name of the group in the store
   */
  static ProcessGroup join(TcpSettings place, String name) {
    TcpSettings settings = TcpProcessGroup.checked(place);
    long deadline = new TimeLimit(settings.timeout()).deadline();
    String what = settings.who() + "join by the store at " + settings.place();
    TorchStoreClient client =
        call(
            what,
            () -> TorchStoreClient.connect(settings.host(), settings.port(), settings.timeout()),
            settings.timeout());
    TorchStoreGroup group = new TorchStoreGroup(client, settings, name);
    boolean joined = false;
    try {
      call(what, group::takePlace, settings.timeout());
      group.join(TimeLimit.ofNanos(TimeLimit.left(deadline)).duration());
      group.heart = StoreHeart.start(settings, group.prefix);
      joined = true;
      return group;
    } finally {
      if (!joined) {
        group.close();
      }
    }
  }

  /** Each rank once: a second one breaks the group for all. */
  private boolean takePlace() throws IOException {
    if (store.increment(prefix + "rank/" + rank(), 1) > 1) {
      throw failed(ResultCode.INVALID_USAGE, "two members say they are rank " + rank())
          .exception(who(), new ControlCall(ControlOperation.JOIN, 0, 0));
    }
    StoreHeart.firstBeat(store, prefix, rank()); // from here on it is looked at
    return true;
  }

  @Override
  List<byte[]> exchange(ControlCall call, byte[] payload, Duration limit) {
    String what = who() + call;
    try {
      // A little more than the limit, in which the member itself finds out who is missing.
      return call(what, () -> meet(call, payload, limit), limit.plus(LAST_WORDS));
    } catch (CollectiveException failed) {
      if (failure == null) {
        // Its answer may still come: on this connection the next call would take it for its own.
        failure = new GroupFailure(failed.code(), CleanText.messageOf(failed));
        store.close();
      }
      throw failed;
    }
  }

  private List<byte[]> meet(ControlCall call, byte[] payload, Duration limit) throws IOException {
    GroupFailure before = failure;
    if (before != null) {
      throw before.exception(who(), call);
    }
    String position =
        prefix + (call.operation() == ControlOperation.JOIN ? "join" : call.position());
    String label = label(call);
    List<String> keys = new ArrayList<>();
    for (int rank = 0; rank < worldSize(); rank++) {
      keys.add(position + "/" + label + "/" + rank);
    }
    store.set(keys.get(rank()), payload);
    store.append(
        position + "/calls", (rank() + " " + label + "\n").getBytes(StandardCharsets.UTF_8));
    Optional<GroupFailure> broken = await(position, label, keys, limit);
    if (broken.isPresent()) {
      failure = broken.get();
      throw broken.get().exception(who(), call);
    }
    List<byte[]> result = new ArrayList<>();
    for (String key : wanted(call, keys)) {
      result.add(store.get(key));
    }
    forget(position, keys.get(rank()));
    return result;
  }

  /** The world size is part of joining, so that members that disagree on it do not meet. */
  private String label(ControlCall call) {
    int number = call.operation() == ControlOperation.JOIN ? worldSize() : call.root();
    return call.operation().label() + "." + number;
  }

  private List<String> wanted(ControlCall call, List<String> keys) {
    return switch (call.operation()) {
      case BROADCAST -> List.of(keys.get(call.root()));
      case ALL_GATHER -> keys;
      case GATHER -> rank() == call.root() ? keys : List.of();
      case JOIN, BARRIER -> List.of();
    };
  }

  /** Everyone has come here, so everyone has read what was said before. */
  private void forget(String position, String own) throws IOException {
    for (String key : used) {
      store.delete(key);
    }
    used = rank() == 0 ? List.of(own, position + "/calls") : List.of(own);
  }

  /** Waits until all keys are there; else why they will not be. */
  private Optional<GroupFailure> await(
      String position, String label, List<String> keys, Duration limit) throws IOException {
    long deadline = new TimeLimit(limit).deadline();
    while (true) {
      long left = TimeLimit.left(deadline);
      Duration next = left < LOOK.toNanos() ? Duration.ofNanos(Math.max(left, 1)) : LOOK;
      if (store.await(keys, next)) {
        return Optional.empty();
      }
      Optional<GroupFailure> known = known(position, label, keys);
      if (known.isPresent()) {
        return known;
      }
      if (left == 0) {
        return Optional.of(failed(ResultCode.TIMEOUT, patience(label, keys, limit)));
      }
    }
  }

  private String patience(String label, List<String> keys, Duration limit) throws IOException {
    List<Integer> missing = new ArrayList<>();
    for (int rank = 0; rank < worldSize(); rank++) {
      if (!store.isThere(List.of(keys.get(rank)))) {
        missing.add(rank);
      }
    }
    return "rank "
        + rank()
        + " waited "
        + GroupRendezvous.seconds(limit)
        + " in "
        + label
        + ", and of "
        + worldSize()
        + " ranks these have not come: "
        + missing
        + ". Look at what they are doing, or give the group more time";
  }

  private Optional<GroupFailure> known(String position, String label, List<String> keys)
      throws IOException {
    String failed = text(prefix + "failed");
    if (!failed.isEmpty()) {
      return Optional.of(read(failed));
    }
    for (String line : text(position + "/calls").lines().toList()) {
      String[] parts = line.split(" ", 2);
      if (parts.length == 2 && !parts[1].equals(label)) {
        return Optional.of(failed(ResultCode.INVALID_USAGE, disagreement(label, parts)));
      }
    }
    String lost = text(wholePrefix + "lost");
    if (!lost.isEmpty()) {
      return Optional.of(failed(ResultCode.REMOTE_ERROR, lost));
    }
    for (String line : text(prefix + "gone").lines().toList()) {
      String[] parts = line.split(" ", 2);
      int rank = number(parts[0]);
      if (rank >= 0 && rank < worldSize() && !store.isThere(List.of(keys.get(rank)))) {
        String why = parts.length == 2 ? parts[1] : "has left";
        String text = "rank " + rank + " will not come to " + label + ": it " + why;
        return Optional.of(failed(ResultCode.REMOTE_ERROR, text));
      }
    }
    return Optional.empty();
  }

  private String disagreement(String label, String[] other) {
    if (label.startsWith(JOIN)) {
      return "the ranks disagree on the world size: rank %d says %d, rank %s says %s"
          .formatted(rank(), worldSize(), other[0], other[1].replace(JOIN, ""));
    }
    return "the ranks disagree: rank "
        + rank()
        + " calls "
        + label
        + ", rank "
        + other[0]
        + " calls "
        + other[1]
        + ". Every rank must make the same calls in the same order";
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException none) {
      return -1;
    }
  }

  /** The text of a key, or nothing if it is not there. */
  private String text(String key) throws IOException {
    return store.isThere(List.of(key))
        ? CleanText.report(new String(store.get(key), StandardCharsets.UTF_8))
        : "";
  }

  /** Breaks the group for everyone; who was first wins. */
  private GroupFailure failed(ResultCode code, String text) throws IOException {
    String key = prefix + "failed";
    if (store.increment(prefix + "failures", 1) == 1) {
      store.set(key, (code.code() + " " + text).getBytes(StandardCharsets.UTF_8));
      return new GroupFailure(code, CleanText.line(text));
    }
    return store.await(List.of(key), LAST_WORDS)
        ? read(text(key))
        : new GroupFailure(code, CleanText.line(text));
  }

  private static GroupFailure read(String said) {
    String[] parts = said.split(" ", 2);
    String words = parts.length == 2 ? parts[1] : said;
    return new GroupFailure(ResultCode.of(number(parts[0])), CleanText.line(words));
  }

  @Override
  public boolean spansProcesses() {
    return true;
  }

  @Override
  public Optional<String> lostMember() {
    StoreHeart beating = heart;
    return beating == null ? Optional.empty() : beating.lost();
  }

  @Override
  void outOfMemory(ControlCall call) {
    broke("has run out of memory in " + call);
  }

  /** Best effort: the store may be gone, too. */
  private void broke(String why) {
    try {
      failed(ResultCode.SYSTEM_ERROR, "rank " + rank() + " " + why);
    } catch (IOException gone) {
      // Then the others notice for themselves.
    }
  }

  @Override
  void leave() {
    StoreHeart beating = heart;
    if (beating != null && partId() == GroupParts.WHOLE) {
      beating.close();
    }
    String line = rank() + " has closed its process group\n";
    try {
      RealTime.call(
          who() + "close",
          () -> {
            // A connection of its own: on the other a call may still be waiting.
            try (TorchStoreClient fresh =
                TorchStoreClient.connect(place.host(), place.port(), LAST_WORDS)) {
              if (beating != null && partId() == GroupParts.WHOLE) {
                beating.talk().sayLastWords(fresh);
              }
              fresh.append(prefix + "gone", line.getBytes(StandardCharsets.UTF_8));
              return fresh.isThere(List.of(prefix + "gone")); // Answered when it is written.
            }
          },
          LAST_WORDS);
    } catch (TimeoutException | ExecutionException gone) {
      // The store is not there any more: nobody can be told.
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    } finally {
      store.close();
    }
  }

  /** What blocks in the store's socket, on a helper thread. */
  @FunctionalInterface
  private interface Talk<T> {
    T talk() throws IOException, InterruptedException;
  }

  private static <T> T call(String what, Talk<T> talk, Duration limit) {
    try {
      return RealTime.call(what, talk::talk, limit);
    } catch (TimeoutException late) {
      throw new CollectiveException(ResultCode.TIMEOUT, what + ": the store does not answer", late);
    } catch (ExecutionException failure) {
      throw TcpProcessGroup.unwrapped(what, failure);
    } catch (InterruptedException interrupt) {
      throw TcpProcessGroup.interrupted(what, interrupt);
    }
  }
}
