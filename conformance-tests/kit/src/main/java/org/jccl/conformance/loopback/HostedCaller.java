package org.jccl.conformance.loopback;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A thread of another process, at the host: its calls are made on one thread here, since the
 * current device and open groups belong to threads. When that thread is gone, a call that still
 * waits is interrupted. When its process is gone, all stays as it is, as on GPUs.
 */
final class HostedCaller implements Runnable {
  private static final long DYING_MILLIS = 300;

  private final LoopbackHost host;
  private final Wire wire;
  private volatile @Nullable CallThread left;

  HostedCaller(LoopbackHost host, Wire wire) {
    this.host = host;
    this.wire = wire;
  }

  void end() {
    wire.close();
    CallThread dead = left;
    if (dead != null) {
      dead.end();
    }
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
        if (hasEnded(hello.process())) {
          left = calls;
        } else {
          calls.end();
        }
      }
    } catch (IOException gone) {
      // Its process or its thread has ended.
    } finally {
      wire.close();
      if (left == null) {
        host.ended(this);
      }
    }
  }

  /** Its connections end a little before the process does. */
  private static boolean hasEnded(long process) {
    Optional<ProcessHandle> handle = ProcessHandle.of(process);
    if (handle.isEmpty()) {
      return true;
    }
    try {
      handle.get().onExit().get(DYING_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException alive) {
      return false;
    } catch (InterruptedException | ExecutionException unknown) {
      return false;
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

    void end() {
      thread.interrupt();
      try {
        wake.sink().close();
      } catch (IOException closed) {
        // That is what was wanted.
      }
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
