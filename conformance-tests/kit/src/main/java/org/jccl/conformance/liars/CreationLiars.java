package org.jccl.conformance.liars;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.jccl.conformance.liars.Liar.liar;
import static org.jccl.conformance.liars.Lies.INVALID_ARGUMENT;
import static org.jccl.conformance.liars.Lies.INVALID_USAGE;
import static org.jccl.conformance.liars.Lies.SUCCESS;
import static org.jccl.conformance.liars.Lies.after;
import static org.jccl.conformance.liars.Lies.answer;
import static org.jccl.conformance.liars.Lies.change;
import static org.jccl.conformance.liars.Lies.conceal;
import static org.jccl.conformance.liars.Lies.output;
import static org.jccl.conformance.liars.Lies.raw;
import static org.jccl.conformance.liars.Lies.skip;
import static org.jccl.conformance.liars.Lies.typed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jccl.Communicator;
import org.jccl.config.ConfigField;
import org.jspecify.annotations.Nullable;

/**
 * Liars about ids, creation, configurations and children (chapter 2: UID, INIT, CFG, SPL, SHR,
 * GRW).
 */
final class CreationLiars {
  private CreationLiars() {}

  private static final Map<ConfigField, String> RULES =
      Map.ofEntries(
          Map.entry(ConfigField.BLOCKING, "CFG-03"),
          Map.entry(ConfigField.CGA_CLUSTER_SIZE, "CFG-04"),
          Map.entry(ConfigField.MAX_CTAS, "CFG-05"),
          Map.entry(ConfigField.SPLIT_SHARE, "CFG-06"),
          Map.entry(ConfigField.COLLNET_ENABLE, "CFG-07"),
          Map.entry(ConfigField.CTA_POLICY, "CFG-08"),
          Map.entry(ConfigField.SHRINK_SHARE, "CFG-09"),
          Map.entry(ConfigField.NVLS_CTAS, "CFG-10"),
          Map.entry(ConfigField.CHANNELS_PER_NET_PEER, "CFG-11"),
          Map.entry(ConfigField.NVLINK_CENTRIC_SCHED, "CFG-12"),
          Map.entry(ConfigField.GRAPH_USAGE_MODE, "CFG-13"),
          Map.entry(ConfigField.NUM_RMA_CTX, "CFG-14"),
          Map.entry(ConfigField.MAX_P2P_PEERS, "CFG-15"),
          Map.entry(ConfigField.GRAPH_STREAM_ORDERING, "CFG-16"),
          Map.entry(ConfigField.LAUNCH_ORDER_IMPLICIT, "CFG-20"),
          Map.entry(ConfigField.NUM_RMA_SIG, "CFG-21"),
          Map.entry(ConfigField.RMA_EAGER_INIT, "CFG-22"),
          Map.entry(ConfigField.HOST_CFT_MODE, "CFG-23"),
          Map.entry(ConfigField.NVLS_HOST_MODE, "CFG-24"));

  static List<Liar> all() {
    List<Liar> all = new ArrayList<>();
    all.addAll(creation());
    all.addAll(configurations());
    all.addAll(configuredCalls());
    all.addAll(children());
    return all;
  }

