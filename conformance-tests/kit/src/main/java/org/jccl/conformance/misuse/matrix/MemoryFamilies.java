package org.jccl.conformance.misuse.matrix;

import static org.jccl.MisuseKind.BUFFER_DEVICE;
import static org.jccl.MisuseKind.BUFFER_FREED;
import static org.jccl.MisuseKind.BUFFER_INVALID;
import static org.jccl.MisuseKind.BUFFER_OVERLAP;
import static org.jccl.MisuseKind.BUFFER_RANGE;
import static org.jccl.MisuseKind.BUFFER_REUSE;
import static org.jccl.MisuseKind.STREAM_INVALID;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import org.jccl.DataType;
import org.jccl.Device;
import org.jccl.DeviceBuffer;
import org.jccl.Event;
import org.jccl.MisuseKind;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.conformance.misuse.matrix.Axes.Axis;

/** SIM-23 to SIM-31: memory and streams. All ranks call alike; the odd one's memory is wrong. */
final class MemoryFamilies {
  private static final int N = Scene.COUNT;

  private MemoryFamilies() {}

  static List<Family> all() {
    return List.of(
        Family.of("SIM-23", "overlap", Family.REFUSAL, 8, MemoryFamilies::overlap),
        raw("SIM-23", "overlap, raw", BUFFER_OVERLAP, 8, MemoryFamilies::rawOverlap),
        Family.of("SIM-24", "all-to-all in place", Family.REFUSAL, 3, MemoryFamilies::inPlace)
            .or(BUFFER_OVERLAP),
        raw("SIM-24", "all-to-all in place, raw", BUFFER_OVERLAP, 2, MemoryFamilies::rawInPlace),
        Family.of("SIM-25", "too short", BUFFER_RANGE, 8, MemoryFamilies::tooShort),
        Family.of("SIM-26", "no device memory", BUFFER_INVALID, 6, MemoryFamilies::invalid)
            .or(BUFFER_RANGE),
        Family.of("SIM-27", "another device's memory", Family.REFUSAL, 8, MemoryFamilies::device),
        raw("SIM-27", "another device's memory, raw", BUFFER_DEVICE, 8, MemoryFamilies::rawDevice),
        Family.of("SIM-28", "used in flight", BUFFER_REUSE, 7, MemoryFamilies::reuse),
        Family.of("SIM-29", "freed in flight", BUFFER_FREED, 4, MemoryFamilies::freed)
            .without(Axis.GRAPH),
        Family.of("SIM-30", "size overflows", ResultCode.INVALID_ARGUMENT, 3, MemoryFamilies::huge)
            .without(Axis.GROUP, Axis.GRAPH, Axis.STREAM, Axis.SPLIT, Axis.SHRUNK),
        Family.of("SIM-31", "stream", Family.REFUSAL, 2, MemoryFamilies::stream)
            .without(Axis.GRAPH),
        raw("SIM-31", "stream, raw", STREAM_INVALID, 8, MemoryFamilies::rawStream));
  }

  /** On the C functions, which do not know what a buffer is. */
  static Family raw(String rule, String name, MisuseKind kind, int ways, Family.Program program) {
    return Family.of(rule, name, kind, ways, program)
        .without(Axis.GROUP, Axis.GRAPH, Axis.SPLIT, Axis.SHRUNK);
  }

  /** Makes the call of a form with the buffers of the odd rank replaced; that rank is the root. */
  private static void with(Scene s, boolean wrong, Form form, DeviceBuffer in, DeviceBuffer out) {
    Ask ask = s.ask(form).root(s.odd());
    Ask ready = (wrong && s.isOdd() ? ask.buffers(in, out) : ask).ready();
    s.issue(c -> ready.make(c, s.guiltyIfOdd(), s.isOdd()));
    s.settle();
  }

  private static int sent(Scene s, Form form) {
    return (int) form.operation().sendElements(N, s.size());
  }

  private static int received(Scene s, Form form) {
    return (int) form.operation().receiveElements(N, s.size());
  }

