package org.jccl.conformance.misuse.matrix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.jccl.MisuseKind.BUFFER_FREED;
import static org.jccl.MisuseKind.DEADLOCK;
import static org.jccl.MisuseKind.DESTROY_IN_FLIGHT;
import static org.jccl.MisuseKind.GRAPH_ALIVE;
import static org.jccl.MisuseKind.GROUP_DESTROY_CONFLICT;
import static org.jccl.MisuseKind.GROUP_INIT_CONFLICT;
import static org.jccl.MisuseKind.ID_REUSED;
import static org.jccl.MisuseKind.MISMATCH;
import static org.jccl.MisuseKind.MISSING_RANK;
import static org.jccl.MisuseKind.OUTSTANDING_OPS;
import static org.jccl.MisuseKind.RENDEZVOUS;
import static org.jccl.MisuseKind.USE_AFTER_DESTROY;
import static org.jccl.MisuseKind.USE_AFTER_FINALIZE;
import static org.jccl.MisuseKind.USE_WHILE_SUSPENDED;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jccl.Collectives;
import org.jccl.Communicator;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Graph;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.ShrinkMode;
import org.jccl.UniqueId;
import org.jccl.config.ConfigField;
import org.jccl.conformance.misuse.matrix.Axes.Axis;
import org.jccl.conformance.misuse.matrix.Marks.Role;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.NcclAbi;

/** SIM-32 to SIM-40, SIM-44 to SIM-48 and SIM-62: the life of communicators. */
final class LifeFamilies {
  private static final int N = Scene.COUNT;

  private static final int MEMORY = 1;
  private static final Duration SOON = Duration.ofMinutes(1);

  private LifeFamilies() {}

  static List<Family> all() {
    return List.of(
        Family.of("SIM-32", "after finalize", Family.REFUSAL, 5, LifeFamilies::afterFinalize)
            .or(ResultCode.INVALID_ARGUMENT)
            .without(Axis.GRAPH),
        raw("SIM-32", "after finalize, raw", USE_AFTER_FINALIZE, 8, LifeFamilies::rawFinalized),
        Family.of("SIM-33", "after close", Family.REFUSAL, 4, LifeFamilies::afterClose)
            .or(ResultCode.REMOTE_ERROR)
            .without(Axis.GRAPH),
        raw("SIM-33", "after destroy, raw", USE_AFTER_DESTROY, 8, LifeFamilies::rawDestroyed),
        Family.of("SIM-34", "suspended", Family.REFUSAL, 3, LifeFamilies::suspended)
            .without(Axis.GRAPH)
            .since(NcclFunction.COMM_SUSPEND.since()),
        raw("SIM-34", "suspended, raw", USE_WHILE_SUSPENDED, 4, LifeFamilies::rawSuspended)
            .since(NcclFunction.COMM_SUSPEND.since()),
        raw("SIM-35", "destroyed in flight", DESTROY_IN_FLIGHT, 3, LifeFamilies::inFlight)
            .or(BUFFER_FREED),
        Family.of("SIM-36", "closed behind a call", MISSING_RANK, 3, LifeFamilies::pending)
            .or(DEADLOCK)
            .without(Axis.GRAPH),
        Family.of("SIM-37", "graph alive", GRAPH_ALIVE, 6, LifeFamilies::graphAlive)
            .without(Axis.GRAPH),
        raw("SIM-38", "destroy in a group", GROUP_DESTROY_CONFLICT, 2, LifeFamilies::groupDestroy),
        raw("SIM-39", "create in a group", GROUP_INIT_CONFLICT, 2, LifeFamilies::groupInit),
        Family.of("SIM-40", "modes", Family.REFUSAL, 3, LifeFamilies::modes)
            .without(Axis.GROUP, Axis.GRAPH),
        creation("SIM-44", "place or size claimed", RENDEZVOUS, 2, LifeFamilies::claimed),
        creation("SIM-45", "id again", ID_REUSED, 3, LifeFamilies::idAgain)
            .or(ResultCode.REMOTE_ERROR),
        Family.of("SIM-46", "one GPU", ResultCode.INVALID_USAGE, 3, LifeFamilies::oneGpu)
            .without(Axis.GROUP, Axis.GRAPH, Axis.STREAM, Axis.SPLIT, Axis.SHRUNK),
        Family.of("SIM-47", "split not by all", MISSING_RANK, 3, LifeFamilies::splitAlone)
            .without(Axis.GROUP, Axis.GRAPH, Axis.STREAM),
        Family.of("SIM-47", "operations in flight", OUTSTANDING_OPS, 3, LifeFamilies::outstanding)
            .without(Axis.GRAPH),
        Family.of("SIM-48", "shrink lists", MISMATCH, 2, LifeFamilies::shrinkLists)
            .fewest(3)
            .without(Axis.GROUP, Axis.GRAPH, Axis.STREAM),
        Family.of("SIM-62", "in progress", ResultCode.INVALID_ARGUMENT, 2, LifeFamilies::progress)
            .without(Axis.GROUP, Axis.GRAPH, Axis.SPLIT, Axis.SHRUNK));
  }

