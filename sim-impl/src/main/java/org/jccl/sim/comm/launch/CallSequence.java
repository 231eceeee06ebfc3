package org.jccl.sim.comm.launch;

import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jccl.ops.Call;
import org.jccl.ops.Operation;
import org.jccl.sim.check.Caller;
import org.jccl.sim.check.Contract;
import org.jccl.sim.check.History;
import org.jccl.sim.check.ReportBuilder;
import org.jccl.sim.comm.CommMember;
import org.jccl.sim.comm.SharedComm;
import org.jccl.sim.comm.call.Request;
import org.jccl.sim.kernel.Effect;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Steering;
import org.jccl.sim.kernel.Trace;
import org.jspecify.annotations.Nullable;

/**
 * The sequence of one rank's calls: each gets its number, among the collectives of its communicator
 * or among the messages to one peer, and is compared with the other ranks' calls of that number.
 */
public final class CallSequence implements History.Calls {
  private static final int LAST = 4; // a power of two

  private final SharedComm comm;
  private final int device;
  private final Caller caller;
  private final Contract contract;
  private final Trace trace;
  private final boolean checking;
  private final Map<Integer, Long> messages = new HashMap<>();
  private final CommMember member;

  /** The last calls, in a ring. */
  private final Call[] last = new Call[LAST];

  private long made;
  private long collectives;

  /** The sequence of {@code member}; {@code contract} compares it with those of the others. */
  public CallSequence(CommMember member, Contract contract) {
    this.member = member;
    this.comm = member.comm();
    this.device = member.device().index();
    this.caller = member.caller();
    this.contract = contract;
    this.trace = comm.simulation().kernel().trace();
    this.checking = comm.simulation().isChecking();
    comm.simulation().findings().history().add(device, this);
  }

  /** {@code all_reduce #3, broadcast #4 of comm-1}. */
  @Override
  public String lastBut(String report) {
    StringJoiner words = new StringJoiner(", ", "", " of " + comm.name()).setEmptyValue("");
    for (long i = Math.max(0, made - LAST); i < made; i++) {
      Call call = last[(int) i & (LAST - 1)];
      String name = call.label() + " #" + call.sequence();
      if (!report.contains(name + " ")) {
        words.add(name);
      }
    }
    return words.toString();
  }

  @Override
  public boolean isOver() {
    return member.isClosed();
  }

  /** How many collectives were issued. */
  long collectives() {
    return collectives;
  }

  /** How many messages were issued to or from {@code peer}. */
  long messages(Operation operation, int peer) {
    return messages.getOrDefault(key(operation, peer), 0L);
  }

  /** A collective is captured; its number among those. */
  long capture() {
    return contract.capture(caller.rank());
  }

  /**
   * A call takes its place.
   *
   * @param place its place among the collectives of its group, from 0
   * @param groupSize number of collectives in its group, 1 for a call alone
   * @param issuer the thread that issues it, or null
   */
  Call add(Request request, int place, int groupSize, @Nullable HostTask issuer) {
    Call call = numbered(request, next(request));
    Steering steering = comm.simulation().kernel().steering();
    if (steering != null) {
      steering.effect(comm, Effect.ADD);
      steering.signals(issued(request, call.sequence()));
    }
    trace.add(Trace.Event.ENQUEUE, device, call.operation().ordinal(), call.sequence());
    if (checking && request.isCollective()) {
      if (request.isDropped()) {
        drop(request, 0);
        return call;
      }
      ReportBuilder different =
          contract.note(call, caller, place, groupSize, request.captureNumber(), issuer);
      if (different != null) {
        comm.throwIfError(different);
      }
    }
    last[(int) made++ & (LAST - 1)] = call;
    return call;
  }

  /** A call of count 0, which has no number of its own, behind so many that get theirs later. */
  void drop(Request request, int before) {
    contract.noteDropped(numbered(request, collectives + before), caller);
  }

  private Issued issued(Request request, long number) {
    long lane =
        request.isCollective() ? Issued.COLLECTIVE : key(request.operation(), request.rootOrPeer());
    return new Issued(comm, member.rank(), lane, number);
  }

  /** Tells that the current event needs a call of this rank: the {@code number}th of its kind. */
  void needs(Steering steering, long number) {
    steering.follows(new Issued(comm, member.rank(), Issued.COLLECTIVE, number));
  }

  /** The same for a message to or from {@code peer}. */
  void needs(Steering steering, Operation operation, int peer, long number) {
    steering.follows(new Issued(comm, member.rank(), key(operation, peer), number));
  }

  private static Call numbered(Request request, long number) {
    Operation operation = request.operation();
    return new Call(
        operation,
        number,
        request.count(),
        request.type().code(),
        operation.reduces() ? Math.min(request.reduction(), Call.PRE_MUL_SUM) : 0,
        request.rootOrPeer(),
        request.inPlace(),
        request.captured(),
        request.site(),
        request.partOf(),
        request.setting(),
        request.isOwnKernel());
  }

  private long next(Request request) {
    if (!request.isCollective()) {
      int key = key(request.operation(), request.rootOrPeer());
      return messages.merge(key, 1L, Long::sum) - 1;
    }
    return request.isDropped() ? collectives : collectives++;
  }

  private static int key(Operation operation, int peer) {
    return operation == Operation.SEND ? peer : ~peer;
  }
}