  private static List<Liar> creation() {
    return List.of(
        liar("Makes the same id again", after(raw("getUniqueId"), new SameId()))
            .breaks("UID-01", "two ids are equal"),
        liar("Writes an id to nowhere", conceal(raw("getUniqueId")))
            .breaks("UID-02", "ncclGetUniqueId(null) returned 0"),
        liar("Creates whatever it is asked for", conceal(raw("commInitRank")))
            .breaks("UID-04", "the same id again returned 0")
            .breaks("UID-05", "an id of zeros: 0")
            .breaks("INIT-04", "returned 0, expected 4")
            .breaks("INIT-05", "0 ranks returned 0"),
        liar("Leaves what was in the handle when creation fails", CreationLiars::keepHandle)
            .breaks("INIT-04", "the handle is not null")
            .breaks("INIT-05", "a wrong rank leaves the output")
            .breaks("UID-05", "the handle is not null (INIT-18)"),
        liar(
                "Says that every communicator is on device 0",
                output("commCuDevice", "device", seen -> 0))
            .breaks("INIT-01", "device 0")
            .breaks("INIT-10", "device 0 at 0")
            .breaks("SPL-06", "device 0"),
        liar("Does not wait until a communicator is ready", skip(typed("awaitReady")))
            .breaks("INIT-17", "state() is OPENING"),
        liar("Says that every rank is the first", output("commUserRank", "rank", seen -> 0))
            .breaks("INIT-03", "rank 0 for 1")
            .breaks("INIT-10", "rank 0 for 1")
            .breaks("SPL-03", "rank 0")
            .breaks("LIF-20", "rank 0"),
        liar("Counts one rank in every communicator", output("commCount", "count", seen -> 1))
            .breaks("INIT-03", "count 1")
            .breaks("SPL-02", "count 1")
            .breaks("SHR-01", "count 1")
            .breaks("GRW-01", "count 1")
            .breaks("LIF-02", "queries still work (LIF-04)")
            .breaks("LIF-18", "count 1"),
        liar("Hides the failure of a group", conceal(raw("groupEnd")))
            .breaks("INIT-07", "two ranks on a device returned 0")
            .breaks("INIT-19", "the first failure returned 0")
            .breaks("GRP-02", "returned 0, expected 5")
            .breaks("GRP-07", "ncclGroupEnd returned 0, expected 4")
            .breaks("GRP-16", "returned 0, expected 5")
            .breaks("ARG-12", "ncclGroupEnd returned 0, expected 4"),
        liar("Creates on one device twice", conceal(raw("commInitAll")))
            .breaks("INIT-11", "device 0 and 0 returned 0"),
        liar("Opens more ranks than there are devices", conceal(typed("openAll")))
            .breaks("INIT-12", "more ranks than devices threw nothing"),
        liar("Takes any number of ids", conceal(raw("commInitRankScalable")))
            .breaks("INIT-15", "0 ids for 2 ranks returned 0"),
        liar("Serves only the thread that created", new FirstThread())
            .breaks("INIT-21", "on another thread: 5")
            .breaks("GRP-05", "ncclAllReduce returned 5"));
  }

  private static List<Liar> configurations() {
    Predicate<ForwardedCall> creates = raw("commInitRankConfig");
    List<Liar> all = new ArrayList<>();
    all.addAll(
        List.of(
            liar("Makes every communicator nonblocking", setting(ConfigField.BLOCKING, 0))
                .breaks("INIT-14", "state 4, expected 0")
                .breaks("ERR-05", "the next sum returned 4"),
            liar("Makes every communicator blocking", setting(ConfigField.BLOCKING, 1))
                .breaks("ERR-04", "state 0")
                .breaks("LIF-03", "a nonblocking one has state 0"),
            liar(
                    "Takes a configuration without its marker",
                    setting(ConfigField.MAGIC_OFFSET, ConfigField.MAGIC))
                .breaks("CFG-01", "a wrong marker returned 0"),
            liar("Finds nothing wrong in a configuration", conceal(creates))
                .breaks("CFG-02", "blocking -1 returned 0")
                .breaks("CFG-17", "a network that nobody provides returned 0"),
            liar(
                    "Wants communicators without names",
                    answer(creates.and(call -> named(call)), INVALID_ARGUMENT))
                .breaks("CFG-18", "an odd name and traffic class returned 4"),
            liar(
                    "Has nonblocking communicators of one rank only",
                    answer(creates.and(call -> polledByMany(call)), INVALID_ARGUMENT))
                .breaks("CFG-19", "ncclCommInitRankConfig returned 4")
                .breaks("ERR-02", "ncclCommInitRankConfig returned 4")));
    RULES.forEach(
        (field, rule) ->
            all.add(
                liar("Takes any " + field.nativeName(), setting(field, ConfigField.UNDEFINED))
                    .breaks(rule, field.nativeName() + " ")));
    return all;
  }

