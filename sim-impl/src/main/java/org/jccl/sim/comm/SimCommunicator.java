package org.jccl.sim.comm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jccl.CommunicatorConfig;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.PreMulSum;
import org.jccl.ResultCode;
import org.jccl.Stream;
import org.jccl.ops.Operation;
import org.jccl.sim.device.SimDevice;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.kernel.HostTask;
import org.jccl.sim.kernel.Kernel;
import org.jccl.spi.CommunicatorBase;
import org.jccl.spi.GroupRecording;

/** The typed face of an {@link Endpoint}. */
public final class SimCommunicator extends CommunicatorBase {
  private final Endpoint endpoint;
  private final SimDevice device;
  private final SimStream defaultStream;
  private final Kernel kernel;
  private final Consumer<SimCommunicator> whenClosed;

  /** The communicator of one rank; owns a stream of its own, tells {@code whenClosed} its end. */
  public SimCommunicator(
      Endpoint endpoint,
      CommunicatorConfig config,
      GroupRecording.Issuer issuer,
      Consumer<SimCommunicator> whenClosed) {
    super(endpoint.rank(), endpoint.worldSize(), endpoint.device(), config, issuer);
    this.endpoint = endpoint;
    this.whenClosed = whenClosed;
    this.device = endpoint.device();
    this.kernel = device.world().kernel();
    this.defaultStream = device.newStream();
  }

  /** Issues a recorded group, communicator by communicator in the order of their first calls. */
  public static void issue(GroupRecording calls) {
    SimCommunicator first = (SimCommunicator) calls.communicator(0);
    HostTask task = first.kernel.enter();
    try {
      Map<Endpoint, List<Request>> work = new LinkedHashMap<>();
      for (int i = 0; i < calls.size(); i++) {
        SimCommunicator own = (SimCommunicator) calls.communicator(i);
        own.requireUsable();
        work.computeIfAbsent(own.endpoint, each -> new ArrayList<>()).add(own.request(calls, i));
      }
      List<Issuing.Work> list = new ArrayList<>(work.size());
      work.forEach(
          (endpoint, requests) -> list.add(new Issuing.Work(endpoint, requests, List.of())));
      int code = Issuing.group(task, list);
      if (code != 0) {
        throw first.failure(code, "group of " + calls.size() + " calls");
      }
    } finally {
      first.kernel.exit(task);
    }
  }

  private Request request(GroupRecording calls, int i) {
    int code =
        endpoint.validate(
            calls.operation(i),
            calls.count(i),
            calls.type(i),
            calls.reduction(i),
            calls.rootOrPeer(i));
    if (code != 0) {
      throw failure(code, calls.operation(i).label() + " in a group");
    }
    return endpoint.request(
        calls.operation(i),
        calls.send(i),
        calls.recv(i),
        calls.count(i),
        calls.type(i),
        calls.reduction(i),
        calls.rootOrPeer(i),
        device.own(calls.stream(i)));
  }

  @Override
  protected int enqueue(
      Operation operation,
      long send,
      long recv,
      long count,
      int type,
      int reduction,
      int rootOrPeer,
      Stream stream) {
    HostTask task = kernel.enter();
    try {
      int code = endpoint.validate(operation, count, type, reduction, rootOrPeer);
      if (code != 0) {
        return code;
      }
      SimStream own = device.own(stream);
      return Issuing.call(
          task,
          endpoint,
          endpoint.request(operation, send, recv, count, type, reduction, rootOrPeer, own));
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  protected String lastError() {
    return "";
  }

  @Override
  protected void requireUsable() {
    RuntimeException refusal = endpoint.refusal();
    if (refusal != null) {
      throw refusal;
    }
  }

  @Override
  public SimStream defaultStream() {
    return defaultStream;
  }

  @Override
  public String name() {
    return endpoint.name();
  }

  @Override
  public State state() {
    if (endpoint.isClosed()) {
      return State.CLOSED;
    }
    RuntimeException refusal = endpoint.refusal();
    return refusal == null ? State.READY : endpoint.isAborted() ? State.ABORTED : State.FAILED;
  }

  @Override
  public ResultCode asyncError() {
    HostTask task = kernel.enter();
    try {
      kernel.letOthersRun(task); // a loop that polls comes to an end
      return state() == State.READY ? ResultCode.SUCCESS : ResultCode.REMOTE_ERROR;
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public PreMulSum preMulSum(DataType type, double scalar) {
    requireUsable();
    int code = endpoint.createScale(type, type.encode(scalar));
    return new PreMulSum(this, type, code, endpoint::destroyScale);
  }

  @Override
  public PreMulSum preMulSum(DeviceBuffer scalar) {
    requireUsable();
    if (scalar.count() != 1 || !Objects.equals(scalar.device(), device)) {
      throw new IllegalArgumentException(
          name() + ", rank " + rank() + ": a scalar is one element on its device, got " + scalar);
    }
    int code =
        endpoint.createScale(
            scalar.type(),
            device.memory().range(scalar.address(), scalar.bytes(), "scalar of a PreMulSum"));
    return new PreMulSum(this, scalar.type(), code, endpoint::destroyScale);
  }

  @Override
  public void abort() {
    HostTask task = kernel.enter();
    try {
      endpoint.abort("abort() was called");
    } finally {
      kernel.exit(task);
    }
  }

  @Override
  public void close() {
    HostTask task = kernel.enter();
    try {
      if (!endpoint.isClosed()) {
        endpoint.close(task);
        whenClosed.accept(this);
        releaseToken();
        defaultStream.close();
      }
    } finally {
      kernel.exit(task);
    }
  }
}
