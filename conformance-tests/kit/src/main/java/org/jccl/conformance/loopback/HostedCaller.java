package org.jccl.conformance.loopback;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A thread of another process, at the host: its calls are made on one thread here, since the
 * current device and open groups belong to threads. When the other one is gone, a call that still
 * waits is interrupted.
 */
final class HostedCaller implements Runnable {
  private final LoopbackHost host;
  private final Wire wire;

  HostedCaller(LoopbackHost host, Wire wire) {
    this.host = host;
    this.wire = wire;
  }

  void end() {
    wire.close();
  }

  @Override
  public void run() {
    try {
      Wire.Hello hello = wire.read(Wire.Hello.class);
      Hosted hosted = host.hosted(hello.place());
      CallThread calls = new CallThread(hosted, hello.process());
      calls.start();
      try {
        while (true) {
          calls.give(wire.read(Wire.Call.class));
        }
      } finally {
        calls.end();
      }
    } catch (IOException gone) {
      // Its process or its thread has ended.
    } finally {
      wire.close();
      host.ended(this);
    }
  }

  /** What makes the calls. */
  private final class CallThread {
    private final Hosted hosted;
    private final long process;
    private final Queue<Wire.Call> given = new ConcurrentLinkedQueue<>();

    /** The thread waits for a byte: parked it would count as one that never calls again. */
    private final Pipe wake = Pipe.open();

    private final Thread thread =
        Thread.ofPlatform().daemon().name("loopback-calls").unstarted(this::run);

    CallThread(Hosted hosted, long process) throws IOException {
      this.hosted = hosted;
      this.process = process;
    }

    void start() {
      thread.start();
    }

    void give(Wire.Call call) throws IOException {
      given.add(call);
      wake.sink().write(ByteBuffer.allocate(1));
    }

    void end() throws IOException {
      thread.interrupt();
      wake.sink().close();
    }

    private void run() {
      try {
        while (wake.source().read(ByteBuffer.allocate(1)) == 1) {
          wire.write(answer(given.remove()));
        }
        wake.source().close();
      } catch (IOException gone) {
        wire.close();
      }
    }

    private Wire.Answer answer(Wire.Call call) {
      Wire.Answer answer;
      try {
        answer = hosted.answer(process, call);
      } catch (RuntimeException failed) {
        answer = new Wire.Answer(null, failed, List.of());
      }
      Throwable thrown = answer.thrown();
      return thrown == null || isSendable(thrown)
          ? answer
          : new Wire.Answer(null, new IllegalStateException(thrown.toString()), answer.memory());
    }

    private static boolean isSendable(Serializable thrown) {
      try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
        out.writeObject(thrown);
        return true;
      } catch (IOException unsendable) {
        return false;
      }
    }
  }
}
