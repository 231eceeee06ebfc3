package org.jccl.sim.comm.match;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.device.KeptMemory;
import org.jccl.sim.device.SimMemory;
import org.jccl.sim.device.Undefined;

/**
 * Where data is followed: operations define what they write, and pass on what of their inputs
 * nobody has written. To send such bytes is no mistake yet; who reads back what came of them is
 * told (SIM-63).
 */
final class DefinedData {
  /** What a rank sends and nobody has written. */
  record Sent(LaunchedCall part, long bytes, List<Undefined> undefined) {}

  private DefinedData() {}

  /** All parts of one collective have moved; a message is one of a sender and a receiver. */
  static void moved(SharedComm comm, List<LaunchedCall> parts) {
    List<Sent> sent = sent(comm, parts);
    for (LaunchedCall part : parts) {
      received(part, sent);
    }
  }

  /** What {@code parts} send and nobody has written. */
  static List<Sent> sent(SharedComm comm, List<LaunchedCall> parts) {
    List<Sent> sent = new ArrayList<>();
    for (LaunchedCall part : parts) {
      MemorySegment send = part.send;
      if (send != null) {
        memory(part).usedBy(part.request.operation(), send.address(), send.byteSize());
        List<Undefined> undefined = undefinedIn(part, send);
        if (!undefined.isEmpty()) {
          sent.add(new Sent(part, send.byteSize(), said(comm, part, undefined)));
        }
      }
    }
    return sent;
  }

  /** What {@code part} sends and is not defined: all of it where its device scalar is not. */
  private static List<Undefined> undefinedIn(LaunchedCall part, MemorySegment send) {
    KeptMemory scalar = part.request.deviceScalar();
    if (scalar != null) {
      List<Undefined> factor = memory(part).undefinedIn(scalar.address(), scalar.byteSize());
      if (!factor.isEmpty()) {
        return List.of(new Undefined(0, send.byteSize(), factor.getFirst().origin()));
      }
    }
    return memory(part).undefinedIn(send.address(), send.byteSize());
  }

  private static List<Undefined> said(SharedComm comm, LaunchedCall part, List<Undefined> found) {
    Object site = part.request.site();
    String by =
        ", and were sent by "
            + comm.nameOf(part.rank)
            + " in "
            + part.call
            + (site == null ? "" : " at " + site);
    int rank = part.launch.member().worldRank();
    return found.stream()
        .map(each -> new Undefined(each.offset(), each.bytes(), each.origin().sentBy(rank, by)))
        .toList();
  }

  /** {@code part} has received {@code sent}. */
  static void received(LaunchedCall part, List<Sent> sent) {
    MemorySegment recv = part.recv;
    if (recv == null) {
      return;
    }
    SimMemory memory = memory(part);
    memory.wrote(recv.address(), recv.byteSize());
    long block = part.request.count() * part.request.type().bytes();
    for (Sent from : sent) {
      // Where there is more than one block, the sender's or the receiver's rank says which.
      long source = from.bytes > block ? part.rank * block : 0;
      long target = recv.byteSize() > block ? from.part.rank * block : 0;
      for (Undefined each : from.undefined) {
        Undefined arrived = each.within(source, source + block);
        if (arrived.bytes() > 0) {
          memory.received(recv.address(), arrived.moved(target));
        }
      }
    }
  }

  private static SimMemory memory(LaunchedCall part) {
    return part.launch.member().device().memory();
  }
}