  private static void overlap(Scene s, boolean wrong) {
    Form form = Form.ALL.get(s.way());
    DeviceBuffer both = s.floats(2 * N * s.size());
    with(s, wrong, form, both.slice(0, sent(s, form)), both.slice(N / 2 + 1, received(s, form)));
  }

  private static void rawOverlap(Scene s, boolean wrong) {
    Form form = Form.ALL.get(s.way());
    DeviceBuffer both = s.floats(3 * N * s.size());
    long shift = wrong && s.isOdd() ? N / 2 + 1 : N * s.size();
    new Raw(s).call(s, form, both.address(), both.address() + 4 * shift, s.stream().handle());
    s.settle();
  }

  private static void rawInPlace(Scene s, boolean wrong) {
    DeviceBuffer both = s.floats(3 * N * s.size());
    long shift = !wrong || !s.isOdd() ? N * s.size() : s.way() * N;
    long at = both.address();
    new Raw(s).call(s, Form.ALL_TO_ALL, at, at + 4 * shift, s.stream().handle());
    s.settle();
  }

  private static void inPlace(Scene s, boolean wrong) {
    int n = N * s.size();
    DeviceBuffer both = s.floats(2 * n);
    DeviceBuffer in = both.slice(0, n);
    boolean right = !wrong || !s.isOdd();
    DeviceBuffer out = right ? both.slice(n, n) : s.way() == 1 ? both.slice(N, n) : in;
    long[] counts = new long[s.size()];
    Arrays.fill(counts, N);
    s.issue(
        c -> {
          if (s.way() == 2) {
            (s.isOdd() ? s.guilty(c) : c).allToAllV(in, counts, out, counts, s.stream());
          } else {
            (s.isOdd() ? s.guilty(c) : c).allToAll(in, out, s.stream());
          }
        });
    s.settle();
  }

  private static void tooShort(Scene s, boolean wrong) {
    Form form = Form.ALL.get(s.way());
    int sent = sent(s, form);
    int received = received(s, form);
    boolean shortIn = s.way() % 2 == 0;
    DeviceBuffer in = s.floats(shortIn ? sent - 1 : sent);
    DeviceBuffer out = s.floats(shortIn ? received : received - 1);
    with(s, wrong, form, claimed(s, in, sent), claimed(s, out, received));
  }

  /** Memory of which the program believes that it has so many elements. */
  private static DeviceBuffer claimed(Scene s, DeviceBuffer memory, int count) {
    return DeviceBuffer.wrap(s.device(), DataType.FLOAT32, memory.address(), count);
  }

  private static void invalid(Scene s, boolean wrong) {
    DeviceBuffer good = s.floats(N);
    DeviceBuffer gone = s.device().allocate(DataType.FLOAT32, N);
    MemorySegment host = s.host(4 * N);
    long address =
        switch (s.way() % 3) {
          case 0 -> 64;
          case 1 -> host.address();
          default -> gone.address();
        };
    gone.close();
    DeviceBuffer bad = DeviceBuffer.wrap(s.device(), DataType.FLOAT32, address, N);
    boolean in = s.way() < 3;
    with(s, wrong, Form.ALL_REDUCE, in ? bad : good, in ? good : bad);
    Reference.reachabilityFence(host);
  }

  private static void device(Scene s, boolean wrong) {
    Device other = other(s);
    Form form = Form.ALL.get(s.way());
    boolean in = s.way() % 2 == 0;
    with(
        s,
        wrong,
        form,
        s.filled(in ? other : s.device(), DataType.FLOAT32, sent(s, form)),
        s.filled(in ? s.device() : other, DataType.FLOAT32, received(s, form)));
  }

  private static Device other(Scene s) {
    List<Device> devices = s.rank().backend().devices();
    return devices.get((s.device().index() + 1) % devices.size());
  }

  private static void rawDevice(Scene s, boolean wrong) {
    Form form = Form.ALL.get(s.way());
    boolean in = s.way() % 2 == 0;
    Device from = wrong && s.isOdd() ? other(s) : s.device();
    DeviceBuffer foreign = s.filled(from, DataType.FLOAT32, N * s.size());
    DeviceBuffer own = s.floats(N * s.size());
    long send = (in ? foreign : own).address();
    new Raw(s).call(s, form, send, (in ? own : foreign).address(), s.stream().handle());
    s.settle();
  }