  private static Family raw(
      String rule, String name, MisuseKind kind, int ways, Family.Program program) {
    return MemoryFamilies.raw(rule, name, kind, ways, program);
  }

  private static Family creation(
      String rule, String name, MisuseKind kind, int ways, Family.Program program) {
    return raw(rule, name, kind, ways, program).without(Axis.STREAM);
  }

  private static boolean bad(Scene s, boolean wrong) {
    return wrong && s.isOdd();
  }

  /** A child of its own, so that the world's communicator stays as it is. */
  private static Communicator child(Scene s) {
    return s.own(s.comm().split(0, s.me()));
  }

  private static void use(Scene s, Communicator c, boolean marked) {
    Ask ask = s.ask(Form.MEETING.get(s.way() % 3)).ready();
    if (s.has(Axis.GROUP)) {
      c.group(g -> ask.make(g, marked ? Role.EITHER : null, s.isOdd()));
    } else {
      ask.make(c, marked ? Role.EITHER : null, s.isOdd());
    }
  }

  // ---------------------------------------------------------------- after the end

  private static void afterFinalize(Scene s, boolean wrong) {
    Communicator c = child(s);
    use(s, c, false);
    s.settle();
    c.finalizeCommunicator();
    if (bad(s, wrong)) {
      if (s.way() == 3) {
        s.either(c).splitNoColor();
      } else if (s.way() == 4) {
        s.either(c).finalizeCommunicator();
      }
      use(s, c, true);
    }
  }

  private static void afterClose(Scene s, boolean wrong) {
    Communicator c = child(s);
    use(s, c, false);
    s.settle();
    if (s.way() % 2 == 0) {
      c.close();
    } else {
      c.abort();
    }
    if (bad(s, wrong)) {
      if (s.way() == 3) {
        s.either(c).splitNoColor();
      }
      use(s, c, true);
    }
  }

  private static void suspended(Scene s, boolean wrong) {
    Communicator c = child(s);
    use(s, c, false);
    s.settle();
    c.suspend();
    if (!wrong) {
      c.resume();
      use(s, c, false);
    } else if (s.isOdd()) {
      use(s, c, true);
    } else {
      c.resume();
    }
    s.settle();
  }

  private static void rawFinalized(Scene s, boolean wrong) {
    Raw raw = new Raw(s);
    if (!wrong) {
      raw.use(s);
      s.settle();
    }
    raw.ok(raw.abi().commFinalize(raw.comm()));
    if (bad(s, wrong)) {
      raw.use(s);
    }
  }

  private static void rawDestroyed(Scene s, boolean wrong) {
    Raw raw = new Raw(s);
    if (!wrong) {
      raw.use(s);
      s.settle();
    }
    raw.ok(raw.gone().commDestroy(raw.comm()));
    if (bad(s, wrong)) {
      if (s.way() == 7) {
        raw.ok(s.guilty(raw.abi()).commDestroy(raw.comm()));
      }
      raw.use(s);
    }
  }

  private static void rawSuspended(Scene s, boolean wrong) {
    Raw raw = new Raw(s);
    raw.ok(raw.abi().commSuspend(raw.comm(), MEMORY));
    if (!wrong) {
      raw.ok(raw.abi().commResume(raw.comm()));
    }
    if (!wrong || s.isOdd()) {
      raw.use(s);
    }
    if (wrong && !s.isOdd()) {
      raw.ok(raw.abi().commResume(raw.comm()));
    }
    s.settle();
  }

  private static void inFlight(Scene s, boolean wrong) {
    Raw raw = new Raw(s);
    DeviceBuffer in = s.floats(N * s.size());
    DeviceBuffer out = s.floats(N * s.size());
    if (!s.isOdd()) {
      s.meet();
    }
    raw.call(s, Form.MEETING.get(s.way()), in.address(), out.address(), s.stream().handle());
    if (bad(s, wrong)) {
      raw.ok(s.guilty(raw.gone()).commDestroy(raw.comm()));
      s.disown(in);
      in.close();
    }
    if (s.isOdd()) {
      s.meet();
    }
    s.settle();
  }

