package com.example.training;

import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;

/**
 * A pipeline of stages, one a rank, in the order that is called 1F1B: a stage first runs forwards
 * as many batches as there are stages behind it, then one forwards and one backwards in turn, and at
 * last the backwards that are left.
 *
 * <p>Stage s multiplies by s + 2. A batch is one number. What comes back to a stage is the derivative
 * of the whole pipeline after it.
 */
public final class Pipeline implements AutoCloseable {
  private final Communicator comm;
  private final int stage;
  private final int last;
  private final DeviceBuffer incoming;
  private final DeviceBuffer outgoing;

  /** The stage of this rank. */
  public Pipeline(Communicator comm) {
    this.comm = comm;
    this.stage = comm.rank();
    this.last = comm.worldSize() - 1;
    this.incoming = comm.device().allocate(DataType.FLOAT32, 1);
    this.outgoing = comm.device().allocate(DataType.FLOAT32, 1);
  }

  /**
   * Runs batches through all stages and back; returns the sum of the results on the last stage, of
   * the gradients on the others.
   */
  public float run(float[] batches) {
    int warmUp = Math.min(last - stage, batches.length);
    float total = 0;
    for (int i = 0; i < warmUp; i++) {
      send(forward(receive(batches[i], stage - 1)), stage + 1);
    }
    float value = warmUp < batches.length ? receive(batches[warmUp], stage - 1) : 0;
    for (int i = warmUp; i < batches.length; i++) {
      // A stage and the next one send to each other here: both at once, or each waits for the other.
      float result = forward(value);
      float gradient = exchange(result, 1, stage + 1);
      total += stage == last ? result : gradient;
      if (i + 1 < batches.length) {
        value = exchange(backward(gradient), batches[i + 1], stage - 1);
      } else {
        send(backward(gradient), stage - 1);
      }
    }
    for (int i = 0; i < warmUp; i++) {
      float gradient = receive(1, stage + 1);
      total += gradient;
      send(backward(gradient), stage - 1);
    }
    return total;
  }

  private float forward(float value) {
    return value * (stage + 2);
  }

  private float backward(float gradient) {
    return gradient * (stage + 2);
  }

  private boolean isStage(int number) {
    return number >= 0 && number <= last;
  }

  /** What a stage sends; {@code outside} if there is no such stage. */
  private float receive(float outside, int from) {
    if (!isStage(from)) {
      return outside;
    }
    comm.recv(incoming, from);
    return received();
  }

  private void send(float value, int to) {
    if (isStage(to)) {
      outgoing.copyFrom(value);
      comm.send(outgoing, to);
      comm.defaultStream().synchronize();
    }
  }

  private float exchange(float value, float outside, int other) {
    if (!isStage(other)) {
      return outside;
    }
    outgoing.copyFrom(value);
    comm.sendRecv(outgoing, other, incoming, other);
    return received();
  }

  private float received() {
    comm.defaultStream().synchronize();
    float[] value = new float[1];
    incoming.copyTo(value);
    return value[0];
  }

  @Override
  public void close() {
    incoming.close();
    outgoing.close();
  }
}
