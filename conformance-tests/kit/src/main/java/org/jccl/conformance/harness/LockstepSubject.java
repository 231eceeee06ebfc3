package org.jccl.conformance.harness;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jccl.Backend;
import org.jccl.RankHost;
import org.jccl.spi.NcclAbi;

/** A subject whose ranks are processes, of which this one is one. */
public final class LockstepSubject extends ForwardingSubject {
  private final Lockstep lockstep;

  /** Over a subject that spans processes. */
  public LockstepSubject(Subject subject, Lockstep lockstep) {
    super(subject);
    this.lockstep = lockstep;
  }

  @Override
  protected Subject over(Subject other) {
    return new LockstepSubject(other, lockstep);
  }

  @Override
  public Capabilities capabilities() {
    return super.capabilities().spread(lockstep.size());
  }

  @Override
  public Optional<Lockstep> lockstep() {
    return Optional.of(lockstep);
  }

  /** No: this process has its rank, and is not spread once more. */
  @Override
  public boolean spansProcesses() {
    return false;
  }

  /** None: who reports has all ranks of a program in its own JVM. */
  @Override
  public Optional<Function<Reporting, Instance>> reporting() {
    return Optional.empty();
  }

  @Override
  public Instance open() {
    return new OneRank(super.open());
  }

  /** For the rank of this process; what the others do cannot be inspected from here. */
  private final class OneRank implements Instance {
    private final Instance instance;

    OneRank(Instance instance) {
      this.instance = instance;
    }

    @Override
    public Optional<Lockstep> lockstep() {
      return Optional.of(lockstep);
    }

    @Override
    public Backend backend() {
      return instance.backend();
    }

    @Override
    public RankHost rankHost() {
      return instance.rankHost();
    }

    @Override
    public Optional<NcclAbi> raw() {
      return instance.raw();
    }

    @Override
    public Optional<Predicate<String>> exports() {
      return instance.exports();
    }

    @Override
    public void close() {
      instance.close();
    }
  }
}