  private static List<Liar> configuredCalls() {
    Predicate<ForwardedCall> sums = raw("allReduceConfig");
    return List.of(
        liar(
                "Looks into no configuration of a call",
                change(
                    raw("allReduceConfig", "allToAllConfig"),
                    call -> call.with("config", MemorySegment.NULL)))
            .breaks("CFG-26", "a struct without its mark returned 0")
            .breaks("CFG-28", "'torus' returned 0"),
        liar("Knows no configurations of calls", answer(sums, INVALID_ARGUMENT))
            .breaks("CFG-25", "a null configuration returned 4")
            .breaks("CFG-27", "tags that differ returned 4"),
        liar(
                "Forgets the configurations of a group's calls",
                call ->
                    typed("configured").test(call) && !(call.target() instanceof Communicator)
                        ? call.target()
                        : call.honest())
            .breaks("CFG-29", "a neighbour in the group changes bits"),
        liar("Encrypts by any key", conceal(raw("setEncryption")))
            .breaks("UID-07", "no mark returned 0"));
  }

  private static List<Liar> children() {
    Predicate<ForwardedCall> splits = raw("commSplit");
    return List.of(
        liar(
                "Waits for nobody in a split",
                call -> splits.test(call) ? noChild(call) : call.honest())
            .breaks("SPL-01", "split returned when only"),
        liar("Gives every rank the same colour", change(splits, "color", color -> 0))
            .breaks("SPL-02", "count 4")
            .breaks("SPL-04", "no colour gives a child"),
        liar("Ignores the keys", change(splits, "key", key -> 0)).breaks("SPL-03", "rank "),
        liar(
                "Knows no colours below -1",
                answer(splits.and(call -> call.number("color") < -1), INVALID_ARGUMENT))
            .breaks("SPL-04", "ncclCommSplit returned 4"),
        liar(
                "Ignores the configuration of a child",
                change(splits, call -> call.with("config", MemorySegment.NULL)))
            .breaks("SPL-05", "the default: it does not block"),
        liar("Has no handle for a failed child", after(splits, CreationLiars::clearChild))
            .breaks("SPL-08", "the failed child has no handle"),
        liar("Moves nothing on a child", new IdleChildren())
            .breaks("SPL-02", "the sum over a colour is")
            .breaks("SPL-09", "the child's sum is")
            .breaks("SPL-10", "the child's sum after the parent's end is")
            .breaks("SPL-11", "the child's sum is")
            .breaks("LIF-20", "the child's sum is"),
        liar("Splits whatever it is asked to", conceal(splits))
            .breaks("ARG-20", "null returned 0")
            .breaks("SPL-08", "nobody provides (CFG-17) returned 0"),
        liar("Shrinks whatever it is asked to", conceal(raw("commShrink")))
            .breaks("SHR-02", "the caller returned 0")
            .breaks("SHR-06", "a shrink of null, flags 0 returned 0"),
        liar("Sorts no list of ranks", change(raw("commShrink"), CreationLiars::copyList))
            .breaks("SHR-03", "the list is not sorted"),
        liar(
                "Turns the order of survivors around",
                output("commUserRank", "rank", seen -> 2 - seen))
            .breaks("SHR-01", "rank 2"),
        liar("Stops nothing when it shrinks", change(raw("commShrink"), "flags", flags -> 0))
            .breaks("SHR-05", "MISSING_RANK"),
        liar("Grows whatever it is asked to", conceal(raw("commGrow")))
            .breaks("GRW-04", "a grow with no output returned 0"),
        liar("Makes ids for nobody", conceal(raw("commGetUniqueId")))
            .breaks("GRW-03", "an id of null returned 0"),
        liar("Refuses children in silence", conceal(typed("split", "shrink", "grow")))
            .breaks("SPL-04", "a negative color threw nothing")
            .breaks("SHR-02", "an empty list threw nothing")
            .breaks("GRW-01", "growing to the same size threw nothing"));
  }

