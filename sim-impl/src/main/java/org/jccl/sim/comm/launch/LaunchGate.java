package org.jccl.sim.comm.launch;

import java.util.List;
import org.jccl.sim.comm.match.LaunchedCall;
import org.jccl.sim.device.SimStream;
import org.jccl.sim.device.StreamOp;
import org.jccl.sim.kernel.Wait;
import org.jspecify.annotations.Nullable;

/** A launch's place in one stream: it opens when all before it in the stream is done. */
final class LaunchGate extends StreamOp {
  private final Launch launch;

  /** Whether any of its calls has a buffer. */
  private boolean moves;

  LaunchGate(Launch launch, SimStream stream, @Nullable String site) {
    super(stream);
    this.launch = launch;
    madeAt(site);
    issuedWith(launch.member().known());
    issuedAt(launch.member().caller().time());
  }

  Launch launch() {
    return launch;
  }

  void moves(boolean value) {
    moves |= value;
  }

  void reads(long address, long bytes) {
    uses(address, bytes, false);
  }

  @Override
  public void memoryIsFreed() {
    launch.queue().owner().freesMemoryOf(launch);
  }

  @Override
  public List<StreamOp> waitsFor() {
    List<StreamOp> all = super.waitsFor();
    for (LaunchGate other : launch.gates()) {
      if (other != this) {
        all.addAll(other.ahead());
      }
    }
    Launch before = launch.behind();
    if (before != null) {
      all.addAll(before.gates());
    }
    return all;
  }

  private List<StreamOp> ahead() {
    return super.waitsFor();
  }

  @Override
  protected boolean usesMemory() {
    return moves || super.usesMemory();
  }

  @Override
  protected void declareAccesses() {
    for (LaunchedCall part : launch.parts()) {
      if (part.request().stream() != stream()) {
        continue;
      }
      if (part.send() != null) {
        uses(part.request().send(), part.send().byteSize(), false);
      }
      if (part.recv() != null) {
        uses(part.request().recv(), part.recv().byteSize(), true);
      }
    }
  }

  @Override
  protected void reached() {
    launch.open();
  }

  @Override
  protected void perform() {
    throw new IllegalStateException("a launch ends when its parts do");
  }

  @Override
  protected long duration() {
    return 0;
  }

  @Override
  protected String label() {
    return launch.describe();
  }

  @Override
  public String describe() {
    return launch.describe();
  }

  @Override
  public Wait root() {
    return launch.root();
  }

  @Override
  public boolean passesEvent() {
    return launch.passesEvent();
  }
}