  private static void rawStream(Scene s, boolean wrong) {
    DeviceBuffer in = s.floats(N * s.size());
    DeviceBuffer out = s.floats(N * s.size());
    Stream closed = s.device().newStream();
    long gone = closed.handle();
    closed.close();
    long bad = s.way() % 2 == 0 ? gone : other(s).defaultStream().handle();
    long stream = wrong && s.isOdd() ? bad : s.stream().handle();
    new Raw(s).call(s, Form.ALL.get(s.way()), in.address(), out.address(), stream);
    s.settle();
  }

  // ---------------------------------------------------------------- races

  /** What touches memory on another stream. */
  private static void touch(Scene s, int how, DeviceBuffer memory, Stream on) {
    MemorySegment host = s.host(memory.bytes());
    DeviceBuffer other = s.floats(N);
    switch (how) {
      case 0 -> s.guilty(memory).fill((byte) 1, on);
      case 1 -> s.guilty(memory).copyFrom(host, on);
      case 2 -> s.guilty(memory).copyFrom(other, on);
      case 3 -> s.guilty(memory).copyTo(host, on);
      default -> s.guilty(other).copyFrom(memory, on);
    }
  }

  /** The odd rank's operation is in flight while another stream uses its buffer. */
  private static void reuse(Scene s, boolean wrong) {
    DeviceBuffer in = s.floats(N);
    DeviceBuffer out = s.floats(N);
    Stream t = s.newStream();
    Event done = s.newEvent();
    Ask ask = s.ask().buffers(in, out);
    if (s.isOdd() && s.way() == 5) {
      done.record(s.stream()); // before the operation
    }
    s.issue(c -> ask.make(c, s.guiltyIfOdd(), s.isOdd()));
    if (s.isOdd()) {
      if (!wrong || s.way() == 6) {
        done.record(wrong ? s.newStream() : s.stream());
      }
      if (!wrong || s.way() >= 5) {
        t.waitFor(done);
      }
      touch(s, s.way() % 5, s.way() < 3 ? in : out, t);
    }
    t.synchronize();
    s.settle();
  }

  private static void freed(Scene s, boolean wrong) {
    DeviceBuffer in = s.floats(N);
    DeviceBuffer out = s.floats(N);
    Ask ask = s.ask().buffers(in, out);
    Event done = s.newEvent();
    s.issue(c -> ask.make(c, s.guiltyIfOdd(), s.isOdd()));
    done.record(s.stream());
    if (!wrong && s.way() < 2) {
      s.settle();
    } else if (!wrong) {
      done.synchronize();
    } else if (s.way() >= 2) {
      s.newStream().synchronize(); // the wrong one
    }
    if (s.isOdd()) {
      DeviceBuffer memory = s.way() % 2 == 0 ? in : out;
      s.disown(memory);
      s.guilty(memory).close();
    }
    s.settle();
  }

  /** On the raw surface: the typed one's buffers know their sizes. */
  private static void huge(Scene s, boolean wrong) {
    DeviceBuffer data = s.filled(DataType.FLOAT64, N);
    Raw raw = new Raw(s);
    long count = !wrong ? N : s.way() == 0 ? 1L << 61 : s.way() == 1 ? -1 : 1L << 62;
    int type = DataType.FLOAT64.code();
    long at = data.address();
    if (!wrong || s.isOdd()) {
      long stream = s.stream().handle();
      int code = raw.abi().allReduce(at, at, count, type, 0, raw.comm(), stream);
      s.guilty(raw).ok(code);
    }
    s.settle();
  }

  private static void stream(Scene s, boolean wrong) {
    Ask ask = s.ask().ready();
    Stream closed = s.device().newStream();
    closed.close();
    if (wrong && s.isOdd()) {
      ask.stream(s.way() == 0 ? closed : other(s).defaultStream());
    }
    s.issue(c -> ask.make(c, s.guiltyIfOdd(), s.isOdd()));
    s.settle();
  }
}
