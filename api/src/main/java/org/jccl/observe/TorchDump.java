package org.jccl.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jccl.DataType;
import org.jccl.ops.Operation;
import org.jspecify.annotations.Nullable;

/**
 * The recordings as pickles of torch's Flight Recorder, a file for each rank, so that torch's
 * analyser reads them. Its format knows no reduction, no root and no one-sided operations; of
 * communicators it must know all ranks by their numbers in the whole job, so those that were split
 * off to fewer ranks are left out.
 */
final class TorchDump {
  private static final String VERSION = "2.10";
  private static final String PREFIX = "nccl_trace_rank_";

  private final Pickle out = new Pickle();
  private final CallRing world;
  private final Map<String, CallRing> groups = new LinkedHashMap<>();

  private TorchDump(CallRing world) {
    this.world = world;
  }

  /** Writes what the ends of this process have; those of one device are one rank's. */
  static List<Path> write(Path folder, List<CallRing> rings) throws IOException {
    Files.createDirectories(folder);
    Map<Integer, TorchDump> byDevice = new LinkedHashMap<>();
    for (CallRing ring : rings) {
      TorchDump dump =
          byDevice.computeIfAbsent(ring.where().device(), unknown -> new TorchDump(ring));
      dump.add(ring);
    }
    List<Path> written = new ArrayList<>();
    for (TorchDump each : byDevice.values()) {
      Path file = folder.resolve(PREFIX + each.world.where().rank());
      Path beside = Files.createTempFile(folder.toAbsolutePath().getParent(), ".jccl-", ".pickle");
      try {
        Files.write(beside, each.pickle());
        Files.move(
            beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(beside);
      }
      written.add(file);
    }
    return written;
  }

  private void add(CallRing ring) {
    boolean isWhole =
        ring.where().worldSize() == world.where().worldSize()
            && ring.where().rank() == world.where().rank();
    if (isWhole) {
      groups.put(String.valueOf(groups.size()), ring);
    }
  }

  private byte[] pickle() {
    out.beginMap();
    out.text("version").text(VERSION);
    out.text("pg_config").beginMap();
    groups.forEach(this::config);
    out.endMap();
    out.text("pg_status").beginMap();
    groups.forEach(this::status);
    out.endMap();
    out.text("entries").beginList();
    entries();
    out.endList();
    return out.endMap().end();
  }

  private void config(String id, CallRing ring) {
    StringBuilder ranks = new StringBuilder("[");
    for (int rank = 0; rank < ring.where().worldSize(); rank++) {
      ranks.append(rank == 0 ? "" : ", ").append(rank);
    }
    out.text(id).beginMap();
    out.text("name").text(id);
    out.text("desc").text(ring.where().communicator());
    out.text("ranks").text(ranks.append(']').toString());
    out.endMap();
  }

  private void status(String id, CallRing ring) {
    out.text(id).beginMap();
    out.text("last_enqueued_collective").number(ring.collectives());
    out.text("last_started_collective").number(-1);
    out.text("last_completed_collective").number(-1);
    out.endMap();
  }

  /** One call, and where it was made. */
  private record Placed(String group, CallRing ring, CallRecord call) {}

  private void entries() {
    List<Placed> all = new ArrayList<>();
    groups.forEach(
        (id, ring) -> {
          for (CallRecord call : ring.records()) {
            if (name(call, ring.where().rank()) != null
                && call.state() != CallRecord.State.FAILED) {
              all.add(new Placed(id, ring, call));
            }
          }
        });
    all.sort((a, b) -> Long.compare(b.call.nanos(), a.call.nanos())); // nanos is an age
    long now = System.currentTimeMillis() * 1_000_000;
    long record = droppedCollectives(all);
    long collectives = 0;
    for (int i = 0; i < all.size(); i++) {
      Placed each = all.get(i);
      CallRecord call = each.call;
      collectives = call.isMessage() ? collectives : call.number() + 1;
      long message = call.isMessage() ? firstOfGroup(all, i) + 1 : 0;
      String name = String.valueOf(name(call, each.ring.where().rank()));
      entry(each, record++, name, collectives, message, now);
      if (call.isMessage() && call.groupSize() > 1 && isLastOfGroup(all, i)) {
        entry(each, record++, "nccl:coalesced", collectives, message, now);
      }
    }
  }

  /**
   * How many collectives came before those that are kept. The analyser begins at the largest first
   * record of all ranks, so records have to be counted from the beginning of the job.
   */
  private static long droppedCollectives(List<Placed> all) {
    Map<String, Long> first = new HashMap<>();
    for (Placed each : all) {
      if (!each.call.isMessage()) {
        first.putIfAbsent(each.group, each.call.number());
      }
    }
    return first.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The number of the first message of the group that the i-th call is in. */
  private static long firstOfGroup(List<Placed> all, int i) {
    int first = i;
    while (first > 0 && areTogether(all, first - 1)) {
      first--;
    }
    return all.get(first).call.number();
  }

  private static boolean isLastOfGroup(List<Placed> all, int i) {
    return i + 1 == all.size() || !areTogether(all, i);
  }

  /** Whether the i-th and the next are messages of one group. */
  private static boolean areTogether(List<Placed> all, int i) {
    CallRecord one = all.get(i).call;
    CallRecord next = all.get(i + 1).call;
    return all.get(i).ring == all.get(i + 1).ring
        && one.isMessage()
        && next.isMessage()
        && one.groupSize() > 1
        && one.group() == next.group();
  }

  private void entry(
      Placed placed, long record, String name, long collectives, long message, long now) {
    CallRecord call = placed.call;
    out.beginMap();
    out.text("record_id").number(record);
    out.text("pg_id").number(Long.parseLong(placed.group));
    out.text("process_group").beginTuple().text(placed.group);
    out.text(placed.ring.where().communicator()).endTuple();
    out.text("collective_seq_id").number(collectives);
    out.text("p2p_seq_id").number(message);
    out.text("op_id").number(record + 1);
    out.text("profiling_name").text(name);
    out.text("time_created_ns").number(now - call.nanos());
    sides(placed);
    out.text("state").text("scheduled");
    out.text("time_discovered_started_ns").none();
    out.text("time_discovered_completed_ns").none();
    out.text("retired").truth(false);
    out.text("timeout_ms").number(0);
    out.text("is_p2p").truth(call.isMessage());
    frames(call.site());
    out.endMap();
  }

  private void sides(Placed placed) {
    CallRecord call = placed.call;
    Operation operation = Operation.ofLabel(call.operation());
    int worldSize = placed.ring.where().worldSize();
    int rank = placed.ring.where().rank();
    int root = Math.max(0, call.rootOrPeer());
    DataType type = call.type();
    long sent = operation.sendElements(call.count(), worldSize);
    long received = operation.receiveElements(call.count(), worldSize);
    // A message has both in torch's records; so has a collective on ranks that are not its root.
    long both = Math.max(sent, received);
    boolean isMessage = call.isMessage();
    side("input", type, !isMessage && operation.sendsAt(rank, root) ? sent : both);
    side("output", type, !isMessage && operation.receivesAt(rank, root) ? received : both);
  }

  private void side(String name, @Nullable DataType type, long elements) {
    out.text(name + "_sizes").beginList().beginList().number(elements).endList().endList();
    out.text(name + "_dtypes").beginList().text(type == null ? "" : torchName(type)).endList();
  }

  private void frames(@Nullable String site) {
    out.text("frames").beginList();
    int open = site == null ? -1 : site.lastIndexOf('(');
    int colon = site == null ? -1 : site.lastIndexOf(':');
    if (site != null && open > 0 && colon > open && site.endsWith(")")) {
      String line = site.substring(colon + 1, site.length() - 1);
      out.beginMap();
      out.text("name").text(site.substring(0, open));
      out.text("filename").text(site.substring(open + 1, colon));
      out.text("line").number(line.matches("\\d{1,9}") ? Integer.parseInt(line) : 0);
      out.endMap();
    }
    out.endList();
  }

  /** torch's name of a call, or null if it has none. */
  private static @Nullable String name(CallRecord call, int rank) {
    return switch (call.operation()) {
      case "all_reduce", "broadcast", "reduce", "gather", "scatter", "all_to_all" ->
          "nccl:" + call.operation();
      case "all_gather" -> "nccl:_all_gather_base";
      case "reduce_scatter" -> "nccl:_reduce_scatter_base";
      case "send" -> "nccl:send " + rank + "->" + call.rootOrPeer();
      case "recv" -> "nccl:recv " + rank + "<-" + call.rootOrPeer();
      default -> null;
    };
  }

  private static String torchName(DataType type) {
    return switch (type) {
      case INT8 -> "Char";
      case UINT8 -> "Byte";
      case INT32 -> "Int";
      case UINT32 -> "UInt32";
      case INT64 -> "Long";
      case UINT64 -> "UInt64";
      case FLOAT16 -> "Half";
      case FLOAT32 -> "Float";
      case FLOAT64 -> "Double";
      case BFLOAT16 -> "BFloat16";
      case FLOAT8_E4M3 -> "Float8_e4m3fn";
      case FLOAT8_E5M2 -> "Float8_e5m2";
    };
  }
}
