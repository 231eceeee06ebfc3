package org.jccl.conformance.harness;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jccl.Backend;
import org.jccl.RankHost;
import org.jccl.spi.NcclAbi;

/** A subject whose ranks are processes, of which this one is one. */
public final class LockstepSubject implements Subject {
  private final Subject subject;
  private final Lockstep lockstep;

  /** Over a subject that spans processes. */
  public LockstepSubject(Subject subject, Lockstep lockstep) {
    this.subject = subject;
    this.lockstep = lockstep;
  }

  private Subject of(Subject other) {
    return new LockstepSubject(other, lockstep);
  }

  @Override
  public String name() {
    return subject.name();
  }

  @Override
  public Capabilities capabilities() {
    return subject.capabilities().spread(lockstep.size());
  }

  @Override
  public Optional<Lockstep> lockstep() {
    return Optional.of(lockstep);
  }

  @Override
  public Optional<Subject> imitating(int version) {
    return subject.imitating(version).map(this::of);
  }

  @Override
  public Optional<Subject> with(Map<String, String> environment) {
    return subject.with(environment).map(this::of);
  }

  @Override
  public Optional<Subject> withHostsOf(int gpus) {
    return subject.withHostsOf(gpus).map(this::of);
  }

  @Override
  public Instance open() {
    return new OneRank(subject.open());
  }

  /** An instance for the rank of this process. */
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