  /** The odd rank does not call, the others close behind their call. */
  private static void pending(Scene s, boolean wrong) {
    Communicator c = child(s);
    if (bad(s, wrong)) {
      s.absent(Role.GUILTY);
      return;
    }
    Ask ask = s.ask(Form.MEETING.get(s.way())).ready();
    if (s.has(Axis.GROUP)) {
      c.group(ask::side);
    } else {
      ask.side(c);
    }
    if (s.way() == 1) {
      c.finalizeCommunicator();
    }
    c.close();
    s.settle();
  }

  private static void graphAlive(Scene s, boolean wrong) {
    Communicator c = child(s);
    Ask ask = s.ask(Form.MEETING.get(s.way() % 3)).ready();
    s.stream().beginCapture();
    if (s.has(Axis.GROUP)) {
      c.group(g -> ask.make(g, s.isOdd() ? Role.GUILTY : Role.WAITS, s.isOdd()));
    } else {
      ask.make(c, s.isOdd() ? Role.GUILTY : Role.WAITS, s.isOdd());
    }
    Graph graph = s.own(s.stream().endCapture());
    graph.launch(s.stream());
    s.settle();
    if (!wrong || !s.isOdd()) {
      graph.close();
    }
    boolean odd = s.isOdd();
    if (s.way() % 3 == 0) {
      (odd ? s.guilty(c) : c).close();
    } else if (s.way() % 3 == 1) {
      (odd ? s.guilty(c) : c).abort();
    } else {
      (odd ? s.guilty(c) : c).finalizeCommunicator();
    }
  }

  // ---------------------------------------------------------------- groups

  private static void groupDestroy(Scene s, boolean wrong) {
    Raw raw = new Raw(s);
    DeviceBuffer data = s.floats(N);
    long at = data.address();
    long c = raw.comm();
    long stream = s.stream().handle();
    raw.ok(raw.abi().groupStart());
    if (bad(s, wrong) && s.way() == 1) {
      raw.ok(s.guilty(raw.gone()).commDestroy(raw.comm()));
    }
    NcclAbi abi = raw.abi();
    raw.ok((s.isOdd() ? s.guilty(abi) : abi).allReduce(at, at, N, Raw.FLOAT, 0, c, stream));
    if (bad(s, wrong) && s.way() == 0) {
      raw.ok(s.guilty(raw.gone()).commDestroy(raw.comm()));
    }
    raw.ok(raw.abi().groupEnd());
    s.settle();
  }

  private static void groupInit(Scene s, boolean wrong) {
    Raw raw = new Raw(s);
    MemorySegment id = raw.sharedId(s);
    MemorySegment out = raw.memory(8);
    DeviceBuffer data = s.floats(N);
    long at = data.address();
    long stream = s.stream().handle();
    raw.ok(raw.abi().groupStart());
    if (s.way() == 0 || !wrong) {
      raw.ok(raw.abi().commInitRank(out, s.size(), id, s.me()));
    }
    if (!wrong) {
      raw.ok(raw.abi().groupEnd());
      raw.ok(raw.abi().groupStart());
    }
    raw.ok(s.side(raw.abi()).allReduce(at, at, N, Raw.FLOAT, 0, raw.comm(), stream));
    if (s.way() == 1 && wrong) {
      raw.ok(s.side(raw.abi()).commInitRank(out, s.size(), id, s.me()));
    }
    raw.ok(raw.abi().groupEnd());
    s.settle();
    if (!wrong) {
      raw.ok(raw.abi().commDestroy(out.get(JAVA_LONG, 0)));
    }
  }

  private static CommunicatorConfig nonblocking() {
    return CommunicatorConfig.builder().set(ConfigField.BLOCKING, 0).build();
  }

  private static void modes(Scene s, boolean wrong) {
    Communicator other = s.own(s.comm().split(0, s.me(), nonblocking()));
    other.awaitReady(SOON);
    Ask one = s.ask(Form.MEETING.get(s.way())).ready();
    Ask two = s.ask().ready();
    var backend = s.rank().backend();
    if (!wrong) {
      backend.group(g -> one.make(g.on(s.comm())));
      backend.group(g -> two.make(g.on(other)));
      other.awaitReady(SOON);
    } else {
      s.side(backend).group(g -> both(one, g.on(s.comm()), two, g.on(other)));
    }
    s.settle();
  }

  private static void both(Ask one, Collectives c, Ask two, Collectives other) {
    one.make(c, Role.SIDE, false);
    two.make(other, Role.SIDE, true);
  }

