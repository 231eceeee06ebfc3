package org.jccl.conformance.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jccl.conformance.cases.CallSpec;
import org.jccl.conformance.cases.GroupMember;
import org.jccl.conformance.cases.MemoryPlan;
import org.jccl.conformance.cases.MemoryPlan.Place;
import org.jccl.conformance.cases.MemoryPlan.Places;
import org.jccl.conformance.cases.Placed;
import org.jccl.conformance.data.Elements;
import org.jccl.conformance.data.ExactData;

/**
 * Says of what one rank saw whether it is what the operations' definition asks for: the exact
 * elements in every receive buffer, and every other byte as it was (rule COL-07). For programs of
 * even forms with exact inputs, none of them chained.
 */
public final class ExactJudge {
  private final Prepared prepared;
  private final MemoryPlan plan;
  private final MemorySegment after;

  private ExactJudge(Prepared prepared, int rank, Observation seen) {
    this.prepared = prepared;
    this.plan = prepared.plans().get(rank);
    this.after = seen.memory();
  }

  /** What is wrong with what {@code rank} saw; nothing if it is empty. */
  public static List<String> problems(Prepared prepared, int rank, Observation seen) {
    return new ExactJudge(prepared, rank, seen).problems();
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < plan.calls().size(); i++) {
      Places places = plan.call(i);
      Place recv = places.recv();
      if (recv != null && places.receives()) {
        elements(plan.calls().get(i), recv, problems);
      }
    }
    MemorySegment before = prepared.images().get(plan.rank());
    long changed = plan.firstForeignChange(before, after, true);
    if (changed >= 0) {
      problems.add(foreign(changed));
    }
    return problems;
  }

  private void elements(Placed placed, Place recv, List<String> problems) {
    CallSpec call = placed.call();
    GroupMember me =
        GroupMember.of(prepared.program().communicators().get(placed.communicator()), plan.rank());
    ExactData data = call.data(me.size());
    MemorySegment seen = after.asSlice(recv.at(), recv.elements() * call.type().bytes());
    long wrong = 0;
    long first = -1;
    for (long i = 0; i < recv.elements(); i++) {
      long bits = Elements.get(seen, call.type(), i);
      if (!data.accepts(call.received(data, me, i), bits)) {
        first = wrong++ == 0 ? i : first;
      }
    }
    if (wrong > 0) {
      problems.add(
          "%s: %d of %d elements are wrong; recv[%d] is %s, expected %s"
              .formatted(
                  placed,
                  wrong,
                  recv.elements(),
                  first,
                  Elements.words(call.type(), Elements.get(seen, call.type(), first)),
                  Elements.words(call.type(), call.received(data, me, first))));
    }
  }

  private String foreign(long at) {
    int index = plan.owner(at);
    if (index < 0) {
      return "byte " + at + " of the memory, which belongs to no call, was written (COL-07)";
    }
    Places places = plan.call(index);
    Placed placed = plan.calls().get(index);
    int bytes = placed.call().type().bytes();
    String what = "outside the receive range";
    Place from = places.send();
    Place to = places.recv();
    if (from != null && at >= from.at() && at < from.at() + from.elements() * bytes) {
      what = "of the send buffer";
    } else if (to != null && at >= to.at() && at < to.at() + to.elements() * bytes) {
      what = "of the receive buffer of a rank that receives nothing";
    }
    long start = to != null ? to.at() : places.first();
    return placed + ": byte " + (at - start) + " " + what + " was written (COL-07)";
  }
}
