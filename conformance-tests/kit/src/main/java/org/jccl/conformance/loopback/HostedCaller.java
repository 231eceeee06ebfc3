package org.jccl.conformance.loopback;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

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
    private final BlockingQueue<Wire.Call> given =
        new LinkedBlockingQueue<>();
    private final Thread thread =
        Thread.ofPlatform().daemon().name("loopback-calls").unstarted(this::run);

    CallThread(Hosted hosted, long process) {
      this.hosted = hosted;
      this.process = process;
    }

    void start() {
      thread.start();
    }

    void give(Wire.Call call) {
      given.add(call);
    }

    void end() {
      thread.interrupt();
    }

    private void run() {
      try {
        while (true) {
          wire.write(answer(given.take()));
        }
      } catch (InterruptedException | IOException gone) {
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
          : new Wire.Answer(
              null, new IllegalStateException(thrown.toString()), answer.memory());
    }

    private static boolean isSendable(Serializable thrown) {
      try (ObjectOutputStream out =
          new ObjectOutputStream(OutputStream.nullOutputStream())) {
        out.writeObject(thrown);
        return true;
      } catch (IOException unsendable) {
        return false;
      }
    }
  }
}
