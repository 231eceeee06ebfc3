package com.example.training;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Stream;
import org.jccl.Work;

/**
 * A pipeline of stages, one a rank, in the order that is called 1F1B: a stage first runs forwards
 * as many batches as there are stages behind it, then one forwards and one backwards in turn, and at
 * last the backwards that are left.
 *
 * <p>Stage s multiplies by s + 2. A batch is one number. What comes back to a stage is the derivative
 * of the whole pipeline after it. All of it is enqueued on one stream: the host waits at the end.
 */
public final class Pipeline implements AutoCloseable {
  private static final double FORWARD_MICROS = 100;
  private static final double BACKWARD_MICROS = 200;

  private final Communicator comm;
  private final Stream stream;
  private final int stage;
  private final int last;
  private final DeviceBuffer incoming;
  private final DeviceBuffer outgoing;
  private final DeviceBuffer total;

  /** The stage of this rank. */
  public Pipeline(Communicator comm) {
    this.comm = comm;
    this.stream = comm.defaultStream();
    this.stage = comm.rank();
    this.last = comm.worldSize() - 1;
    this.incoming = comm.device().allocate(DataType.FLOAT32, 1);
    this.outgoing = comm.device().allocate(DataType.FLOAT32, 1);
    this.total = comm.device().allocate(DataType.FLOAT32, 1);
  }

  /**
   * Runs batches through all stages and back; returns the sum of the results on the last stage, of
   * the gradients on the others.
   */
  public float run(float[] batches) {
    total.copyFrom(0f);
    int warmUp = Math.min(last - stage, batches.length);
    for (int i = 0; i < warmUp; i++) {
      receive(batches[i], stage - 1);
      forward();
      send(stage + 1);
    }
    if (warmUp < batches.length) {
      receive(batches[warmUp], stage - 1);
    }
    for (int i = warmUp; i < batches.length; i++) {
      forward();
      if (stage == last) {
        add(outgoing);
      }
      // A stage and the next one send to each other here: both at once, or each waits for the other.
      exchange(1, stage + 1);
      backward();
      if (i + 1 < batches.length) {
        exchange(batches[i + 1], stage - 1);
      } else {
        send(stage - 1);
      }
    }
    for (int i = 0; i < warmUp; i++) {
      receive(1, stage + 1);
      backward();
      send(stage - 1);
    }
    float[] sum = new float[1];
    stream.run(Work.named("read").reads(total), memory -> memory.floats(total).get(sum));
    stream.synchronize();
    return sum[0];
  }

  private void forward() {
    multiply(Work.named("forward").takes(FORWARD_MICROS));
  }

  private void backward() {
    if (stage != last) {
      add(incoming);
    }
    multiply(Work.named("backward").takes(BACKWARD_MICROS));
  }

  private void multiply(Work work) {
    stream.run(
        work.reads(incoming).writes(outgoing),
        memory -> memory.floats(outgoing).put(memory.floats(incoming).get(0) * (stage + 2)));
  }

  private void add(DeviceBuffer value) {
    stream.run(
        Work.named("add").reads(value).writes(total),
        memory ->
            memory.floats(total).put(0, memory.floats(total).get(0) + memory.floats(value).get(0)));
  }

  private boolean isStage(int number) {
    return number >= 0 && number <= last;
  }

  /** What a stage sends; {@code outside} if there is no such stage. */
  private void receive(float outside, int from) {
    if (isStage(from)) {
      comm.recv(incoming, from);
    } else {
      load(outside);
    }
  }

  private void load(float value) {
    stream.run(
        Work.named("load").writes(incoming), memory -> memory.floats(incoming).put(0, value));
  }

  private void send(int to) {
    if (isStage(to)) {
      comm.send(outgoing, to);
    }
  }

  private void exchange(float outside, int other) {
    if (isStage(other)) {
      comm.sendRecv(outgoing, other, incoming, other);
    } else {
      load(outside);
    }
  }

  @Override
  public void close() {
    total.close();
    incoming.close();
    outgoing.close();
  }
}