  // ---------------------------------------------------------------- creation

  private static UniqueId id(Scene s) {
    byte[] bytes = s.rank().processGroup().broadcast(s.rank().backend().newUniqueId().toBytes(), 0);
    return UniqueId.of(bytes);
  }

  private static void join(Scene s, Role role, UniqueId id, int rank, int size, Device device) {
    CommunicatorConfig config = CommunicatorConfig.defaults();
    s.own(s.marked(role, s.rank().backend()).newCommunicator(id, rank, size, device, config));
  }

  private static void claimed(Scene s, boolean wrong) {
    UniqueId id = id(s);
    boolean place = s.way() == 0;
    int rank = bad(s, wrong) && place ? s.peer() : s.me();
    int size = bad(s, wrong) && !place ? s.size() + 1 : s.size();
    Role claims = place ? Role.SHOWN : Role.GUILTY;
    Role other = !place ? Role.SIDE : s.isPeer() ? Role.GUILTY : Role.WAITS;
    join(s, s.isOdd() ? claims : other, id, rank, size, s.device());
  }

  private static void idAgain(Scene s, boolean wrong) throws Exception {
    UniqueId id = id(s);
    UniqueId other = id(s);
    join(s, Role.WAITS, id, s.me(), s.size(), s.device());
    if (s.way() == 1) {
      s.closeLast();
    }
    join(s, Role.SIDE, wrong ? id : other, s.me(), s.size(), s.device());
  }

  private static void oneGpu(Scene s, boolean wrong) {
    UniqueId id = id(s);
    Device device = wrong && s.isOdd() ? s.rank().backend().devices().get(s.peer()) : s.device();
    Role role = s.isOdd() || s.isPeer() ? Role.EITHER : Role.WAITS;
    join(s, role, id, s.me(), s.size(), device);
  }

  private static void splitAlone(Scene s, boolean wrong) {
    if (bad(s, wrong)) {
      s.absent(Role.GUILTY);
      return;
    }
    if (s.way() == 2) {
      Set<Integer> last = Set.of(s.size() - 1 == s.odd() ? s.peer() : s.size() - 1);
      if (s.size() > 2) {
        if (!last.contains(s.me())) {
          s.own(s.side(s.comm()).shrink(last));
        }
        return;
      }
    }
    if (s.way() == 1 && s.isPeer()) {
      s.side(s.comm()).splitNoColor();
    } else {
      s.own(s.side(s.comm()).split(0, s.me()));
    }
  }

  /** The odd rank splits while its call waits for its peers, which come later. */
  private static void outstanding(Scene s, boolean wrong) {
    Ask ask = s.ask(Form.MEETING.get(s.way())).ready();
    if (!wrong) {
      s.issue(ask::make);
      s.settle();
    } else if (s.isOdd()) {
      s.issue(ask::guilty);
    } else {
      s.absent(Role.WAITS);
    }
    s.own((s.isOdd() ? s.guilty(s.comm()) : s.comm()).split(0, s.me()));
  }

  private static void shrinkLists(Scene s, boolean wrong) {
    int left = s.odd() == s.size() - 1 ? s.size() - 2 : s.size() - 1;
    int other = 0;
    while (other == s.odd() || other == left) {
      other++;
    }
    if (s.me() == left) {
      s.absent(Role.WAITS);
      return;
    }
    Set<Integer> list = Set.of(bad(s, wrong) ? other : left);
    ShrinkMode mode = s.way() == 0 ? ShrinkMode.DEFAULT : ShrinkMode.ABORT;
    if (s.isOdd()) {
      s.own(s.guilty(s.comm()).shrink(list, mode));
    } else {
      s.own(s.side(s.comm()).shrink(list, mode));
    }
  }

  /** The odd rank calls before the creation is done: its peers come later. */
  private static void progress(Scene s, boolean wrong) {
    UniqueId id = id(s);
    if (!s.isOdd()) {
      s.meet();
    }
    Communicator c =
        s.rank().backend().newCommunicator(id, s.me(), s.size(), s.device(), nonblocking());
    s.own(c);
    if (wrong) {
      s.own(c::abort); // to close it while its creation goes on takes its time
    }
    Ask ask = s.ask(Form.MEETING.get(s.way())).ready();
    if (bad(s, wrong)) {
      ask.guilty(c);
    }
    if (s.isOdd()) {
      s.meet();
    }
    c.awaitReady(SOON);
    ask.make(c);
    c.awaitReady(SOON);
    s.settle();
  }
}