  private static @Nullable Object keepHandle(ForwardedCall call) throws Throwable {
    MemorySegment handle = call.memory("comm");
    boolean creates = call.isRaw() && call.is("commInitRank") && handle.address() != 0;
    long before = creates ? handle.get(JAVA_LONG_UNALIGNED, 0) : 0;
    Object answer = call.honest();
    if (creates && !Objects.equals(answer, SUCCESS)) {
      handle.set(JAVA_LONG_UNALIGNED, 0, before);
    }
    return answer;
  }

  private static Lie setting(ConfigField field, int value) {
    return setting(field.offset(), value);
  }

  /** Another number in the caller's configuration, where there is one. */
  private static Lie setting(int offset, int value) {
    return change(
        raw("commInitRankConfig").and(call -> call.memory("config").byteSize() > offset),
        call -> {
          MemorySegment given = call.memory("config");
          MemorySegment copy = Arena.ofAuto().allocate(given.byteSize(), 8).copyFrom(given);
          copy.set(JAVA_INT_UNALIGNED, offset, value);
          return call.with("config", copy);
        });
  }

  private static boolean named(ForwardedCall call) {
    MemorySegment config = call.memory("config");
    return config.byteSize() > ConfigField.COMM_NAME_OFFSET + 8
        && config.get(JAVA_LONG_UNALIGNED, ConfigField.COMM_NAME_OFFSET) != 0;
  }

  private static boolean polledByMany(ForwardedCall call) {
    MemorySegment config = call.memory("config");
    return call.number("nranks") > 1
        && config.address() != 0
        && config.get(JAVA_INT_UNALIGNED, ConfigField.BLOCKING.offset()) == 0;
  }

  private static void clearChild(ForwardedCall call) {
    MemorySegment out = call.memory("newComm");
    if (out.address() != 0 && call.memory("config").address() != 0) {
      out.set(JAVA_LONG_UNALIGNED, 0, 0);
    }
  }

  private static @Nullable Object noChild(ForwardedCall call) {
    call.memory("newComm").set(JAVA_LONG_UNALIGNED, 0, 0);
    return SUCCESS;
  }

  private static ForwardedCall copyList(ForwardedCall call) {
    MemorySegment list = call.memory("excluded");
    return list.address() == 0
        ? call
        : call.with("excluded", Arena.ofAuto().allocate(list.byteSize(), 4).copyFrom(list));
  }

  /** Gives the first id to everyone. */
  private static final class SameId implements Lies.Effect {
    private byte @Nullable [] first;

    @Override
    public synchronized void on(ForwardedCall call) {
      MemorySegment id = call.memory("uniqueId");
      if (id.address() == 0) {
        return;
      }
      byte[] known = first;
      if (known == null) {
        first = id.toArray(JAVA_BYTE);
      } else {
        id.copyFrom(MemorySegment.ofArray(known));
      }
    }
  }

  /** Refuses the operations of other threads than a communicator's first. */
  private static final class FirstThread implements Lie {
    private final Map<Long, Thread> first = new ConcurrentHashMap<>();

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      Thread own = Thread.currentThread();
      boolean other =
          call.is("allReduce", "commUserRank", "commGetAsyncError")
              && call.isRaw()
              && first.computeIfAbsent(call.number("comm"), none -> own) != own;
      return other ? (Object) INVALID_USAGE : call.honest();
    }
  }

  /** Forgets the sums of communicators that were split off. */
  private static final class IdleChildren implements Lie {
    private final Set<Long> children = ConcurrentHashMap.newKeySet();

    @Override
    public @Nullable Object answer(ForwardedCall call) throws Throwable {
      if (call.isRaw() && call.is("allReduce") && children.contains(call.number("comm"))) {
        return SUCCESS;
      }
      Object answer = call.honest();
      if (call.isRaw() && call.is("commSplit") && call.memory("newComm").address() != 0) {
        children.add(call.memory("newComm").get(JAVA_LONG_UNALIGNED, 0));
      }
      return answer;
    }
  }
}
